import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brandId } from '#kit/ids.ts'
import type { AccountId, ConnectionId } from '#kit/ids.ts'
import { acrMultiFactor, acrPassword, acrPhishingResistant } from '#client/client.ts'
import { acrOf, amrOf } from './login.ts'
import type { Proof } from './login.ts'

const proof = (method: Proof['method'], amr: string, userVerified?: boolean): Proof => ({
  method,
  accountId: brandId<AccountId>('ada'),
  amr: [amr],
  at: 1,
  userVerified,
})
const password = proof('password', 'pwd')
const mail = proof('email_code', 'otp')
const totp = proof('totp', 'otp')
const code = proof('recovery_code', 'otp')
const touched = proof('passkey', 'hwk', false)
const unlocked = proof('passkey', 'hwk', true)

const elsewhere = (isMultiFactor: boolean): Proof => ({
  ...proof('federated', 'fed'),
  federated: { connectionId: brandId<ConnectionId>('acme'), isMultiFactor, until: undefined },
})

const table: readonly (readonly [string, readonly Proof[], string])[] = [
  ['a password', [password], acrPassword],
  ['a code by mail', [mail], acrPassword],
  ['a password and a code by mail, which is no factor (Q47)', [password, mail], acrPassword],
  ['an app alone', [totp], acrPassword],
  ['a code by mail and an app: one factor', [mail, totp], acrPassword],
  ['two things one has', [totp, code], acrPassword],
  ['a password and an app', [password, totp], acrMultiFactor],
  ['the other way round', [totp, password], acrMultiFactor],
  ['a password and a recovery code', [password, code], acrMultiFactor],
  ['a passkey that was only touched', [touched], acrPassword],
  ['a password and a passkey that was only touched', [password, touched], acrPhishingResistant],
  ['a passkey that its owner unlocked', [unlocked], acrPhishingResistant],
  ['a sign-in elsewhere, which vouches for no more', [elsewhere(false)], acrPassword],
  ['a sign-in elsewhere that may vouch for two factors', [elsewhere(true)], acrMultiFactor],
  ['a sign-in elsewhere and an app', [elsewhere(false), totp], acrMultiFactor],
  ['a sign-in elsewhere and a passkey', [elsewhere(true), touched], acrPhishingResistant],
  ['nothing at all', [], acrPassword],
]

describe('acr (Q47, Q49)', () => {
  for (const [what, proofs, acr] of table) {
    it(`of ${what}`, () => assert.equal(acrOf(proofs), acr))
  }
})

describe('amr (RFC 8176)', () => {
  it('names what was used once, and says when it was more than one factor', () => {
    assert.deepEqual(amrOf([password]), ['pwd'])
    assert.deepEqual(amrOf([mail, totp]), ['otp'])
    assert.deepEqual(amrOf([password, mail, totp]), ['pwd', 'otp', 'mfa'])
    assert.deepEqual(amrOf([unlocked]), ['hwk', 'mfa'])
    const said = { ...elsewhere(true), amr: ['pwd'] }
    assert.deepEqual(amrOf([said]), ['pwd', 'fed', 'mfa'])
  })
})
