import type { Account as EngineAccount, Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { brandId } from '#kit/ids.ts'
import type { AccountId, TenantId } from '#kit/ids.ts'
import { isVoid } from '#account/account.ts'
import type { Account, Accounts } from '#account/account.ts'
import type { Enforcement, SignInFacts } from '#federation/federation.ts'
import { findClientRecord } from './client-models.ts'
import { elsewhereOf } from './federated-session.ts'

/** Scopes and the claims they carry (OIDC Core §5.4), ours added: `groups` and `roles`. */
export const claimsByScope: NonNullable<Configuration['claims']> = {
  openid: ['sub', 'acr', 'amr', 'auth_time'],
  profile: [
    'name',
    'given_name',
    'family_name',
    'preferred_username',
    'picture',
    'locale',
    'zoneinfo',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  groups: ['groups'],
  roles: ['roles'],
  acr: null,
  amr: null,
  auth_time: null,
  sid: null,
  iss: null,
}

export const scopes = ['openid', 'offline_access', 'profile', 'email', 'groups', 'roles'] as const

/** An account in the words of OIDC Core §5.1. */
export type ClaimsOf = (account: Account) => object

/**
 * Only active accounts exist for the engine: a disabled one fails every path that asks (Q18), and so does one that has to
 * sign in elsewhere and did not, or did where nobody does any more. Many relying parties read only the ID token, so it carries what the scopes grant; a client that registered `minimal_id_token` gets the form of
 * OIDC Core §5.4 and what its `claims` parameter names.
 */
export function createFindAccount(deps: {
  readonly tenantId: TenantId
  readonly accounts: Accounts
  readonly claimsOf: ClaimsOf
  readonly enforcement: Pick<Enforcement, 'stands'>
}): NonNullable<Configuration['findAccount']> {
  return async (ctx, sub, token) => {
    const account = await deps.accounts.findActive(deps.tenantId, brandId<AccountId>(sub))
    if (!account || isVoid(account, provedAt(ctx, token))) return undefined
    const signIn = signInOf(ctx, token)
    if (signIn && !(await deps.enforcement.stands(account, signIn))) return undefined
    const isMinimal = findClientRecord(ctx.oidc.client)?.metadata.minimal_id_token === true
    return engineAccount(account.id, deps.claimsOf(account), isMinimal)
  }
}

/**
 * When the sign-in behind this request happened: what a code or refresh token remembers of it, or the session itself. An
 * access token remembers nothing; it dies with its Grant.
 */
function provedAt(ctx: KoaContextWithOIDC, token: object | undefined): number {
  const { authTime } = (token ?? {}) as { readonly authTime?: number } // missing in some of the engine's types
  return authTime ?? ctx.oidc.session?.loginTs ?? Infinity
}

/**
 * How somebody signed in for whom this request is made: sessions and tokens of before a domain had to sign in elsewhere open
 * nothing any more. An access token remembers nothing, and lives an hour at most.
 */
function signInOf(ctx: KoaContextWithOIDC, token: object | undefined): SignInFacts | undefined {
  const { session } = ctx.oidc
  if (!token) return session && factsOf(session, elsewhereOf(session).via)
  const { kind } = token as { readonly kind?: string } // missing in some of the engine's types
  if (kind === 'AccessToken') return undefined
  return factsOf(token, elsewhereOf(ctx.oidc.entities.Grant ?? {}).via)
}

function factsOf(signIn: object, via: SignInFacts['via']): SignInFacts {
  const { acr, amr = [] } = signIn as { readonly acr?: string; readonly amr?: readonly string[] } // missing in some of the engine's types
  return { acr, amr, via }
}

function engineAccount(sub: AccountId, all: object, isMinimal: boolean): EngineAccount {
  return {
    accountId: sub,
    async claims(use, _scope, requested) {
      if (use !== 'id_token' || !isMinimal) return { ...all, sub }
      const kept = Object.entries(all).filter(([claim]) => claim in requested)
      return { ...Object.fromEntries(kept), sub }
    },
  }
}
