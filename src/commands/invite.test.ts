import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { errorOf, withMain } from '#test/support/command-line.ts'

describe('invitations', () => {
  test('are made with a link that is printed once, for at most a day (Q33)', async () => {
    const { run, services } = await withMain()
    const { exitCode, stdout, stderr } = await run(['invite', 'create', 'New@example.test'])
    assert.equal(exitCode, 0)
    assert.match(stdout, /\/invite\/[\w-]{43}\n$/)
    assert.match(stderr, /Registration is closed/)
    const list = await run(['invite', 'list'])
    assert.match(list.stdout, /new@example\.test +open/)
    assert.ok(!list.stdout.includes(stdout.trim().slice(-43)), 'the link is not to be had again')
    services.clock.advance(24 * 3600 * 1000)
    assert.match((await run(['invite', 'list'])).stdout, /expired/)
  })

  test('are revoked, once', async () => {
    const { run, json } = await withMain()
    const made = await json(['invite', 'create', 'new@example.test', '--hours', '2'])
    const { id } = made.document as { id: string }
    assert.equal((await run(['invite', 'revoke', id])).exitCode, 0)
    assert.match((await run(['invite', 'list'])).stdout, /revoked/)
    const again = await json(['invite', 'revoke', id])
    assert.equal(errorOf(again.document).code, 'invitation.unknown')
  })

  test('are refused for what is no address, and for longer than a day', async () => {
    const { run, json } = await withMain()
    const refused = await json(['invite', 'create', 'new@'])
    assert.equal(errorOf(refused.document).code, 'invitation.email_invalid')
    assert.equal((await run(['invite', 'create', 'a@example.test', '--hours', '25'])).exitCode, 2)
  })
})
