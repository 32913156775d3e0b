import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { describe, test } from 'node:test'
import { createTestServices } from '#test/support/command-services.ts'
import { availableDatabases } from '#test/support/databases.ts'
import { createCommandLine, errorOf, mainOf, withMain } from '#test/support/command-line.ts'

// `grumpy tea cups`, hashed by libxcrypt
const hash = '$2a$04$abcdefghijklmnopqrstuu1/LStV.7hAUqEO9kXhP1WkWs3hFWI7q'

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

  test('keep the password another system hashed, or are not made (Q32)', async () => {
    const { json, run, services } = await withMain()
    const create = ['user', 'create', 'ada@example.test', '--password-hash']
    assert.equal((await run([...create, '--password'], hash)).exitCode, 2)
    const { document } = await json(['user', 'create', 'eve@example.test', '--password-hash'], 'x')
    assert.equal(errorOf(document).code, 'user.password_hash_refused')
    const { exitCode, stdout } = await run(create, `${hash}\n`)
    assert.equal(exitCode, 0)
    assert.doesNotMatch(stdout, /\$2a/)
    assert.ok(await services.signsIn('main', 'ada@example.test', 'grumpy tea cups'))

    const set = ['user', 'set-password', 'ada@example.test']
    await run(set, 'happy coffee mugs')
    assert.equal(await services.signsIn('main', 'ada@example.test', 'grumpy tea cups'), false)
    assert.equal((await run([...set, '--hash'], hash)).exitCode, 0)
    assert.ok(await services.signsIn('main', 'ada@example.test', 'grumpy tea cups'))
    assert.equal(services.ended.length, 2)
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

  test('lose their second factors and their sessions, on the word of the command line', async () => {
    const commandLine = await withMain()
    const { run, json, services } = commandLine
    await run(['user', 'create', 'ada@example.test'])
    const main = await mainOf(commandLine)
    const ada = await services.accounts.findByEmail(main.id, 'ada@example.test')
    const reset = ['user', 'reset-factors', 'Ada@example.test']
    const { document } = await json(reset)
    assert.deepEqual(document, {
      sub: ada?.id,
      email: 'ada@example.test',
      removed: { totp: 1, recovery_codes: 9, passkeys: 2, trusted_devices: 3 },
    })
    assert.deepEqual(services.ended, [ada?.id])
    const events = await services.audit.list(main.id, { limit: 10 })
    const event = events.find(({ type }) => type === 'factor.all_reset')
    assert.deepEqual([event?.actor, event?.accountId], [{ kind: 'cli' }, ada?.id])
    assert.match((await run(reset)).stdout, /passkeys: 2.*every session ended/)
    const nobody = await json(['user', 'reset-factors', 'nobody@example.test'])
    assert.equal(errorOf(nobody.document).code, 'user.unknown')
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
