import { isVoid } from '#account/account.ts'
import type { Account } from '#account/account.ts'
import type { Client } from '#client/client.ts'
import type { EmailCodeVerdict } from '#login/email-code/email-code.ts'
import { acrOf, amrOf, elsewhereIn } from '#login/login.ts'
import type { Proof, Requester, Verdict } from '#login/login.ts'
import type { Done, SignIn } from '#oidc/direct/direct.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { Refused } from '../api.ts'
import { pendingLifetime } from './auth.ts'
import type { Attempt, Missing, Proofs, SignInDeps } from './auth.ts'
import type { MailHandle } from './handle.ts'
import { refuseEnforced, ssoRequired } from './sso-required.ts'
import type { SsoRequired } from './sso-required.ts'

export type NotSignedIn =
  | Refused<
      | 'api.invalid_credentials'
      | 'api.locked'
      | 'api.mfa_required'
      | 'api.enrolment_required'
      | 'api.sign_in_refused'
    >
  | SsoRequired
  | CodeRefused

export type CodeRefused = Refused<'api.code_wrong' | 'api.code_over' | 'api.throttled'>

export type MailedCode = {
  readonly tenant: Tenant
  readonly mail: MailHandle
  readonly code: string
  readonly requester: Requester
}

type Asked = Pick<Attempt, 'tenant' | 'requester'>

type Result = Promise<SignIn | Done<NotSignedIn>>

/**
 * What the pages of a sign-in do, for an application that asks by itself: the same services count, hash and record, so
 * neither the answer nor its time tells more here than there (Q36, Q73).
 */
export function createSignIn(deps: SignInDeps) {
  return {
    async byPassword(client: Client, attempt: Attempt): Result {
      const { tenant, email } = attempt
      const elsewhere = await refuseEnforced(tenant.id, email, deps.enforcement)
      if (elsewhere) return done(elsewhere)
      const verdict = await deps.password.verify(attempt)
      return verdict.kind === 'proved'
        ? proceed(client, attempt, [verdict.proof])
        : done(passwordRefused(verdict))
    },

    async byCode(client: Client, { mail, ...attempt }: MailedCode): Result {
      const verdict = await deps.emailCode.verify({ ...attempt, ...mail })
      return verdict.kind === 'proved'
        ? proceed(client, attempt, [verdict.proof])
        : done(codeRefused(verdict))
    },

    /** For who has just proved something elsewhere. */
    byProof: (client: Client, asked: Asked, proof: Proof): Result =>
      proceed(client, asked, [proof]),

    /** For who was asked for more, and proved it. */
    byProofs: proceed,
  }

  async function proceed(client: Client, { tenant, requester }: Asked, proofs: Proofs): Result {
    const account = await ownerOf(proofs, tenant, deps)
    if (!account) return done({ refused: 'api.invalid_credentials' })
    const missing = await deps.policy.missing({ tenant, account, client, proofs, requester })
    if (missing) return ask(client, tenant, proofs, missing)
    const { ip, userAgent, requestId, deviceCookie: device } = requester
    const visitor = { ip, headers: { 'user-agent': userAgent } }
    await deps.tellOfGlass(account, proofs, requester)
    await deps.noticeNewDevice({ tenant, account, device, visitor, requestId })
    return {
      kind: 'sign_in',
      accountId: account.id,
      acr: acrOf(proofs),
      amr: amrOf(proofs),
      at: Math.max(...proofs.map(({ at }) => at)),
      ...elsewhereIn(proofs),
    }
  }

  async function ask(
    { clientId }: Client,
    tenant: Tenant,
    proofs: Proofs,
    { ways, enrollable, isRefused, instead }: Missing,
  ): Result {
    if (instead) return done(ssoRequired(instead))
    if (isRefused) return done({ refused: 'api.sign_in_refused' })
    if (ways.length === 0) {
      const details = { methods: enrollable, url: `${tenant.issuer}/account` }
      return done({ refused: 'api.enrolment_required', details })
    }
    const handle = await deps.pending.begin(tenant, clientId, proofs)
    const details = { handle, methods: ways, expires_in: pendingLifetime }
    return done({ refused: 'api.mfa_required', details })
  }
}

/**
 * Whose proofs these are. Straight from the store: the account may have been disabled, or its password changed, since they
 * were given (Q17, Q18). Undefined also where they are not of one person.
 */
export async function ownerOf(
  proofs: Proofs,
  tenant: Tenant,
  { accounts }: Pick<SignInDeps, 'accounts'>,
): Promise<Account | undefined> {
  const [{ accountId }] = proofs
  const account = await accounts.find(tenant.id, accountId)
  if (account?.status !== 'active') return undefined
  const isGood = proofs.every((one) => one.accountId === accountId && !isVoid(account, one.at))
  return isGood ? account : undefined
}

/** How a password is refused, whoever it was for. */
export function passwordRefused(
  verdict: Exclude<Verdict, { readonly kind: 'proved' }>,
): Refused<'api.invalid_credentials' | 'api.locked' | 'api.throttled'> {
  if (verdict.kind !== 'throttled') return { refused: 'api.invalid_credentials' }
  const { isLocked, retryAfter } = verdict
  return { refused: isLocked ? 'api.locked' : 'api.throttled', retryAfter }
}

/** How a code that was typed is refused, whatever it was for. */
export function codeRefused(
  verdict: Exclude<EmailCodeVerdict, { readonly kind: 'proved' }>,
): CodeRefused {
  switch (verdict.kind) {
    case 'wrong':
      return { refused: 'api.code_wrong', details: { left: verdict.left } }
    case 'throttled':
      return { refused: 'api.throttled', retryAfter: verdict.retryAfter }
    case 'expired':
    case 'too_many':
      return { refused: 'api.code_over' }
  }
}

function done(result: NotSignedIn): Done<NotSignedIn> {
  return { kind: 'done', result }
}
