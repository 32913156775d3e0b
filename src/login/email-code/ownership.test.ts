import assert from 'node:assert/strict'
import { it } from 'node:test'
import { openEmailCodes } from '#test/support/email-codes.ts'
import { actor, email, tenant } from '#test/support/password-login.ts'
import { createMailboxOwnership } from './ownership.ts'

it('a code loses to what ended or moved the account since it was asked for (Q54, Q56)', async () => {
  const { ada, accounts, audit, clock } = await openEmailCodes()
  const { prove } = createMailboxOwnership({ accounts, audit, clock, credentials: [] })
  const issuedAt = clock.now() / 1000
  clock.advance(1000)
  assert.deepEqual(await prove(tenant.id, ada.id, { email, issuedAt }), { at: issuedAt + 1 })
  const elsewhere = { email: 'ada.before@example.test', issuedAt }
  assert.equal(await prove(tenant.id, ada.id, elsewhere), undefined)
  await accounts.end(tenant.id, ada.id, actor)
  assert.equal(await prove(tenant.id, ada.id, { email, issuedAt }), undefined)
})
