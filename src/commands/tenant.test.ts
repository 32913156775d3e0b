import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createCommandLine, errorOf } from '#test/support/command-line.ts'

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
