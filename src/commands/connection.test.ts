import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { brandId, type ConnectionId } from '#kit/ids.ts'
import { errorOf, mainOf, withMain, type CommandLine } from '#test/support/command-line.ts'

const addGoogle = ['connection', 'add', 'google', '--type', 'google', '--client-id', 'signet']
const id = brandId<ConnectionId>('google')

async function withGoogle(...options: string[]): Promise<CommandLine> {
  const commandLine = await withMain()
  const added = await commandLine.run([...addGoogle, ...options], 'of google\n')
  assert.equal(added.exitCode, 0, added.stderr)
  return commandLine
}

async function statusOf(commandLine: CommandLine) {
  const main = await mainOf(commandLine)
  return (await commandLine.services.connections.find(main.id, id))?.status
}

describe('connections', () => {
  test('are added as drafts, with the secret from standard input and never shown', async () => {
    const commandLine = await withMain()
    const added = await commandLine.json([...addGoogle, '--domain', 'Acme.test'], 'of google\n')
    assert.equal(added.exitCode, 0, JSON.stringify(added.document))
    assert.partialDeepStrictEqual(added.document, {
      id: 'google',
      name: 'Google',
      status: 'draft',
      has_secret: true,
      urls: { redirect_uri: 'http://localhost:3000/federation/google/callback' },
    })
    const { services } = commandLine
    const main = await mainOf(commandLine)
    const found = await services.connections.find(main.id, id)
    assert.ok(found)
    assert.equal(await services.connections.secretOf(found), 'of google')
    for (const argv of [['connection', 'list'], ['connection', 'show', 'google'], ['export']]) {
      const { stdout, exitCode } = await commandLine.run(argv)
      assert.equal(exitCode, 0)
      assert.match(stdout, /google/)
      assert.ok(!stdout.includes('of google'))
    }
  })

  test('are added with a key of ours: its public half is printed, for who has to be told', async () => {
    const commandLine = await withMain()
    const argv = ['connection', 'add', 'google', '--type', 'oidc', '--client-id', 'signet']
    const other = ['--issuer', 'https://id.acme.test', '--private-key-jwt']
    const { exitCode, document } = await commandLine.json([...argv, ...other])
    assert.equal(exitCode, 0, JSON.stringify(document))
    const { urls, jwks } = document as Record<string, Record<string, unknown>>
    assert.equal(urls?.['jwks_uri'], 'http://localhost:3000/federation/google/jwks')
    const [key] = (jwks?.['keys'] ?? []) as Record<string, unknown>[]
    const names = ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']
    assert.deepEqual(Object.keys(key ?? {}).toSorted(), names)
    const shown = await commandLine.run(['connection', 'show', 'google'])
    assert.match(shown.stdout, /^jwks_uri +http:/m)
    assert.ok(shown.stdout.includes(String(key?.['kid'])))
    const found = await commandLine.services.connections.find((await mainOf(commandLine)).id, id)
    const secret = (found && (await commandLine.services.connections.secretOf(found))) ?? ''
    const { d } = JSON.parse(secret) as { d: string }
    for (const line of [['connection', 'list'], ['connection', 'show', 'google'], ['export']])
      assert.ok(!(await commandLine.run(line)).stdout.includes(d))
  })

  test('tell everything that is wrong with them, and what is taken or unknown', async () => {
    const { json } = await withGoogle()
    const wrong = await json(
      ['connection', 'add', 'X', '--type', 'oidc', '--issuer', 'ftp://x'],
      's',
    )
    assert.equal(wrong.exitCode, 1)
    assert.deepEqual(
      (errorOf(wrong.document).details as { field: string }[]).map(({ field }) => field),
      ['id', 'issuer', 'client_id'],
    )
    const again = await json(addGoogle, 'of google')
    assert.equal(errorOf(again.document).code, 'connection.taken')
    const missing = await json(addGoogle.with(2, 'two'), '')
    assert.equal(errorOf(missing.document).code, 'commands.secret_missing')
    for (const command of ['show', 'enable', 'disable', 'remove', 'domains', 'test', 'refresh']) {
      const unknown = await json(['connection', command, 'nobody'])
      assert.equal(errorOf(unknown.document).code, 'connection.unknown', command)
    }
    const elsewhere = await json(['connection', 'show', 'google', '--tenant', 'acme'])
    assert.equal(errorOf(elsewhere.document).code, 'tenant.unknown')
  })

  test('are enabled, disabled and removed', async () => {
    const commandLine = await withGoogle()
    assert.equal((await commandLine.run(['connection', 'enable', 'google'])).exitCode, 0)
    assert.equal(await statusOf(commandLine), 'active')
    assert.equal((await commandLine.run(['connection', 'disable', 'google'])).exitCode, 0)
    assert.equal(await statusOf(commandLine), 'disabled')
    assert.equal((await commandLine.run(['connection', 'remove', 'google'])).exitCode, 0)
    assert.equal(await statusOf(commandLine), undefined)
  })

  test('are active at once when they are added so', async () => {
    assert.equal(await statusOf(await withGoogle('--active')), 'active')
  })
})

describe('the domains of a connection', () => {
  test('are proved by the record that is shown', async () => {
    const { json, run, services } = await withGoogle('--domain', 'acme.test')
    const first = await json(['connection', 'domains', 'google'])
    const [domain] = first.document as { state: string; record: { name: string; value: string } }[]
    assert.ok(domain)
    assert.equal(domain.state, 'claimed')
    const unproved = await run(['connection', 'domains', 'google', '--check'])
    assert.match(unproved.stderr, /acme\.test: the record is not there/)
    assert.match(unproved.stdout, /_signet-challenge\.acme\.test {2}TXT {2}signet-domain=/)
    services.texts.set(domain.record.name, [domain.record.value])
    const proved = await run(['connection', 'domains', 'google', '--check'])
    assert.deepEqual([proved.stdout, proved.stderr], ['acme.test  proved\n', ''])
  })

  test('are added, let go, enforced and marked, each by its option', async () => {
    const { json } = await withGoogle('--domain', 'acme.test')
    const domains = async (...options: string[]) => {
      const { exitCode, document } = await json(['connection', 'domains', 'google', ...options])
      assert.equal(exitCode, 0, JSON.stringify(document))
      return (document as { domain: string; state: string; enforced: boolean }[]).map(
        ({ domain, state, enforced }) => `${domain} ${state}${enforced ? ' enforced' : ''}`,
      )
    }
    assert.deepEqual(await domains('--add', 'Two.test', '--prove', 'acme.test'), [
      'acme.test proved',
      'two.test claimed',
    ])
    assert.deepEqual(await domains('--enforce', 'acme.test', '--drop', 'two.test'), [
      'acme.test proved enforced',
    ])
    assert.deepEqual(await domains('--relax', 'acme.test'), ['acme.test proved'])
    const refused = await json(['connection', 'domains', 'google', '--add', 'gmail.com'])
    assert.equal(errorOf(refused.document).code, 'connection.invalid')
  })
})

describe('the health of a connection', () => {
  test('is what its protocol and its domains tell', async () => {
    const commandLine = await withGoogle('--domain', 'acme.test')
    const { services, json, run } = commandLine
    const check = { name: 'discovery', state: 'ok', detail: 'It was read.' } as const
    services.health.set('google', { state: 'ok', checks: [check] })
    const { document, exitCode } = await json(['connection', 'test', 'google'])
    assert.equal(exitCode, 0)
    assert.partialDeepStrictEqual(document, {
      state: 'degraded',
      checks: [
        check,
        { name: 'domain', state: 'degraded', detail: 'acme.test is not proved yet.' },
      ],
    })

    const main = await mainOf(commandLine)
    const versionOf = async () => (await services.connections.find(main.id, id))?.version ?? 0
    const before = await versionOf()
    const failing = { ...check, state: 'failing', detail: 'discovery.unavailable' } as const
    services.health.set('google', { state: 'failing', checks: [failing] })
    const refreshed = await run(['connection', 'refresh', 'google'])
    assert.equal(refreshed.exitCode, 1)
    assert.match(refreshed.stdout, /discovery +failing +discovery\.unavailable/)
    assert.equal(await versionOf(), before + 1)
  })
})
