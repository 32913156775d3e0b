import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brandId } from '#kit/ids.ts'
import type { AccountId } from '#kit/ids.ts'
import type { EnrolledFactors, MethodId, Proof } from '#login/login.ts'
import type { RiskLevel } from '#login/risk/risk.ts'
import { stepInDoubt } from './doubt.ts'
import type { Prover, Step } from './interaction.ts'

const accountId = brandId<AccountId>('ada')
const proof = (method: MethodId, userVerified?: boolean): Proof => {
  return { method, accountId, amr: [method], at: 1, userVerified }
}
const password = proof('password')
const none: EnrolledFactors = { password: true, totp: false, passkeys: 0, recoveryCodes: 0 }
const app = { ...none, totp: true, recoveryCodes: 10 }
const keys = { ...none, passkeys: 1 }

type Row = {
  readonly when: string
  readonly prover?: Partial<Prover>
  readonly proofs?: readonly Proof[]
  readonly byMail?: boolean
  readonly way?: MethodId
  /** Per level: `go`, `refused`, or the ways, the one asked for first. */
  readonly medium: 'go' | 'refused' | readonly MethodId[]
  readonly high: 'go' | 'refused' | readonly MethodId[]
}

const table: readonly Row[] = [
  { when: 'there is a password and a mailbox', medium: ['email_code'], high: 'refused' },
  {
    when: 'nobody knows whose mailbox it is',
    prover: { emailVerified: false },
    medium: 'refused',
    high: 'refused',
  },
  {
    when: 'there is an app: a code by mail is less',
    prover: { factors: app },
    medium: ['totp', 'recovery_code'],
    high: 'refused',
  },
  {
    when: 'there is an app, and the tenant takes mail as well',
    prover: { factors: app },
    byMail: true,
    medium: ['totp', 'recovery_code', 'email_code'],
    high: 'refused',
  },
  {
    when: 'the person would rather use a recovery code',
    prover: { factors: app },
    way: 'recovery_code',
    medium: ['recovery_code', 'totp'],
    high: 'refused',
  },
  {
    when: 'there is a passkey',
    prover: { factors: keys },
    medium: ['passkey'],
    high: ['passkey'],
  },
  {
    when: 'the device is remembered: it does not help',
    prover: { factors: app, isTrustedHere: true },
    medium: ['totp', 'recovery_code'],
    high: 'refused',
  },
  {
    when: 'the code of an app was given',
    prover: { factors: app },
    proofs: [password, proof('totp')],
    medium: 'go',
    high: 'refused',
  },
  {
    when: 'a code by mail was given after the password',
    proofs: [password, proof('email_code')],
    medium: 'go',
    high: 'refused',
  },
  {
    when: 'a code by mail was the first step, and there is a password',
    proofs: [proof('email_code')],
    medium: ['password'],
    high: 'refused',
  },
  {
    when: 'a mailbox is all there is',
    prover: { factors: { ...none, password: false } },
    proofs: [proof('email_code')],
    medium: 'go',
    high: 'refused',
  },
  {
    when: 'a passkey was unlocked by its owner',
    prover: { factors: keys },
    proofs: [proof('passkey', true)],
    medium: 'go',
    high: 'go',
  },
  {
    when: 'a passkey was only touched',
    prover: { factors: keys },
    proofs: [proof('passkey', false)],
    medium: ['password'],
    high: ['password'],
  },
  {
    when: 'a passkey was touched after the password',
    prover: { factors: keys },
    proofs: [password, proof('passkey', false)],
    medium: 'go',
    high: 'go',
  },
]

function told(step: Step | undefined): Row['medium'] {
  if (!step) return 'go'
  if (step.kind === 'refused') return step.kind
  if (step.kind === 'password') return ['password']
  assert.equal(step.kind, 'second_step')
  assert.equal(step.trustDays, 0, 'it is never remembered')
  return [step.method, ...step.ways.filter((way) => way !== step.method)]
}

describe('a doubtful sign-in', () => {
  function decide(row: Row, risk: RiskLevel | undefined) {
    const { prover, proofs = [password], byMail = false, way } = row
    const known = { email: 'ada@example.test', emailVerified: true, groups: [], factors: none }
    return told(
      stepInDoubt(
        {
          prover: { ...known, isTrustedHere: false, ...prover, risk },
          policy: { email_code_as_second_step: byMail },
          way,
        },
        proofs,
      ),
    )
  }
  for (const row of table) {
    for (const level of ['medium', 'high'] as const)
      it(`of ${level} risk wants ${String(row[level])} when ${row.when}`, () => {
        assert.deepEqual(decide(row, level), row[level])
      })
    it(`is none at low risk, and for who proved nothing here, when ${row.when}`, () => {
      assert.equal(decide(row, 'low'), 'go')
      assert.equal(decide(row, undefined), 'go')
    })
  }
})
