import type { Client } from '#client/client.ts'
import { sha256 } from '#kit/hash.ts'
import type { AccountId } from '#kit/ids.ts'
import type {
  EmailSecondStep,
  EmailVerification,
  IssuedCode,
} from '#login/email-code/email-code.ts'
import type { MethodId, Proof, Requester, Verdict } from '#login/login.ts'
import type { PasskeyLogin, PasskeyVerdict } from '#login/passkey/passkey.ts'
import type { RecoveryCodeLogin } from '#login/recovery-code/recovery-code.ts'
import type { TotpLogin, TotpVerdict } from '#login/totp/totp.ts'
import type { Done, SignIn } from '#oidc/direct/direct.ts'
import type { Account } from '#account/account.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { Refused } from '../api.ts'
import type { Proofs, SignInDeps } from './auth.ts'
import type { MailHandle } from './handle.ts'
import { codeRefused, createSignIn, ownerOf, passwordRefused } from './sign-in.ts'
import type { NotSignedIn } from './sign-in.ts'

export type SecondStepDeps = SignInDeps & {
  readonly totp: TotpLogin
  readonly recoveryCodes: RecoveryCodeLogin
  readonly passkeys: PasskeyLogin
  readonly emailSecondStep: EmailSecondStep
  readonly emailVerification: EmailVerification
}

/** What somebody answers to `api.mfa_required`. */
export type Step =
  | { readonly method: 'totp' | 'recovery_code'; readonly code: string }
  | { readonly method: 'password'; readonly password: string }
  | { readonly method: 'email_code'; readonly code: string; readonly mail: MailHandle | undefined }
  /** `PublicKeyCredential.toJSON()` as text. */
  | { readonly method: 'passkey'; readonly credential: string }

export type Waiting = {
  readonly tenant: Tenant
  readonly handle: string
  readonly requester: Requester
}

export type StepRefused =
  | NotSignedIn
  | Refused<'api.sign_in_over' | 'api.method_off' | 'api.factor_locked' | 'api.passkey_refused'>

/** A challenge for one sign-in that waits, and for nothing else (Q51). */
export const stepBinding = (handle: string): string => `api_step:${sha256(handle)}`

/**
 * One more proof for a sign-in that waits. Its handle is good until the proof is right: a wrong code is no new beginning, and
 * how many there may be is counted where the code is verified, for the account and not for the handle (Q39).
 */
export function createSecondStep(deps: SecondStepDeps) {
  const signIn = createSignIn(deps)
  const verify = createVerify(deps)

  /** Who waits, and how they may go on; undefined: nobody does. */
  async function find(client: Client, { tenant, handle, requester }: Waiting) {
    const proofs = await deps.pending.find(tenant, client.clientId, handle)
    const account = proofs && (await ownerOf(proofs, tenant, deps))
    if (!account) return undefined
    const missing = await deps.policy.missing({ tenant, account, client, proofs, requester })
    return { account, isEnough: missing === undefined, ways: missing?.ways ?? [] }
  }

  return {
    async prove(client: Client, waiting: Waiting, step: Step): Promise<SignIn | Done<StepRefused>> {
      const { tenant, handle } = waiting
      const found = await find(client, waiting)
      if (!found) return over
      const { account, ways, isEnough } = found
      if (!isEnough && !ways.includes(step.method)) return off(ways)
      // what was asked for may not be wanted any more: then what was proved is a sign-in
      const outcome = isEnough ? undefined : await verify(account, waiting, step)
      if (outcome && 'refused' in outcome) return { kind: 'done', result: outcome }
      // SECURITY: used up by whoever comes first: twenty right answers are one sign-in
      const proofs = await deps.pending.take(tenant, client.clientId, handle)
      if (!proofs) return over
      const all: Proofs = outcome ? [...proofs, outcome] : proofs
      return signIn.byProofs(client, waiting, all)
    },

    /** For what has to be asked for first. */
    async ask<Result>(
      client: Client,
      waiting: Waiting,
      method: MethodId,
      work: (account: Account) => Promise<Result | undefined>,
    ): Promise<Done<Result | Refused<'api.sign_in_over' | 'api.method_off'>>> {
      const found = await find(client, waiting)
      if (!found) return over
      if (!found.ways.includes(method)) return off(found.ways)
      const result = await work(found.account)
      return result === undefined ? off(found.ways) : { kind: 'done', result }
    },
  }
}

/** Of an address that nobody has shown to be theirs, the code is of another purpose: it verifies the address (Q62). */
export function mailTo(
  { id: accountId, email, emailVerified }: Account,
  { tenant, requester }: Waiting,
  browser: string,
  deps: Pick<SecondStepDeps, 'emailSecondStep' | 'emailVerification'>,
): Promise<IssuedCode | undefined> {
  const asked = { tenant, requester, browser, locale: tenant.settings.default_locale }
  return emailVerified
    ? deps.emailSecondStep.send({ ...asked, accountId })
    : deps.emailVerification.send({ ...asked, email })
}

const over = { kind: 'done', result: { refused: 'api.sign_in_over' } } as const

function off(methods: readonly MethodId[]) {
  return { kind: 'done', result: { refused: 'api.method_off', details: { methods } } } as const
}

function createVerify(deps: SecondStepDeps) {
  return async (
    { id: accountId, email, emailVerified }: Account,
    { tenant, handle, requester }: Waiting,
    step: Step,
  ): Promise<Proof | StepRefused> => {
    const whose = { tenant, accountId, requester }
    switch (step.method) {
      case 'totp':
        return proofOr(await deps.totp.verify({ ...whose, code: step.code }), appRefused)
      case 'recovery_code':
        return proofOr(await deps.recoveryCodes.verify({ ...whose, code: step.code }), appRefused)
      case 'password': {
        const { password } = step
        const verdict = await deps.password.verify({ tenant, email, password, requester })
        return proofOr(verdict, passwordRefused)
      }
      case 'email_code': {
        if (!step.mail) return { refused: 'api.code_over' }
        const shown = { ...whose, ...step.mail, code: step.code }
        const asked = emailVerified ? deps.emailSecondStep : deps.emailVerification
        return proofOr(await asked.verify(shown), codeRefused)
      }
      case 'passkey': {
        const isExpected = ({ id }: { readonly id: AccountId }) => id === accountId
        const asked = { tenant, requester, binding: stepBinding(handle), isExpected }
        const { credential } = step
        return proofOr(await deps.passkeys.verify({ ...asked, credential }), passkeyRefused)
      }
    }
  }
}

type Proved = { readonly kind: 'proved'; readonly proof: Proof }

function proofOr<Other extends { readonly kind: string }>(
  verdict: Proved | Other,
  refuse: (other: Exclude<Other, Proved>) => StepRefused,
): Proof | StepRefused {
  return isProved(verdict) ? verdict.proof : refuse(verdict as Exclude<Other, Proved>) // it is no `Proved`
}

function isProved(verdict: Proved | { readonly kind: string }): verdict is Proved {
  return verdict.kind === 'proved'
}

/** How a code of an app, or from paper, is refused. */
export function appRefused(
  verdict: Exclude<Verdict | TotpVerdict, Proved>,
): Refused<'api.code_wrong' | 'api.throttled' | 'api.factor_locked'> {
  switch (verdict.kind) {
    case 'throttled': {
      const { isLocked, retryAfter } = verdict
      return { refused: isLocked ? 'api.factor_locked' : 'api.throttled', retryAfter }
    }
    case 'used':
      return { refused: 'api.code_wrong', details: { why: 'used' } }
    case 'clock_off': {
      const { ahead, by } = verdict
      return { refused: 'api.code_wrong', details: { why: 'clock_off', ahead, seconds: by } }
    }
    case 'refused':
    case 'malformed':
      return { refused: 'api.code_wrong', details: { why: 'wrong' } }
  }
}

/** `forget`: nobody's below this host, so the browser may be told so (`signalUnknownCredential`). */
export function passkeyRefused(
  verdict: Exclude<PasskeyVerdict, Proved>,
): Refused<'api.passkey_refused'> {
  const forget = verdict.kind === 'unknown' && verdict.isGone ? verdict.credentialId : null
  return { refused: 'api.passkey_refused', details: { why: verdict.kind, forget } }
}
