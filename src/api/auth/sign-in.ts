import { isVoid } from '#account/account.ts'
import type { Client } from '#client/client.ts'
import type { EmailCodeVerdict } from '#login/email-code/email-code.ts'
import type { Proof, Requester } from '#login/login.ts'
import type { Done, SignIn } from '#oidc/direct/direct.ts'
import { acrPassword } from '#client/client.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { Refused } from '../api.ts'
import { pendingLifetime } from './auth.ts'
import type { Attempt, SignInDeps } from './auth.ts'
import type { MailHandle } from './handle.ts'

export type NotSignedIn =
  | Refused<'api.invalid_credentials' | 'api.locked' | 'api.mfa_required'>
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
      const verdict = await deps.password.verify(attempt)
      switch (verdict.kind) {
        case 'proved':
          return proceed(client, attempt, verdict.proof)
        case 'throttled':
          return done({
            refused: verdict.isLocked ? 'api.locked' : 'api.throttled',
            retryAfter: verdict.retryAfter,
          })
        case 'refused':
        case 'malformed':
          return done({ refused: 'api.invalid_credentials' })
      }
    },

    async byCode(client: Client, { mail, ...attempt }: MailedCode): Result {
      const verdict = await deps.emailCode.verify({ ...attempt, ...mail })
      return verdict.kind === 'proved'
        ? proceed(client, attempt, verdict.proof)
        : done(codeRefused(verdict))
    },

    /** For who has just proved something elsewhere. */
    byProof: proceed,
  }

  async function proceed(client: Client, { tenant, requester }: Asked, proof: Proof): Result {
    const { accountId, amr, at } = proof
    // straight from the store: it may have been disabled, or its password changed, since it was proved (Q17, Q18)
    const account = await deps.accounts.find(tenant.id, accountId)
    if (account?.status !== 'active' || isVoid(account, at))
      return done({ refused: 'api.invalid_credentials' })
    const methods = await deps.policy.missing({ tenant, account, client, proofs: [proof] })
    if (methods.length === 0) {
      const { ip, userAgent, requestId, deviceCookie: device } = requester
      const visitor = { ip, headers: { 'user-agent': userAgent } }
      await deps.noticeNewDevice({ tenant, account, device, visitor, requestId })
      return { kind: 'sign_in', accountId, acr: acrPassword, amr, at }
    }
    const handle = await deps.pending.begin(tenant, client.clientId, [proof])
    const details = { handle, methods, expires_in: pendingLifetime }
    return done({ refused: 'api.mfa_required', details })
  }
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
