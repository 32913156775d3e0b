import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { acrMultiFactor, acrPassword, acrPhishingResistant } from '#client/client.ts'
import type { Acr } from '#client/client.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId } from '#kit/ids.ts'
import type { EnrolledFactors, MethodId, Proof } from '#login/login.ts'
import { stepUpReason } from '#oidc/oidc.ts'
import { tenantSettings } from '#tenant/tenant.ts'
import { emptyProgress } from './interaction.ts'
import type { Prover, Situation, Step } from './interaction.ts'
import { nextStep } from './next-step.ts'

const ada = { id: brandId<AccountId>('ada'), email: 'ada@example.test', name: undefined }
const proof = (method: MethodId, userVerified?: boolean): Proof => ({
  method,
  accountId: ada.id,
  amr: [method],
  at: 1,
  userVerified,
})
const password = proof('password')
const none: EnrolledFactors = { password: true, totp: false, passkeys: 0, recoveryCodes: 0 }
const app = { ...none, totp: true, recoveryCodes: 10 }
const keys = { ...none, passkeys: 2 }

type Row = {
  readonly when: string
  readonly settings?: object
  readonly prover?: Partial<Prover>
  readonly proofs?: readonly Proof[]
  readonly way?: MethodId
  readonly needed?: Acr
  readonly required?: Acr
  /** `signed_in`, `unmet`, or the ways, the one that is asked for first. */
  readonly comes: 'signed_in' | 'unmet' | readonly MethodId[]
  readonly trustDays?: number
}

const wish = (needed: Acr) => ({ needed })
const demand = (required: Acr) => ({ needed: required, required })

const table: readonly Row[] = [
  { when: 'nobody asks for more', comes: 'signed_in' },
  {
    when: 'the person has set an app up',
    prover: { factors: app },
    comes: ['totp', 'recovery_code'],
    trustDays: 30,
  },
  {
    when: 'the tenant asks for nothing',
    settings: { second_factor: 'off' },
    prover: { factors: app },
    comes: 'signed_in',
  },
  {
    when: 'one passkey alone is no second factor',
    prover: { factors: { ...none, passkeys: 1 } },
    comes: 'signed_in',
  },
  { when: 'two passkeys are', prover: { factors: keys }, comes: ['passkey'], trustDays: 30 },
  {
    when: 'one passkey and codes are',
    prover: { factors: { ...none, passkeys: 1, recoveryCodes: 3 } },
    comes: ['passkey', 'recovery_code'],
    trustDays: 30,
  },
  {
    when: 'the second step is done',
    prover: { factors: app },
    proofs: [password, proof('totp')],
    comes: 'signed_in',
  },
  {
    when: 'a recovery code stands for it',
    prover: { factors: app },
    proofs: [password, proof('recovery_code')],
    comes: 'signed_in',
  },
  {
    when: 'the first was a passkey its owner unlocked',
    prover: { factors: { ...app, passkeys: 1 } },
    proofs: [proof('passkey', true)],
    comes: 'signed_in',
  },
  {
    when: 'the first was a passkey that was only touched',
    prover: { factors: { ...app, passkeys: 1 } },
    proofs: [proof('passkey', false)],
    comes: ['totp', 'password', 'recovery_code'],
    trustDays: 30,
  },
  {
    when: 'the device is remembered',
    prover: { factors: app, isTrustedHere: true },
    comes: 'signed_in',
  },
  {
    when: 'the device is remembered and the application wants more (it never skips a step-up)',
    prover: { factors: app, isTrustedHere: true },
    ...demand(acrMultiFactor),
    comes: ['totp', 'recovery_code'],
    trustDays: 0,
  },
  {
    when: 'the tenant remembers no device',
    settings: { trusted_device_days: 0 },
    prover: { factors: app },
    comes: ['totp', 'recovery_code'],
    trustDays: 0,
  },
  {
    when: 'the person chose another way',
    prover: { factors: app },
    way: 'recovery_code',
    comes: ['recovery_code', 'totp'],
    trustDays: 30,
  },
  {
    when: 'an app was used here last: it comes first',
    prover: { factors: { ...app, passkeys: 1 }, lastWay: 'totp' },
    comes: ['totp', 'passkey', 'recovery_code'],
    trustDays: 30,
  },
  {
    when: 'what was used here last is no more theirs',
    prover: { factors: app, lastWay: 'passkey' },
    comes: ['totp', 'recovery_code'],
    trustDays: 30,
  },
  {
    when: 'the way they chose is none of theirs',
    prover: { factors: app },
    way: 'passkey',
    comes: ['totp', 'recovery_code'],
    trustDays: 30,
  },

  {
    when: 'a second step is required and a code by mail is one',
    settings: { second_factor: 'required', email_code_as_second_step: true },
    comes: ['email_code'],
    trustDays: 30,
  },
  {
    when: 'a code by mail was the first step: it is not the second too',
    settings: { second_factor: 'required', email_code_as_second_step: true },
    prover: { factors: { ...none, password: false } },
    proofs: [proof('email_code')],
    comes: 'unmet',
  },
  {
    when: 'the code by mail is proved',
    settings: { second_factor: 'required', email_code_as_second_step: true },
    proofs: [password, proof('email_code')],
    comes: 'signed_in',
  },
  {
    when: 'a group is held to more than the tenant',
    settings: { second_factor: 'off', second_factor_by_group: { staff: 'required' } },
    prover: { groups: ['staff'], factors: app },
    comes: ['totp', 'recovery_code'],
    trustDays: 30,
  },
  {
    when: 'no group of theirs is',
    settings: { second_factor: 'off', second_factor_by_group: { staff: 'required' } },
    prover: { groups: ['guests'], factors: app },
    comes: 'signed_in',
  },
  {
    when: 'a group never loosens what the tenant asks',
    settings: { second_factor: 'required', second_factor_by_group: { staff: 'off' } },
    prover: { groups: ['staff'], factors: app },
    comes: ['totp', 'recovery_code'],
    trustDays: 30,
  },

  {
    when: 'only a passkey will do',
    settings: { second_factor: 'passkey' },
    prover: { factors: { ...app, passkeys: 1 } },
    comes: ['passkey'],
    trustDays: 0,
  },
  {
    when: 'only a passkey will do and there is none',
    settings: { second_factor: 'passkey' },
    prover: { factors: app },
    comes: 'unmet',
  },
  {
    when: 'only a passkey will do, on a device that is remembered',
    settings: { second_factor: 'passkey' },
    prover: { factors: keys, isTrustedHere: true },
    comes: ['passkey'],
    trustDays: 0,
  },
  {
    when: 'the passkey was touched after the password',
    settings: { second_factor: 'passkey' },
    prover: { factors: keys },
    proofs: [password, proof('passkey', false)],
    comes: 'signed_in',
  },
  {
    when: 'the passkey was touched and nothing else',
    settings: { second_factor: 'passkey' },
    prover: { factors: keys },
    proofs: [proof('passkey', false)],
    comes: ['password'],
  },

  {
    when: 'two factors are wished for and there are none: it is told as it is',
    ...wish(acrMultiFactor),
    comes: 'signed_in',
  },
  {
    when: 'two factors are wished for and there are',
    ...wish(acrMultiFactor),
    settings: { second_factor: 'off' },
    prover: { factors: app },
    comes: ['totp', 'recovery_code'],
    trustDays: 0,
  },
  {
    when: 'two factors are demanded and there are none',
    ...demand(acrMultiFactor),
    comes: 'unmet',
  },
  {
    when: 'two factors are demanded: a code by mail is none (Q47)',
    ...demand(acrMultiFactor),
    settings: { email_code_as_second_step: true },
    comes: 'unmet',
  },
  {
    when: 'two factors are demanded after a code by mail: a password and an app',
    ...demand(acrMultiFactor),
    prover: { factors: app },
    proofs: [proof('email_code')],
    comes: ['totp', 'password', 'recovery_code'],
    trustDays: 30,
  },
  {
    when: 'the app comes after the code by mail: the password is left',
    ...demand(acrMultiFactor),
    prover: { factors: app },
    proofs: [proof('email_code'), proof('totp')],
    comes: ['password'],
  },
  {
    when: 'what cannot be phished is demanded',
    ...demand(acrPhishingResistant),
    prover: { factors: { ...app, passkeys: 1 } },
    proofs: [password, proof('totp')],
    comes: ['passkey'],
    trustDays: 0,
  },
  {
    when: 'what cannot be phished is wished for, and two factors are what there is',
    ...wish(acrPhishingResistant),
    prover: { factors: app },
    proofs: [password, proof('totp')],
    comes: 'signed_in',
  },
  {
    when: 'it is wished for, and two factors demanded',
    needed: acrPhishingResistant,
    required: acrMultiFactor,
    settings: { second_factor: 'off' },
    prover: { factors: app },
    comes: ['totp', 'recovery_code'],
    trustDays: 0,
  },
  { when: 'one factor is demanded', ...demand(acrPassword), comes: 'signed_in' },
]

function situationOf(row: Row): Situation {
  const { needed, required } = row
  const prover = {
    email: ada.email,
    emailVerified: true,
    groups: [],
    factors: none,
    isTrustedHere: false,
  }
  return {
    details: {
      prompt: 'login',
      reasons: ['no_session'],
      loginHint: undefined,
      session: undefined,
      acr: needed && { needed, required, named: [] },
    },
    progress: { ...emptyProgress, proofs: row.proofs ?? [password], way: row.way },
    policy: {
      ...tenantSettings.parse(row.settings ?? {}),
      mayRegister: false,
      enrollable: [],
      putOffUntil: undefined,
    },
    prover: { ...prover, ...row.prover },
    signedIn: undefined,
    remembered: [],
  }
}

function told(step: Step): Pick<Row, 'comes' | 'trustDays'> {
  if (step.kind === 'signed_in' || step.kind === 'unmet') return { comes: step.kind }
  if (step.kind === 'password') return { comes: ['password'] }
  assert.equal(step.kind, 'second_step')
  const { method, ways, trustDays } = step
  return { comes: [method, ...ways.filter((way) => way !== method)], trustDays }
}

describe('what is wanted of somebody who has proved who they are (Q42, Q47-Q49)', () => {
  for (const row of table) {
    it(`is ${String(row.comes)} when ${row.when}`, () => {
      const { comes, trustDays } = row
      const expected = trustDays === undefined ? { comes } : { comes, trustDays }
      assert.deepEqual(told(nextStep(situationOf(row))), expected)
    })
  }
})

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
