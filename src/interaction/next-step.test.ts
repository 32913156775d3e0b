import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brandId } from '#kit/ids.ts'
import type { AccountId, ConnectionId } from '#kit/ids.ts'
import type { Proof } from '#login/login.ts'
import { tenantSettings } from '#tenant/tenant.ts'
import { emptyProgress, emptyRegistering } from './interaction.ts'
import type { KnownAccount, Policy, Progress, Situation, Step } from './interaction.ts'
import { nextStep } from './next-step.ts'

const known = (name: string): KnownAccount => ({
  id: brandId<AccountId>(name),
  email: `${name}@example.test`,
  name: undefined,
})
const ada = known('ada')
const grace = known('grace')
const proof: Proof = { method: 'password', accountId: ada.id, amr: ['pwd'], at: 1 }

const mailed = { email: 'new@example.test', handle: 'h', nextAt: 0 }
const applicant = {
  email: 'new@example.test',
  name: 'New',
  locale: 'en',
  agreements: [],
  agreedAt: 0,
  invitationId: undefined,
}

type Row = {
  readonly when: string
  readonly prompt?: Situation['details']['prompt']
  readonly reasons?: readonly string[]
  readonly loginHint?: string
  readonly progress?: Partial<Progress>
  readonly mayRegister?: boolean
  readonly emailCode?: Policy['email_code']
  readonly signedIn?: KnownAccount
  readonly remembered?: readonly KnownAccount[]
  readonly leaving?: Date
  readonly prover?: Situation['prover']
  readonly mayNudge?: boolean
  readonly elsewhere?: Situation['elsewhere']
  readonly step: Step
}

const someone: NonNullable<Situation['prover']> = {
  email: ada.email,
  emailVerified: true,
  groups: [],
  factors: { password: true, totp: false, passkeys: 0, recoveryCodes: 0 },
  isTrustedHere: false,
}

const again = { kind: 'password', email: ada.email, again: true } as const

const acme = { id: brandId<ConnectionId>('acme'), name: 'Acme', type: 'oidc' } as const
const leads = (isEnforced: boolean) => ({
  offered: [],
  destination: { connection: acme, isEnforced },
})
const handOff = { kind: 'hand_off', connection: acme, isEnforced: false } as const
const linking = { connection: acme, email: ada.email, handle: 'w', isTold: false }
const verifying = { connection: acme, email: ada.email, handle: 'v', mailed: undefined }
const failure = { connection: acme, reason: 'upstream_cancelled', reference: 'R' } as const
const federated: Proof = {
  ...proof,
  method: 'federated',
  federated: { connectionId: acme.id, isMultiFactor: false, until: undefined },
}

/** Somebody else is asked who it is. */
const federation: readonly Row[] = [
  {
    when: 'the address is of a domain that signs in elsewhere, whether an account has it or not (Q73)',
    progress: { email: 'nobody@acme.test' },
    elsewhere: leads(false),
    step: { ...handOff, email: 'nobody@acme.test' },
  },
  {
    when: 'the application named somebody else',
    elsewhere: leads(false),
    remembered: [ada],
    step: { ...handOff, email: undefined },
  },
  {
    when: 'the application named somebody else, and who is expected',
    loginHint: 'grace@acme.test',
    elsewhere: leads(false),
    step: { ...handOff, email: 'grace@acme.test' },
  },
  {
    when: 'the application wrote a sentence where an address belongs (CWE-451)',
    loginHint: 'Your account is locked. Call +1 555 0100',
    elsewhere: leads(false),
    step: { ...handOff, email: undefined },
  },
  {
    when: 'who signed in elsewhere proves it once more there',
    reasons: ['max_age'],
    signedIn: ada,
    elsewhere: leads(false),
    step: { ...handOff, email: ada.email },
  },
  {
    when: 'it is proved there',
    progress: { email: ada.email, proofs: [federated] },
    prover: someone,
    elsewhere: leads(true),
    step: { kind: 'signed_in', proofs: [federated] },
  },
  {
    when: 'the domain is enforced, and something else was proved',
    progress: { email: ada.email, proofs: [proof], newCodes: true },
    prover: { ...someone, mustAsk: acme },
    step: { ...handOff, isEnforced: true, email: ada.email },
  },
  {
    when: 'the domain is enforced, and somebody who leaves proved something else',
    progress: { proofs: [proof] },
    leaving: new Date(0),
    prover: { ...someone, mustAsk: acme },
    step: { ...handOff, isEnforced: true, email: ada.email },
  },
  {
    when: 'an account stands here with that address',
    progress: { email: ada.email, staysHere: true, linking },
    step: { kind: 'link_first', connection: acme, email: ada.email },
  },
  {
    when: 'nobody vouches for the address they have elsewhere, whosever it is here',
    progress: { verifying },
    elsewhere: leads(true),
    step: { kind: 'verify_elsewhere', connection: acme, email: ada.email },
  },
  {
    when: 'the person knows why they sign in to it',
    progress: { email: ada.email, staysHere: true, linking: { ...linking, isTold: true } },
    step: { kind: 'password', email: ada.email, again: false },
  },
  {
    when: 'the sign-in elsewhere came to nothing',
    progress: { email: ada.email, failure },
    elsewhere: leads(true),
    step: { kind: 'elsewhere_failed', failure },
  },
]

const table: readonly Row[] = [
  {
    when: 'new recovery codes are not kept yet, whatever else was proved (Q48)',
    progress: { proofs: [proof], newCodes: true },
    step: { kind: 'recovery_codes' },
  },
  {
    when: 'somebody who has proved nothing has new recovery codes',
    progress: { newCodes: true },
    step: { kind: 'identifier' },
  },
  { when: 'nobody is known', step: { kind: 'identifier' } },
  {
    when: 'somebody signed in here before',
    remembered: [ada],
    step: { kind: 'choose_account' },
  },
  {
    when: 'the application names the person',
    remembered: [grace],
    loginHint: ada.email,
    step: { kind: 'identifier' },
  },
  {
    when: 'the person wants another account',
    remembered: [ada],
    progress: { another: true },
    step: { kind: 'identifier' },
  },
  {
    when: 'the identifier is given',
    progress: { email: ada.email },
    step: { kind: 'password', email: ada.email, again: false },
  },
  {
    when: 'the identifier is given and codes are offered',
    emailCode: 'offered',
    progress: { email: ada.email },
    step: { kind: 'password', email: ada.email, again: false },
  },
  {
    when: 'the person asked for a code',
    emailCode: 'offered',
    progress: { email: ada.email, method: 'email_code' },
    step: { kind: 'email_code', email: ada.email, again: false },
  },
  {
    when: 'the person asked for a code and the tenant has none',
    progress: { email: ada.email, method: 'email_code' },
    step: { kind: 'password', email: ada.email, again: false },
  },
  {
    when: 'a code comes first in this tenant, whoever it is (Q73)',
    emailCode: 'first',
    progress: { email: 'nobody@example.test' },
    step: { kind: 'email_code', email: 'nobody@example.test', again: false },
  },
  {
    when: 'the person would rather use the password',
    emailCode: 'first',
    progress: { email: ada.email, method: 'password' },
    step: { kind: 'password', email: ada.email, again: false },
  },
  {
    when: 'ada confirms it and codes come first',
    emailCode: 'first',
    reasons: ['max_age'],
    signedIn: ada,
    step: { kind: 'email_code', email: ada.email, again: true },
  },
  {
    when: 'the code is proved',
    emailCode: 'first',
    progress: { email: ada.email, proofs: [{ ...proof, method: 'email_code', amr: ['otp'] }] },
    step: { kind: 'signed_in', proofs: [{ ...proof, method: 'email_code', amr: ['otp'] }] },
  },
  {
    when: 'the password of an account that ends is proved',
    progress: { email: ada.email, proofs: [proof] },
    leaving: new Date(0),
    step: { kind: 'leaving', leavesAt: new Date(0) },
  },
  {
    when: 'the password of an account is proved whose address is nobody’s yet (Q62)',
    progress: { email: ada.email, proofs: [proof] },
    prover: {
      email: ada.email,
      emailVerified: false,
      groups: [],
      factors: { password: true, totp: false, passkeys: 0, recoveryCodes: 0 },
      isTrustedHere: false,
    },
    step: { kind: 'verify_email', email: ada.email },
  },
  {
    when: 'the person wants an account',
    progress: { registering: emptyRegistering },
    step: { kind: 'register' },
  },
  {
    when: 'nobody can make an account any more',
    mayRegister: false,
    progress: { registering: emptyRegistering },
    step: { kind: 'identifier' },
  },
  {
    when: 'a new address is not proved yet (Q62)',
    progress: { registering: { ...emptyRegistering, mailed } },
    step: { kind: 'register_code' },
  },
  {
    when: 'a new address is proved',
    progress: { registering: { ...emptyRegistering, mailed, applicant } },
    step: { kind: 'register_password' },
  },
  {
    when: 'the password is proved',
    progress: { email: ada.email, proofs: [proof] },
    step: { kind: 'signed_in', proofs: [proof] },
  },
  {
    when: 'prompt=login and ada is signed in (OIDC Core §3.1.2.1)',
    reasons: ['login_prompt'],
    signedIn: ada,
    step: again,
  },
  {
    when: 'max_age has passed since ada signed in (OIDC Core §3.1.2.1)',
    reasons: ['max_age'],
    signedIn: ada,
    step: again,
  },
  {
    when: 'prompt=login, but ada is not the one',
    reasons: ['login_prompt'],
    signedIn: ada,
    progress: { another: true },
    step: { kind: 'identifier' },
  },
  {
    when: 'the id_token_hint names somebody else than who is signed in',
    reasons: ['id_token_hint'],
    signedIn: ada,
    step: { kind: 'identifier' },
  },
  {
    when: 'the account of the session is gone (F7)',
    reasons: ['account_unavailable'],
    step: { kind: 'identifier' },
  },
  {
    when: 'an account must be selected and ada is signed in',
    prompt: 'select_account',
    signedIn: ada,
    step: { kind: 'choose_account' },
  },
  {
    when: 'an account must be selected and nobody is known',
    prompt: 'select_account',
    step: { kind: 'identifier' },
  },
  {
    when: 'ada chose to go on',
    prompt: 'select_account',
    signedIn: ada,
    progress: { chosen: ada.id },
    step: { kind: 'account_chosen' },
  },
  {
    when: 'the chosen account is no longer the signed-in one',
    prompt: 'select_account',
    signedIn: grace,
    progress: { chosen: ada.id },
    step: { kind: 'choose_account' },
  },
  {
    when: 'an account must be selected and another was proved',
    prompt: 'select_account',
    signedIn: grace,
    progress: { another: true, email: ada.email, proofs: [proof] },
    step: { kind: 'signed_in', proofs: [proof] },
  },
  {
    when: 'a password was proved where a passkey could be made',
    progress: { proofs: [proof], canMakePasskey: true },
    prover: someone,
    mayNudge: true,
    step: { kind: 'nudge' },
  },
  ...[
    { when: 'that was answered', progress: { isNudged: true } },
    { when: 'the device can make none', progress: { canMakePasskey: false } },
    { when: 'it was asked lately', mayNudge: false },
    {
      when: 'there is one',
      prover: { ...someone, factors: { ...someone.factors, passkeys: 1 } },
    },
    {
      when: 'a remembered device spared the app (Q64)',
      prover: {
        ...someone,
        factors: { ...someone.factors, totp: true },
        isTrustedHere: true,
      },
    },
  ].map(({ when, progress, ...other }): Row => ({
    when: `a password was proved, and ${when}`,
    prover: someone,
    mayNudge: true,
    ...other,
    progress: { proofs: [proof], canMakePasskey: true, ...progress },
    step: { kind: 'signed_in', proofs: [proof] },
  })),
  ...federation,
  { when: 'consent is missing', prompt: 'consent', signedIn: ada, step: { kind: 'consent' } },
  {
    when: 'consent is missing and the person switches the account',
    prompt: 'consent',
    signedIn: ada,
    progress: { another: true },
    step: { kind: 'identifier' },
  },
]

describe('the next step of a sign-in', () => {
  for (const row of table) {
    it(`is ${row.step.kind} when ${row.when}`, () => {
      const { prompt = 'login', reasons = ['no_session'], loginHint, signedIn } = row
      const actual = nextStep({
        details: { prompt, reasons, loginHint, session: undefined, acr: undefined },
        progress: { ...emptyProgress, ...row.progress },
        policy: {
          ...tenantSettings.parse({ email_code: row.emailCode ?? 'off' }),
          mayRegister: row.mayRegister ?? true,
          enrollable: [],
          putOffUntil: undefined,
        },
        signedIn,
        remembered: row.remembered ?? [],
        elsewhere: row.elsewhere,
        leaving: row.leaving,
        prover: row.prover,
        mayNudge: row.mayNudge,
      })
      assert.deepEqual(actual, row.step)
    })
  }
})
