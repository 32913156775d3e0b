import type { Account } from './account.ts'

/** The standard claims of a person (OIDC Core §5.1), the same in an ID token and at userinfo. Scopes choose among them. */
export type AccountClaims = {
  readonly sub: string
  readonly name: string | undefined
  readonly given_name: string | undefined
  readonly family_name: string | undefined
  /** Always set: many relying parties take it for the user name. Not unique, not stable: only `sub` is (OIDC Core §5.7). */
  readonly preferred_username: string
  readonly picture: string | undefined
  readonly locale: string | undefined
  readonly zoneinfo: string | undefined
  /** Epoch seconds. */
  readonly updated_at: number
  readonly email: string
  /** A real boolean: some relying parties refuse, or worse believe, the string. */
  readonly email_verified: boolean
  readonly groups: readonly string[]
  readonly roles: readonly string[]
}

export function accountClaims(account: Account): AccountClaims {
  const { profile } = account
  return {
    sub: account.id,
    name: profile.name,
    given_name: profile.given_name,
    family_name: profile.family_name,
    preferred_username: profile.preferred_username ?? account.email,
    picture: profile.picture,
    locale: profile.locale,
    zoneinfo: profile.zoneinfo,
    updated_at: Math.floor(account.updatedAt.getTime() / 1000),
    email: account.email,
    email_verified: account.emailVerified,
    groups: [...account.groups],
    roles: [...account.roles],
  }
}
