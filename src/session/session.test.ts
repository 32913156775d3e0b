import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { acrMultiFactor, acrPassword } from '#client/client.ts'
import { isOver, isSteppedUp, remainingLifetime } from './session.ts'
import type { SessionFacts } from './session.ts'

const hour = 3600
const day = 24 * hour
const signedIn = 1_000_000

const password = { accountId: 'ada', acr: acrPassword, loginTs: signedIn }
const multiFactor = { accountId: 'ada', acr: acrMultiFactor, loginTs: signedIn }

describe('how long a session lives (Q63, NIST 800-63B §2.1.3)', () => {
  const table: readonly { session: SessionFacts; after: number; left: number }[] = [
    { session: password, after: 0, left: 24 * hour },
    { session: password, after: 29 * day, left: 24 * hour },
    { session: password, after: 30 * day - 60, left: 60 },
    { session: password, after: 31 * day, left: 1 },
    { session: multiFactor, after: 0, left: hour },
    { session: multiFactor, after: 24 * hour - 60, left: 60 },
    { session: {}, after: 0, left: hour / 2 },
    // what an unknown class proves is not more than a password
    { session: { ...password, acr: undefined }, after: 0, left: 24 * hour },
  ]

  for (const { session, after, left } of table) {
    it(`${session.acr ?? 'without a class'}, ${after} s after signing in: ${left} s more`, () => {
      assert.equal(remainingLifetime(session, signedIn + after), left)
    })
  }

  it('is over once the absolute limit has passed, whatever the engine slid (F6)', () => {
    assert.equal(isOver(password, signedIn + 30 * day - 1), false)
    assert.equal(isOver(password, signedIn + 30 * day), true)
    assert.equal(isOver(multiFactor, signedIn + day), true)
  })

  it('ends no later than whoever signed the person in elsewhere says (SAML Core §2.7.2)', () => {
    const elsewhere = { ...password, until: signedIn + hour }
    assert.equal(remainingLifetime(elsewhere, signedIn), hour)
    assert.equal(isOver(elsewhere, signedIn + hour - 1), false)
    assert.equal(isOver(elsewhere, signedIn + hour), true)
  })

  it('counts as stepped up for five minutes after a proof, and not before one (Q64)', () => {
    const ages = [-1, 0, 300, 301]
    assert.deepEqual(
      ages.map((age) => isSteppedUp(signedIn - age, signedIn)),
      [false, true, true, false],
    )
  })

  it('is never over for a session nobody signed in to: its own expiry ends it', () => {
    assert.equal(isOver({}, signedIn), false)
  })
})
