import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { acrMultiFactor } from '#client/client.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, ConnectionId } from '#kit/ids.ts'
import { stepUpReason } from '#oidc/oidc.ts'
import { ada, app, demand, password, proof, situationOf } from '#test/support/demand.ts'
import { emptyProgress } from './interaction.ts'
import type { Situation } from './interaction.ts'
import { nextStep } from './next-step.ts'
import { proofsOf } from './proofs.ts'

describe('somebody who is signed in and asked for more', () => {
  const live = { accountId: ada.id, amr: ['pwd'], authTime: 5 }
  const base = situationOf({
    when: '',
    ...demand(acrMultiFactor),
    prover: { factors: app },
    proofs: [],
    comes: 'unmet',
  })
  const situation: Situation = {
    ...base,
    signedIn: ada,
    details: { ...base.details, reasons: [stepUpReason], session: live },
  }
  const kindOf = (change: Partial<Situation>) => nextStep({ ...situation, ...change }).kind

  it('need not repeat their password', () => assert.equal(kindOf({}), 'second_step'))

  it('has it counted with its own time', () => {
    const proofs = [proof('totp')]
    const step = nextStep({ ...situation, progress: { ...emptyProgress, proofs } })
    assert.equal(step.kind, 'signed_in')
    assert.deepEqual(
      step.proofs.map(({ method, at }) => [method, at]),
      [
        ['password', 5],
        ['totp', 1],
      ],
    )
  })

  it('need not sign in elsewhere again, whose word on a password is none of ours', () => {
    const via = brandId<ConnectionId>('acme')
    const session = { ...live, amr: ['pwd', 'mfa', 'fed'], via, until: 99 }
    const proofs = proofsOf({ ...situation, details: { ...situation.details, session } })
    const federated = { connectionId: via, isMultiFactor: false, until: 99 }
    const expected = {
      method: 'federated',
      amr: ['pwd', 'fed'],
      federated,
      accountId: ada.id,
      at: 5,
    }
    assert.deepEqual(proofs, [expected])
  })

  const { details } = situation
  const refused: readonly (readonly [string, Partial<Situation>])[] = [
    ['the proof is to be fresh', { details: { ...details, reasons: [stepUpReason, 'max_age'] } }],
    [
      'the application asks for a new sign-in',
      { details: { ...details, reasons: ['login_prompt'] } },
    ],
    [
      'they came in without a password',
      { details: { ...details, session: { ...live, amr: ['otp'] } } },
    ],
    [
      'the session has ended',
      { details: { ...details, session: { ...live, authTime: undefined } } },
    ],
    ['nobody is signed in any more', { signedIn: undefined }],
    ['another person wants to sign in', { progress: { ...emptyProgress, another: true } }],
  ]
  for (const [when, change] of refused) {
    it(`proves it again when ${when}`, () => {
      const kind = kindOf({ ...change, prover: undefined })
      assert.ok(['password', 'identifier'].includes(kind), kind)
    })
  }
})

describe('proofs of two people in one conversation (Q48)', () => {
  const grace = brandId<AccountId>('grace')
  const theirs = { ...proof('passkey', true), accountId: grace }
  const situation = situationOf({ when: '', proofs: [password, theirs], comes: ['totp'] })

  it('are those of who came first', () => {
    assert.deepEqual(proofsOf(situation), [password])
    assert.equal(nextStep({ ...situation, prover: undefined }).kind, 'signed_in')
  })

  it('are those of who is signed in, where their password counts', () => {
    const { details, progress } = situation
    const session = { accountId: ada.id, amr: ['pwd'], authTime: 5 }
    const told = proofsOf({
      details: { ...details, reasons: [stepUpReason], session },
      progress: { ...progress, proofs: [theirs] },
      signedIn: ada,
    })
    assert.deepEqual(
      told.map(({ accountId, at }) => [accountId, at]),
      [[ada.id, 5]],
    )
  })
})
