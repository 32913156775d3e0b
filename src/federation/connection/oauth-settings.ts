import { z } from 'zod'
import { domain, flag, issuerAddress, line, listOf, oneOf, text } from './fields.ts'

const clientId = line(512)
const prompt = oneOf(['login', 'select_account', 'consent']).optional()
const scope = text((value) =>
  /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/.test(value) ? undefined : 'must be a scope (RFC 6749 §3.3)',
)
/** Of a provider that gives tokens worth keeping. */
const tokenSettings = {
  /**
   * Keeps what people let us do there, sealed, and gives the access token to applications of the tenant that have a right
   * of their own to it (reference/federation.md §3.7: discarded after the sign-in unless somebody said otherwise).
   */
  stores_tokens: flag.default(false),
}
/** What the access token is to be good for there, beside telling who somebody is. */
const moreScopes = { more_scopes: listOf(scope, 50).default([]) }
const guid = text((value) =>
  /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
    ? undefined
    : 'must be the id of a tenant: a GUID in lower case',
)

/** Any OpenID Provider, by discovery. */
export const oidcSettings = {
  issuer: issuerAddress,
  client_id: clientId,
  scopes: listOf(scope, 50)
    .refine((scopes) => scopes.includes('openid'), { error: 'must hold openid' })
    .default(['openid', 'email', 'profile']),
  /** `private_key_jwt`: by a key that is drawn here, for this connection alone; the other side fetches its public half. */
  token_endpoint_auth_method: oneOf([
    'client_secret_basic',
    'client_secret_post',
    'private_key_jwt',
    'none',
  ]).default('client_secret_basic'),
  /** Of `private_key_jwt`; another one is another key. */
  token_endpoint_auth_signing_alg: oneOf(['ES256', 'PS256', 'RS256']).default('ES256'),
  /** For whom an assertion is. The issuer, unless the other side wants the address it is sent to (CVE-2025-27370). */
  client_assertion_audience: oneOf(['issuer', 'token_endpoint']).default('issuer'),
  /** Pinned: a token signed otherwise is none (RFC 8725 §3.1). */
  id_token_signed_response_alg: oneOf(['RS256', 'PS256', 'ES256', 'EdDSA']).default('RS256'),
  prompt,
  ...tokenSettings,
}

export const googleSettings = {
  client_id: clientId,
  /** Workspace domains whose people may come; empty: everybody with a Google account. */
  hosted_domains: listOf(domain, 100).default([]),
  prompt,
  ...tokenSettings,
  ...moreScopes,
}

export const microsoftSettings = {
  client_id: clientId,
  /** One tenant's id, or whose accounts may come: of companies, of anybody, of persons only. */
  tenant: z.union([oneOf(['organizations', 'common', 'consumers']), guid], {
    error: 'must be the id of a tenant, or one of: organizations, common, consumers',
  }),
  /** Ids of the tenants whose people may come, where `tenant` names more than one; empty: any. */
  allowed_tenants: listOf(guid, 200).default([]),
  prompt,
  ...tokenSettings,
  ...moreScopes,
}

export const githubSettings = { client_id: clientId, ...tokenSettings, ...moreScopes }

const tenCharacters = text((value) =>
  /^[A-Z0-9]{10}$/.test(value) ? undefined : 'must be the ten characters that Apple shows',
)

export const appleSettings = {
  client_id: clientId,
  team_id: tenCharacters,
  key_id: tenCharacters,
}
