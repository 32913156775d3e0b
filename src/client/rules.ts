import { deviceGrant } from './metadata.ts'
import type { ClientMetadata, ClientProblem } from './metadata.ts'
import { redirectUriProblem } from './redirect-uri.ts'

type Name = keyof ClientMetadata

type Rule = {
  /** Where the problem is shown. */
  readonly field: Name
  /** What else it looks at: a rule about a value that is wrong in itself is not asked. */
  readonly reads: readonly Name[]
  readonly isBroken: (metadata: ClientMetadata) => boolean
  readonly message: string
}

const usesCode = (client: ClientMetadata) => client.grant_types.includes('authorization_code')
const isPublic = (client: ClientMetadata) => client.token_endpoint_auth_method === 'none'
const hasKeys = (client: ClientMetadata) =>
  client.jwks !== undefined || client.jwks_uri !== undefined
const hosts = (client: ClientMetadata) =>
  new Set(client.redirect_uris.map((uri) => URL.parse(uri)?.host))

/** What belongs together. One row, one clause. */
const rules: readonly Rule[] = [
  {
    field: 'redirect_uris',
    reads: ['grant_types'],
    isBroken: (client) => usesCode(client) && client.redirect_uris.length === 0,
    message: 'must hold at least one URI for the grant authorization_code',
  },
  {
    field: 'response_types', // RFC 7591 §2.1
    reads: ['grant_types'],
    isBroken: (client) => usesCode(client) !== client.response_types.includes('code'),
    message: 'must be ["code"] with the grant authorization_code, and empty without it',
  },
  {
    field: 'grant_types',
    reads: [],
    isBroken: (client) => client.grant_types.length === 0,
    message: 'must not be empty',
  },
  {
    field: 'grant_types',
    reads: ['api_login'],
    isBroken: (client) =>
      client.grant_types.includes('refresh_token') &&
      !usesCode(client) &&
      !client.grant_types.includes(deviceGrant) &&
      !client.api_login,
    message: 'may hold refresh_token only beside authorization_code, the device grant or api_login',
  },
  {
    field: 'api_login', // whoever takes passwords is no third party
    reads: ['first_party'],
    isBroken: (client) => client.api_login && !client.first_party,
    message: 'needs first_party',
  },
  {
    field: 'api_login', // the API knows people by their account, and has no proof of a key to hold a token to
    reads: ['subject_type', 'dpop_bound_access_tokens'],
    isBroken: (client) =>
      client.api_login && (client.subject_type === 'pairwise' || client.dpop_bound_access_tokens),
    message: 'does not go together with pairwise subjects or DPoP-bound tokens',
  },
  {
    field: 'upstream_tokens', // they are asked for there
    reads: ['api_login'],
    isBroken: (client) => client.upstream_tokens && !client.api_login,
    message: 'needs api_login',
  },
  {
    field: 'grant_types', // RFC 6749 §4.4
    reads: ['token_endpoint_auth_method'],
    isBroken: (client) => client.grant_types.includes('client_credentials') && isPublic(client),
    message: 'may hold client_credentials only for a client that authenticates',
  },
  {
    field: 'require_pkce', // RFC 9700 §2.1.1
    reads: ['token_endpoint_auth_method'],
    isBroken: (client) => !client.require_pkce && isPublic(client),
    message: 'may be false only for a client that authenticates',
  },
  {
    field: 'jwks', // RFC 7591 §2
    reads: ['jwks_uri'],
    isBroken: (client) => client.jwks !== undefined && client.jwks_uri !== undefined,
    message: 'must not be used together with jwks_uri',
  },
  {
    field: 'token_endpoint_auth_method',
    reads: ['jwks', 'jwks_uri'],
    isBroken: (client) =>
      client.token_endpoint_auth_method === 'private_key_jwt' && !hasKeys(client),
    message: 'needs jwks or jwks_uri for private_key_jwt',
  },
  {
    field: 'token_endpoint_auth_signing_alg',
    reads: ['token_endpoint_auth_method'],
    isBroken: (client) =>
      client.token_endpoint_auth_signing_alg !== undefined &&
      client.token_endpoint_auth_method !== 'private_key_jwt',
    message: 'has a meaning only with private_key_jwt',
  },
  {
    field: 'request_object_signing_alg',
    reads: ['jwks', 'jwks_uri'],
    isBroken: (client) => client.request_object_signing_alg !== undefined && !hasKeys(client),
    message: 'needs jwks or jwks_uri',
  },
  {
    field: 'require_signed_request_object',
    reads: ['jwks', 'jwks_uri'],
    isBroken: (client) => client.require_signed_request_object && !hasKeys(client),
    message: 'needs jwks or jwks_uri',
  },
  {
    field: 'always_issue_refresh_token',
    reads: ['grant_types'],
    isBroken: (client) =>
      client.always_issue_refresh_token && !client.grant_types.includes('refresh_token'),
    message: 'needs the grant refresh_token',
  },
  {
    field: 'backchannel_logout_session_required',
    reads: ['backchannel_logout_uri'],
    isBroken: (client) =>
      client.backchannel_logout_session_required && client.backchannel_logout_uri === undefined,
    message: 'needs backchannel_logout_uri',
  },
  {
    field: 'subject_type', // OIDC Core §8.1: which sector it is must be certain
    reads: ['redirect_uris', 'sector_identifier_uri', 'grant_types'],
    isBroken: (client) =>
      client.subject_type === 'pairwise' &&
      client.sector_identifier_uri === undefined &&
      (!usesCode(client) || hosts(client).size !== 1),
    message: 'pairwise needs the redirect URIs of one host, or sector_identifier_uri',
  },
  {
    field: 'subject_type', // the engine's own rule: there is no redirect that would prove the sector
    reads: ['grant_types', 'token_endpoint_auth_method', 'jwks_uri'],
    isBroken: (client) =>
      client.subject_type === 'pairwise' &&
      client.grant_types.includes(deviceGrant) &&
      (client.token_endpoint_auth_method !== 'private_key_jwt' ||
        client.jwks_uri === undefined ||
        client.sector_identifier_uri === undefined),
    message:
      'pairwise with the device grant needs private_key_jwt, jwks_uri and sector_identifier_uri',
  },
]

/** Every rule that is broken, passing over those about fields already known to be wrong. */
export function brokenRules(
  metadata: ClientMetadata,
  wrong: ReadonlySet<string>,
): readonly ClientProblem[] {
  return rules
    .filter((rule) => ![rule.field, ...rule.reads].some((name) => wrong.has(name)))
    .filter((rule) => rule.isBroken(metadata))
    .map(({ field, message }) => ({ field, error: errorFor(field), message }))
}

export function redirectUriProblems(metadata: ClientMetadata): readonly ClientProblem[] {
  const { application_type: type } = metadata
  return (['redirect_uris', 'post_logout_redirect_uris'] as const).flatMap((name) =>
    metadata[name].flatMap((uri, index) => {
      const message = redirectUriProblem(uri, type)
      return message === undefined
        ? []
        : [{ field: `${name}[${index}]`, error: errorFor(name), message }]
    }),
  )
}

/** RFC 7591 §3.2.2: redirect URIs have an error of their own. */
export function errorFor(field: string): ClientProblem['error'] {
  return field.startsWith('redirect_uris') ? 'invalid_redirect_uri' : 'invalid_client_metadata'
}
