import { isVoid } from '#account/account.ts'
import type { Client } from '#client/client.ts'
import type { Proof } from '#login/login.ts'
import type { Done, SignIn } from '#oidc/direct/direct.ts'
import { acrPassword } from '#session/session.ts'
import { pendingLifetime } from './auth.ts'
import type { Attempt, SignInDeps } from './auth.ts'

export type NotSignedIn =
  | { readonly kind: 'refused' }
  | { readonly kind: 'throttled' | 'locked'; readonly retryAfter: number }
  | {
      readonly kind: 'mfa_required'
      readonly handle: string
      readonly methods: readonly string[]
      /** Seconds. */
      readonly expiresIn: number
    }

/**
 * What the password page does, for an application that asks by itself: the same service counts, hashes and records, so
 * neither the answer nor its time tells more here than there (Q36, Q73).
 */
export function createSignIn(deps: SignInDeps) {
  return async (client: Client, attempt: Attempt): Promise<SignIn | Done<NotSignedIn>> => {
    const verdict = await deps.password.verify(attempt)
    switch (verdict.kind) {
      case 'proved':
        return proceed(client, attempt, verdict.proof)
      case 'throttled':
        return done({
          kind: verdict.isLocked ? 'locked' : 'throttled',
          retryAfter: verdict.retryAfter,
        })
      case 'refused':
      case 'malformed':
        return done({ kind: 'refused' })
    }
  }

  async function proceed(
    client: Client,
    { tenant }: Attempt,
    proof: Proof,
  ): Promise<SignIn | Done<NotSignedIn>> {
    const { accountId, amr, at } = proof
    // straight from the store: it may have been disabled, or its password changed, since it was proved (Q17, Q18)
    const account = await deps.accounts.find(tenant.id, accountId)
    if (account?.status !== 'active' || isVoid(account, at)) return done({ kind: 'refused' })
    const methods = await deps.policy.missing({ tenant, account, client, proofs: [proof] })
    if (methods.length > 0) {
      const handle = await deps.pending.begin(tenant, client.clientId, [proof])
      return done({ kind: 'mfa_required', handle, methods, expiresIn: pendingLifetime })
    }
    return { kind: 'sign_in', accountId, acr: acrPassword, amr, at }
  }
}

function done(result: NotSignedIn): Done<NotSignedIn> {
  return { kind: 'done', result }
}
