import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { errorOf, mainOf, withMain } from '#test/support/command-line.ts'

// `grumpy tea cups`, hashed by libxcrypt
const hash = '$2a$04$abcdefghijklmnopqrstuu1/LStV.7hAUqEO9kXhP1WkWs3hFWI7q'
const line = (email: string, more: object = {}) =>
  JSON.stringify({ email, password_hash: hash, ...more })

describe('people from another system', () => {
  test('are imported a line each, and sign in as before (Q32)', async () => {
    const commandLine = await withMain()
    const { json, services } = commandLine
    const before = await mainOf(commandLine)
    const lines = ['', line('ada@example.test', { name: 'Ada' }), '', line('bob@example.test'), '']
    const imported = await json(['user', 'import', '-'], lines.join('\n'))
    assert.equal(imported.exitCode, 0)
    const created = ['ada@example.test', 'bob@example.test'].map((name) => ({
      kind: 'user',
      tenant: 'main',
      name,
    }))
    assert.partialDeepStrictEqual(imported.document, { created, updated: [] })
    assert.ok(await services.signsIn('main', 'bob@example.test', 'grumpy tea cups'))
    assert.deepEqual(await mainOf(commandLine), before)
    const again = await json(['user', 'import', '-'], lines.join('\r\n'))
    assert.partialDeepStrictEqual(again.document, { created: [], passwords_kept: created })
  })

  test('are all refused for one mistake, with the line it stands in', async () => {
    const { run, services, json } = await withMain()
    const lines = [line('ada@example.test'), '', line('bob@example.test', { password: 'x' })]
    const { exitCode, stderr } = await run(['user', 'import', '-'], lines.join('\n'))
    assert.equal(exitCode, 1)
    assert.match(stderr, /-:3 .*password_hash cannot stand beside password/)
    assert.deepEqual((await json(['user', 'list'])).document, [])
    assert.equal(await services.signsIn('main', 'ada@example.test', 'grumpy tea cups'), false)
  })

  test('bring nothing but themselves: a line cannot close the list and go on', async () => {
    const { json, services } = await withMain()
    const clients = '"clients": [{"client_id": "evil", "redirect_uris": ["https://evil.test/cb"]}]'
    for (const evil of [`${line('eve@example.test')}], ${clients}, "x": [{}`, '[]', '7', 'null']) {
      const { document } = await json(['user', 'import', '-'], `\n${evil}`)
      assert.equal(errorOf(document).code, 'user.import_line_invalid')
      assert.match(errorOf(document).message, /Line 2 /)
    }
    assert.deepEqual((await services.tenants.list()).length, 1)
  })

  test('may be none', async () => {
    const { json } = await withMain()
    assert.partialDeepStrictEqual((await json(['user', 'import', '-'], '\n')).document, {
      created: [],
    })
  })
})
