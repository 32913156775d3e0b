import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createTestServices } from '#test/support/command-services.ts'
import { createCommandLine, errorOf, withMain } from '#test/support/command-line.ts'
import { availableDatabases } from '#test/support/databases.ts'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

describe('sessions', () => {
  async function withAda(services = createTestServices()) {
    const commandLine = await withMain(createCommandLine({}, services))
    await commandLine.run(['user', 'create', 'ada@example.test'])
    await commandLine.run(['user', 'create', 'bob@example.test'])
    const main = await services.tenants.ensureMain()
    const ada = await services.accounts.findByEmail(main.id, 'ada@example.test')
    assert.ok(ada)
    await services.signInOn(ada, 'laptop', firefox)
    services.clock.advance(60_000)
    await services.signInOn(ada, 'phone', '')
    return { ...commandLine, ada }
  }

  for (const kind of availableDatabases())
    test(`are listed and ended one by one (${kind.name})`, async () => {
      await using database = await kind.open()
      const { json, run } = await withAda(createTestServices(database))
      const { document } = await json(['session', 'list', 'Ada@example.test'])
      assert.partialDeepStrictEqual(document, [
        { id: 'phone' },
        { id: 'laptop', browser: 'Firefox', system: 'Linux', ip: '192.0.2.7', amr: ['pwd'] },
      ])
      assert.match((await run(['session', 'list', 'ada@example.test'])).stdout, /Firefox, Linux/)
      const end = ['session', 'end', 'ada@example.test', '--id', 'laptop']
      assert.partialDeepStrictEqual((await json(end)).document, { ended: 1 })
      assert.equal(errorOf((await json(end)).document).code, 'session.unknown')
      const left = await json(['session', 'list', 'ada@example.test'])
      assert.partialDeepStrictEqual(left.document, [{ id: 'phone' }])
    })

  test('end all together, with everything else of the account (Q17)', async () => {
    const { run, services, ada } = await withAda()
    const { stdout } = await run(['session', 'end', 'ada@example.test', '--all'])
    assert.match(stdout, /2 sessions ended/)
    assert.deepEqual(services.ended, [ada.id])
  })

  test('are nobody else\u2019s to end (Q77)', async () => {
    const { json } = await withAda()
    const end = await json(['session', 'end', 'bob@example.test', '--id', 'phone'])
    assert.equal(errorOf(end.document).code, 'session.unknown')
    const { document } = await json(['session', 'list', 'nobody@example.test'])
    assert.equal(errorOf(document).code, 'user.unknown')
  })

  test('are not ended by a command that does not say which', async () => {
    const { json, run } = await withAda()
    const vague = await json(['session', 'end', 'ada@example.test'])
    assert.equal(errorOf(vague.document).code, 'session.which')
    const both = await run(['session', 'end', 'ada@example.test', '--id', 'phone', '--all'])
    assert.equal(both.exitCode, 2)
  })
})
