import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, test } from 'node:test'
import { verifySecret } from '#client/client.ts'
import { Unavailable } from '#kit/errors.ts'
import { brandId, type ClientId } from '#kit/ids.ts'
import { createCli } from './signet.ts'
import { createTestServices } from '#test/support/command-services.ts'
import { availableDatabases } from '#test/support/databases.ts'
import { createCommandLine, type CommandLine } from '#test/support/command-line.ts'

async function withMain(commandLine: CommandLine = createCommandLine()): Promise<CommandLine> {
  await commandLine.services.tenants.ensureMain()
  return commandLine
}

async function mainOf({ services }: CommandLine) {
  return services.tenants.ensureMain()
}

function errorOf(document: unknown): { code: string; message: string; details?: unknown } {
  assert.ok(typeof document === 'object' && document !== null && 'error' in document)
  return document.error as { code: string; message: string; details?: unknown }
}

describe('the command line', () => {
  test('serves when no command is given', async () => {
    const commandLine = createCommandLine()
    assert.equal((await commandLine.run([])).exitCode, 0)
    assert.equal((await commandLine.run(['serve'])).exitCode, 0)
    assert.deepEqual(commandLine.counts, { opened: 0, closed: 0, served: 2 })
  })

  test('ends with 2 and names the nearest when it does not understand', async () => {
    const { run, json, counts } = createCommandLine()
    const unknown = await run(['usr'])
    assert.equal(unknown.exitCode, 2)
    assert.match(unknown.stderr, /unknown command 'usr'; did you mean user\?/)
    assert.equal(unknown.stdout, '')
    for (const argv of [['user'], ['user', 'lst'], ['user', 'create'], ['key', 'rotate', '--what']])
      assert.equal((await run(argv)).exitCode, 2, argv.join(' '))
    const { exitCode, document } = await json(['user', 'create'])
    assert.equal(exitCode, 2)
    assert.equal(errorOf(document).code, 'commands.usage')
    assert.deepEqual(counts, { opened: 0, closed: 0, served: 0 })
  })

  test('explains itself and its exit codes', async () => {
    const { run } = createCommandLine()
    const help = await run(['--help'])
    assert.equal(help.exitCode, 0)
    for (const word of ['serve', 'doctor', 'Exit codes', '--tenant', 'standard input'])
      assert.ok(help.stdout.includes(word), word)
    assert.match((await run(['user', 'create', '--help'])).stdout, /--tenant <slug>/)
    assert.match((await run(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/)
  })

  test('does not mind that nobody reads on, and minds every other failure to write', () => {
    const stdout = new PassThrough()
    const deps = { stdout, stderr: new PassThrough(), stdin: new PassThrough() }
    createCli({
      ...deps,
      loadConfig: () => assert.fail(),
      describeConfig: () => '',
      openServices: () => assert.fail(),
      serve: async () => undefined,
      env: {},
    })
    stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    const full = Object.assign(new Error('disk full'), { code: 'ENOSPC' })
    assert.throws(() => stdout.emit('error', full), /disk full/)
  })

  test('says everything that is wrong with the configuration', async () => {
    const problems = [{ setting: 'ISSUER', problem: 'is not https', fix: 'Set it.' }]
    class ConfigInvalid extends Error {
      override readonly name = 'ConfigInvalid'
      readonly problems = problems
    }
    const loadConfig = () => {
      throw new ConfigInvalid('The configuration cannot be used:\n  ISSUER: is not https')
    }
    const { run, json, counts } = createCommandLine({ loadConfig })
    assert.match((await run(['check-config'])).stderr, /^signet: The configuration.*\n {2}ISSUER: /)
    const { exitCode, document } = await json(['user', 'list'])
    assert.equal(exitCode, 1)
    assert.deepEqual(errorOf(document).details, problems)
    assert.equal(errorOf(document).code, 'config.invalid')
    assert.equal((await run([])).exitCode, 1)
    assert.equal(counts.served, 0)
  })

  test('says what to do when the embedded database belongs to a running server', async () => {
    class DataFolderRefused extends Error {
      override readonly name = 'DataFolderRefused'
    }
    const openServices = async () => {
      throw new DataFolderRefused('in use. Stop that process, or set DATABASE_URL.')
    }
    const { run, json } = createCommandLine({ openServices })
    const { exitCode, stderr } = await run(['user', 'list'])
    assert.deepEqual(
      [exitCode, stderr],
      [1, 'signet: in use. Stop that process, or set DATABASE_URL.\n'],
    )
    const { document } = await json(['user', 'list'])
    assert.equal(errorOf(document).code, 'storage.data_folder_refused')
  })

  test('tells why a store cannot be reached', async () => {
    const migrations = {
      apply: async () => [],
      pending: async () => {
        throw new Unavailable('storage', { cause: new Error('connect ECONNREFUSED 10.0.0.1:5432') })
      },
    }
    const { run, counts } = createCommandLine({}, { ...createTestServices(), migrations })
    const { exitCode, stderr } = await run(['user', 'list'])
    assert.equal(exitCode, 1)
    assert.match(stderr, /ECONNREFUSED 10\.0\.0\.1:5432/)
    assert.deepEqual([counts.opened, counts.closed], [1, 1])
  })

  test('does nothing on a database that is not up to date, but tells how', async () => {
    const migrations = { pending: async () => ['0002-more'], apply: async () => ['0002-more'] }
    const { json, run } = createCommandLine({}, { ...createTestServices(), migrations })
    const { document } = await json(['user', 'list'])
    assert.deepEqual(
      [errorOf(document).code, errorOf(document).details],
      ['commands.migrations_pending', ['0002-more']],
    )
    assert.deepEqual(await json(['migrate', '--check']), {
      exitCode: 1,
      document: { pending: ['0002-more'] },
    })
    assert.match((await run(['migrate'])).stdout, /Applied:\n {2}0002-more/)
  })

  test('prints the configuration, also as JSON', async () => {
    const { json, run } = createCommandLine()
    const settings = { ISSUER: 'http://localhost:3000', LOG_LEVEL: 'info' }
    assert.deepEqual((await json(['check-config'])).document, settings)
    assert.match((await run(['check-config'])).stdout, /^ISSUER {5}http/)
  })

  test('knows the tenant of --tenant, and the nearest of one it does not know', async () => {
    const { json, run } = createCommandLine()
    assert.match((await run(['user', 'list'])).stderr, /There is no tenant yet/)
    assert.equal((await run(['tenant', 'create', 'acme', '--name', 'Acme'])).exitCode, 0)
    assert.match(
      (await run(['user', 'list', '--tenant', 'acne'])).stderr,
      /no tenant acne\. Did you mean acme\?/,
    )
    assert.deepEqual(await json(['--tenant', 'acme', 'user', 'list']), {
      exitCode: 0,
      document: [],
    })
  })
})

describe('tenants', () => {
  test('are made and listed; what is wrong is said', async () => {
    const { json, run } = createCommandLine()
    const created = await json(['tenant', 'create', 'acme', '--registration', 'open'])
    assert.equal(created.exitCode, 0)
    const { stdout } = await run(['tenant', 'list'])
    assert.match(stdout, /^SLUG .*\nacme {2}active {2}http:\/\/localhost:3000\/t\/acme {2}acme\n$/)
    const again = await json(['tenant', 'create', 'acme'])
    assert.equal(errorOf(again.document).code, 'tenant.taken')
    const { stderr } = await run(['tenant', 'create', 'Not A Slug', '--registration', 'never'])
    assert.match(stderr, /slug must be[\s\S]*settings\.registration/)
  })
})

describe('people', () => {
  test('are made without a password, with one from standard input, or with a drawn one', async () => {
    const commandLine = await withMain()
    const { json, services } = commandLine
    const none = await json(['user', 'create', 'bob@example.test', '--role', 'a', '--role', 'b'])
    assert.partialDeepStrictEqual(none.document, { roles: ['a', 'b'], email_verified: false })
    const create = ['user', 'create', 'ada@example.test', '--verified', '--name', 'Ada']
    assert.equal((await json([...create, '--password'], 'grumpy tea cups\n')).exitCode, 0)
    assert.ok(await services.signsIn('main', 'ada@example.test', 'grumpy tea cups'))
    const drawn = await json(['user', 'create', 'eve@example.test', '--generate-password'])
    const { password } = drawn.document as { password: string }
    assert.ok(await services.signsIn('main', 'eve@example.test', password))
  })

  test('are not made when the password is refused, and the reason does not hold it', async () => {
    const [kind] = availableDatabases()
    assert.ok(kind)
    await using database = await kind.open()
    const { run, json } = await withMain(createCommandLine({}, createTestServices(database)))
    const create = ['user', 'create', 'ada@example.test', '--password']
    const { exitCode, stderr } = await run(create, 'too short')
    assert.equal(exitCode, 1)
    assert.match(stderr, /is too short: at least 15 characters/)
    const { document } = await json(create, 'everybody has this')
    assert.equal(errorOf(document).code, 'user.password_refused')
    assert.deepEqual(errorOf(document).details, { reason: 'common' })
    assert.doesNotMatch(JSON.stringify(document), /everybody/)
    assert.equal(errorOf((await json(create, '')).document).code, 'commands.secret_missing')
  })

  test('are refused when the address is taken or none', async () => {
    const { json } = await withMain()
    const create = (email: string) => json(['user', 'create', email])
    assert.equal((await create('ada@example.test')).exitCode, 0)
    assert.equal(errorOf((await create('ADA@example.test')).document).code, 'user.email_taken')
    assert.equal(errorOf((await create('ada')).document).code, 'user.email_invalid')
  })

  test('take no password as an argument', async () => {
    const { run } = await withMain()
    const argv = ['user', 'create', 'ada@example.test', '--password', 'grumpy tea cups']
    const { exitCode, stderr } = await run(argv)
    assert.equal(exitCode, 2)
    assert.doesNotMatch(stderr, /grumpy/)
  })

  test('are disabled with everything they had open, and enabled again (Q18)', async () => {
    const commandLine = await withMain()
    const { json, run, services } = commandLine
    await run(['user', 'create', 'ada@example.test', '--password'], 'grumpy tea cups')
    const disabled = await json(['user', 'disable', 'Ada@example.test'])
    assert.partialDeepStrictEqual(disabled.document, { status: 'disabled' })
    assert.equal(services.ended.length, 1)
    assert.equal(await services.signsIn('main', 'ada@example.test', 'grumpy tea cups'), false)
    await run(['user', 'enable', 'ada@example.test'])
    assert.ok(await services.signsIn('main', 'ada@example.test', 'grumpy tea cups'))
    assert.match((await run(['user', 'list'])).stdout, /ada@example\.test {2}active/)
    const { document } = await json(['user', 'disable', 'nobody@example.test'])
    assert.equal(errorOf(document).code, 'user.unknown')
  })

  test('lose every session with their old password (Q17)', async () => {
    const commandLine = await withMain()
    const { run, services } = commandLine
    await run(['user', 'create', 'ada@example.test', '--password'], 'grumpy tea cups')
    const set = ['user', 'set-password', 'ada@example.test']
    assert.equal((await run(set, 'happy coffee mugs\r\n')).exitCode, 0)
    const main = await mainOf(commandLine)
    const ada = await services.accounts.findByEmail(main.id, 'ada@example.test')
    assert.deepEqual(services.ended, [ada?.id])
    assert.equal(await services.signsIn('main', 'ada@example.test', 'grumpy tea cups'), false)
    assert.ok(await services.signsIn('main', 'ada@example.test', 'happy coffee mugs'))
    const { stdout } = await run([...set, '--generate'])
    const drawn = /Shown once: {2}(\S+)/.exec(stdout)?.[1] ?? ''
    assert.ok(await services.signsIn('main', 'ada@example.test', drawn))
  })

  test('who were deleted are not listed, found or revived (Q20)', async () => {
    const commandLine = await withMain()
    const { run, json, services } = commandLine
    await run(['user', 'create', 'ada@example.test'])
    const main = await mainOf(commandLine)
    const ada = await services.accounts.findByEmail(main.id, 'ada@example.test')
    assert.ok(ada)
    await services.accounts.setStatus(main.id, ada.id, 'deleted', { kind: 'cli' })
    assert.deepEqual((await json(['user', 'list'])).document, [])
    const { document } = await json(['user', 'enable', 'ada@example.test'])
    assert.equal(errorOf(document).code, 'user.unknown')
  })
})

describe('a secret on a terminal', () => {
  /** A terminal whose person types the next answer whenever its echo is switched off. */
  function terminal(answers: readonly string[]) {
    const left = [...answers]
    const type = () => stdin.write(left.shift() ?? '\u0003')
    const setRawMode = (isRaw: boolean) => void (isRaw && setImmediate(type))
    const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode })
    return stdin
  }

  async function typed(answers: readonly string[]) {
    const commandLine = await withMain(createCommandLine({ stdin: terminal(answers) }))
    const ran = await commandLine.run(['user', 'create', 'ada@example.test', '--password'])
    return { ...ran, services: commandLine.services }
  }

  test('is asked for twice and never shown', async () => {
    const { exitCode, stderr, stdout, services } = await typed([
      'grumpy tea cups\r',
      'grumpy tea cups\r',
    ])
    assert.equal(exitCode, 0, stderr)
    assert.equal(stderr, 'Password: \nPassword again: \n')
    assert.doesNotMatch(stdout, /grumpy/)
    assert.ok(await services.signsIn('main', 'ada@example.test', 'grumpy tea cups'))
  })

  test('changes nothing when the two differ, or it is interrupted', async () => {
    const differing = await typed(['grumpy tea cups\r', 'grumpy tea cup\r'])
    assert.equal(differing.exitCode, 1)
    assert.match(differing.stderr, /not the same/)
    const interrupted = await typed(['\u0003'])
    assert.equal(interrupted.exitCode, 1)
    assert.match(interrupted.stderr, /Nothing was changed/)
    assert.equal(await interrupted.services.signsIn('main', 'ada@example.test', 'x'), false)
  })
})

describe('applications', () => {
  test('are made from options over a file, with a secret shown once', async () => {
    const commandLine = await withMain()
    const { json, run, services } = commandLine
    const metadata = JSON.stringify({ client_name: 'From the file', require_pkce: true })
    const created = await json(
      ['client', 'create', '--metadata', '-', '--redirect-uri', 'https://app.example.test/cb'],
      metadata,
    )
    const { client_id: id, client_secret: secret } = created.document as {
      client_id: string
      client_secret: string
    }
    assert.partialDeepStrictEqual(created.document, {
      client_name: 'From the file',
      redirect_uris: ['https://app.example.test/cb'],
      origin: 'cli',
    })
    const main = await mainOf(commandLine)
    const find = () => services.clients.find(main.id, brandId<ClientId>(id))
    const client = await find()
    assert.ok(client && verifySecret(client, secret))
    const list = await run(['client', 'list'])
    assert.match(list.stdout, /From the file/)
    assert.ok(!list.stdout.includes(secret))

    const rotated = await json(['client', 'rotate-secret', id])
    const { client_secret: fresh } = rotated.document as { client_secret: string }
    const after = await find()
    assert.ok(after && verifySecret(after, fresh) && verifySecret(after, secret))

    const disabled = await json(['client', 'disable', id])
    assert.partialDeepStrictEqual(disabled.document, { status: 'disabled' })
    assert.deepEqual(services.ended, [id])
    assert.partialDeepStrictEqual((await json(['client', 'enable', id])).document, {
      status: 'active',
    })
  })

  test('may register themselves with a token that is shown once (RFC 7591 §3)', async () => {
    const { json, run } = await withMain()
    const issued = await json(['client', 'registration-token', '--hours', '2'])
    assert.deepEqual(issued.document, {
      initial_access_token: 'token-for-7200-s',
      expires_in: 7200,
    })
    for (const hours of ['0', '-1', '1.5', 'many', '10000']) {
      const { exitCode } = await run(['client', 'registration-token', '--hours', hours])
      assert.equal(exitCode, 2, hours)
    }
  })

  test('are refused by the one validator, with every problem (Q2)', async () => {
    const { json, run } = await withMain()
    const create = ['client', 'create', '--redirect-uri', 'http://app.example.test/cb']
    const { exitCode, stderr } = await run([...create, '--grant-type', 'implicit'])
    assert.equal(exitCode, 1)
    assert.match(stderr, /grant_types\[0\] [\s\S]*redirect_uris\[0\] /)
    const notJson = await json([...create, '--metadata', '-'], '[]')
    assert.equal(errorOf(notJson.document).code, 'client.invalid')
    const noFile = await json([...create, '--metadata', '/no/such/file'])
    assert.equal(errorOf(noFile.document).code, 'commands.file_unreadable')
  })

  test('without a secret have none to rotate, and unknown ones are unknown', async () => {
    const { json, run } = await withMain()
    const uri = ['--redirect-uri', 'https://app.example.test/cb']
    await run(['client', 'create', '--public', '--client-id', 'spa', ...uri])
    const code = async (argv: readonly string[]) => errorOf((await json(argv)).document).code
    assert.equal(await code(['client', 'rotate-secret', 'spa']), 'client.without_secret')
    assert.equal(await code(['client', 'rotate-secret', 'nope']), 'client.unknown')
    assert.equal(await code(['client', 'disable', 'nope']), 'client.unknown')
    assert.equal(await code(['client', 'create', '--client-id', 'spa', ...uri]), 'client.taken')
  })
})

describe('signing keys', () => {
  test('are rotated once the next was published for a day, or when told to (Q88)', async () => {
    const commandLine = await withMain()
    const { json, run, services } = commandLine
    const main = await mainOf(commandLine)
    await services.keys.keySet(main.id)
    const young = await json(['key', 'rotate'])
    assert.equal(errorOf(young.document).code, 'key.too_young')
    services.clock.advance(24 * 3600 * 1000)
    const next = (await services.keys.list(main.id)).find(({ state }) => state === 'next')
    assert.equal((await run(['key', 'rotate'])).exitCode, 0)
    const { stdout } = await run(['key', 'list'])
    assert.match(stdout, new RegExp(`${next?.kid} +\\S+ +current`))
    assert.match(stdout, /retired/)
    assert.equal((await run(['key', 'rotate', '--now'])).exitCode, 0)
  })

  test('are all forgotten in an emergency, at once (Q88)', async () => {
    const commandLine = await withMain()
    const { run, services } = commandLine
    const main = await mainOf(commandLine)
    const before = (await services.keys.keySet(main.id)).keys.map(({ kid }) => kid)
    const { exitCode, stdout, stderr } = await run(['key', 'rotate', '--emergency'])
    assert.equal(exitCode, 0)
    assert.match(stderr, /refused from now on/)
    for (const kid of before) assert.ok(!stdout.includes(kid))
  })
})

describe('the seed file', () => {
  test('is applied and exported; problems come with path and line', async () => {
    const { json, run, services } = createCommandLine()
    const dir = mkdtempSync(join(tmpdir(), 'signet-seed-'))
    const file = join(dir, 'seed.json')
    const user = { email: 'root@example.test', roles: ['admin'] }
    const seed = (tenant: object) =>
      JSON.stringify({ tenants: [{ slug: 'main', name: 'Acme', ...tenant }] }, undefined, 1)
    writeFileSync(file, seed({ users: [user] }))
    const applied = await run(['seed', 'apply', file])
    assert.equal(applied.exitCode, 0, applied.stderr)
    assert.match(applied.stdout, /2 created, 0 updated, 0 unchanged[\s\S]*Shown once/)
    const password = /password {2}(\S+)/.exec(applied.stdout)?.[1] ?? ''
    assert.ok(await services.signsIn('main', 'root@example.test', password))

    const exported = await run(['seed', 'export'])
    assert.match(exported.stderr, /Left out: passwords/)
    const again = await json(['seed', 'apply', '-'], exported.stdout)
    assert.partialDeepStrictEqual(again.document, { created: [], updated: [], generated: [] })

    writeFileSync(file, seed({ usres: [] }))
    const broken = await json(['seed', 'apply', file])
    assert.equal(broken.exitCode, 1)
    assert.deepEqual(errorOf(broken.document).details, [
      {
        path: 'tenants[0].usres',
        line: 6,
        message: 'is not a known name; did you mean users?',
      },
    ])
    rmSync(dir, { recursive: true })
  })
})
