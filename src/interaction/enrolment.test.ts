import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { acrMultiFactor } from '#client/client.ts'
import { app, demand, password, proof, situationOf, wish } from '#test/support/demand.ts'
import type { Row } from '#test/support/demand.ts'
import type { Situation, Step } from './interaction.ts'
import { nextStep } from './next-step.ts'

describe('somebody who has nothing to prove it with (Q42)', () => {
  const until = new Date('2026-12-03T00:00:00Z')
  const both = ['totp', 'passkey'] as const

  type Enrolling = {
    readonly row?: Partial<Row>
    readonly policy?: Partial<Situation['policy']>
    readonly progress?: Partial<Situation['progress']>
  }

  function stepOf({ row, policy, progress }: Enrolling): Step {
    const required = { settings: { second_factor: 'required' } }
    const situation = situationOf({ when: '', comes: 'unmet', ...(row ?? required) })
    return nextStep({
      ...situation,
      policy: { ...situation.policy, enrollable: both, ...policy },
      progress: { ...situation.progress, ...progress },
    })
  }

  const enrol = { kind: 'enrol', methods: both, method: undefined, putOffUntil: undefined }

  it('sets something up before they are in', () => {
    assert.deepEqual(stepOf({}), { ...enrol, mayGiveUp: false })
    const chosen = stepOf({ progress: { enrolling: 'passkey' } })
    assert.deepEqual(chosen, { ...enrol, method: 'passkey', mayGiveUp: false })
  })

  it('puts it off until the day the tenant has set, and no longer', () => {
    const policy = { putOffUntil: until }
    assert.deepEqual(stepOf({ policy }), { ...enrol, putOffUntil: until, mayGiveUp: false })
    assert.equal(stepOf({ policy, progress: { isPutOff: true } }).kind, 'signed_in')
    assert.equal(stepOf({ progress: { isPutOff: true } }).kind, 'enrol')
  })

  it('proves what they have while they put a passkey off', () => {
    const row = { settings: { second_factor: 'passkey' }, prover: { factors: app } }
    const putOff = { row, policy: { putOffUntil: until }, progress: { isPutOff: true } }
    assert.equal(stepOf(putOff).kind, 'second_step')
    const proved = { ...row, proofs: [password, proof('totp')] }
    assert.equal(stepOf({ ...putOff, row: proved }).kind, 'signed_in')
  })

  it('puts nothing off that an application demands', () => {
    const row = demand(acrMultiFactor)
    const policy = { putOffUntil: until }
    const asked = stepOf({ row, policy, progress: { isPutOff: true } })
    assert.deepEqual(asked, { ...enrol, mayGiveUp: true })
    assert.equal(stepOf({ row, progress: { isGivenUp: true } }).kind, 'unmet')
  })

  it('gives nothing up that the tenant requires', () =>
    assert.equal(stepOf({ progress: { isGivenUp: true } }).kind, 'enrol'))

  it('is not asked to for a wish', () =>
    assert.equal(stepOf({ row: wish(acrMultiFactor) }).kind, 'signed_in'))

  it('gets a passkey where nothing else will do', () => {
    const step = stepOf({ row: { settings: { second_factor: 'passkey' } } })
    assert.deepEqual(step, { ...enrol, methods: ['passkey'], method: 'passkey', mayGiveUp: false })
  })

  it('proves first what they have: a password alone sets nothing up beside it (Q45)', () => {
    const row = { settings: { second_factor: 'passkey' }, prover: { factors: app } }
    assert.equal(stepOf({ row }).kind, 'second_step')
    const proved = { ...row, proofs: [password, proof('totp')] }
    assert.equal(stepOf({ row: proved }).kind, 'enrol')
  })

  it('sets up no second app', () => {
    const row = { ...demand(acrMultiFactor), prover: { factors: { ...app, password: false } } }
    const step = stepOf({ row: { ...row, proofs: [proof('email_code'), proof('totp')] } })
    assert.deepEqual(step, { ...enrol, methods: ['passkey'], method: 'passkey', mayGiveUp: true })
  })
})
