import { z } from 'zod'
import { domain, issuerAddress, line, listOf, oneOf, text } from './fields.ts'

const clientId = line(512)
const prompt = oneOf(['login', 'select_account', 'consent']).optional()
const scope = text((value) =>
  /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/.test(value) ? undefined : 'must be a scope (RFC 6749 §3.3)',
)
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
  token_endpoint_auth_method: oneOf(['client_secret_basic', 'client_secret_post', 'none']).default(
    'client_secret_basic',
  ),
  /** Pinned: a token signed otherwise is none (RFC 8725 §3.1). */
  id_token_signed_response_alg: oneOf(['RS256', 'PS256', 'ES256', 'EdDSA']).default('RS256'),
  prompt,
}

export const googleSettings = {
  client_id: clientId,
  /** Workspace domains whose people may come; empty: everybody with a Google account. */
  hosted_domains: listOf(domain, 100).default([]),
  prompt,
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
}

export const githubSettings = { client_id: clientId }

const tenCharacters = text((value) =>
  /^[A-Z0-9]{10}$/.test(value) ? undefined : 'must be the ten characters that Apple shows',
)

export const appleSettings = {
  client_id: clientId,
  team_id: tenCharacters,
  key_id: tenCharacters,
}
