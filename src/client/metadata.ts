import { z } from 'zod'
import { isPlainLine } from '#kit/text.ts'
import { acrValues } from './acr.ts'
import { jwksProblem } from './jwks.ts'
import { originProblem, readUri, webUriProblem } from './uri.ts'

/**
 * How a client came here. A dynamically registered one is untrusted: consent is always asked (Q9). A built-in one is in no
 * table, and nobody changes it.
 */
export type ClientOrigin = 'seed' | 'cli' | 'registration' | 'api' | 'built_in'

export type ClientProblem = {
  /** The metadata name, such as `redirect_uris[0]`. */
  readonly field: string
  /** RFC 7591 §3.2.2. */
  readonly error: 'invalid_redirect_uri' | 'invalid_client_metadata'
  readonly message: string
}

/** Scopes about the person. A resource's scopes are granted by `resources` instead. */
export const identityScopes = [
  'openid',
  'offline_access',
  'profile',
  'email',
  'groups',
  'roles',
] as const

export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

/** Asymmetric only: `none` proves nothing, HS* would need the secret we do not keep (Q13). */
const clientAlgorithms = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'] as const
const ourAlgorithms = ['ES256', 'RS256'] as const

const flag = z.boolean({ error: 'must be true or false' })
const list = <Item extends z.ZodType>(item: Item, max = 50) =>
  z
    .array(item, { error: 'must be a list' })
    .max(max, { error: `must hold at most ${max} values` })
    .transform((items) => [...new Set(items)])

function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, { error: `must be one of: ${values.join(', ')}` })
}

function text(problem: (value: string) => string | undefined) {
  return z.string({ error: 'must be text' }).check((context) => {
    const message = problem(context.value)
    if (message !== undefined)
      context.issues.push({ code: 'custom', input: context.value, message })
  })
}

const label = text((value) =>
  value.trim() !== '' && value.length <= 200 && isPlainLine(value)
    ? undefined
    : 'must be 1 to 200 characters of plain text',
)
const page = text((value) => webUriProblem(value, 'anywhere'))
const endpoint = text((value) => webUriProblem(value, 'loopback'))
const httpsUri = text((value) => webUriProblem(value, 'nowhere'))
const origin = text(originProblem)
// The application type decides what is allowed: see `rules.ts`.
const redirectUri = text(() => undefined)

/** RFC 6749 §3.3. */
export const scopeToken = text((value) =>
  /^[!#-[\]-~]{1,100}$/.test(value) ? undefined : 'must be a scope of at most 100 characters',
)

/** RFC 8707 §2: absolute, without fragment. */
export function resourceIndicatorProblem(value: string): string | undefined {
  return value.includes('#') ? 'must not hold a fragment' : readUri(value).problem
}

const scope = text((value) => {
  const unknown = value.split(' ').find((token) => !identityScopes.some((known) => known === token))
  return unknown === undefined
    ? undefined
    : `must hold, one space between them, only: ${identityScopes.join(' ')}`
})

const jwks = z.custom<{ readonly keys: readonly Record<string, unknown>[] }>().check((context) => {
  const message = jwksProblem(context.value)
  if (message !== undefined) context.issues.push({ code: 'custom', input: context.value, message })
})

/**
 * The names a client may register, as the engine spells them (RFC 7591 §2, OIDC Registration §2 and their extensions),
 * and a few of ours. What belongs together is in `rules.ts`.
 */
export const metadataShape = {
  client_name: label.optional(),
  client_uri: page.optional(),
  logo_uri: page.optional(),
  policy_uri: page.optional(),
  tos_uri: page.optional(),
  contacts: list(z.email({ error: 'must be an e-mail address' }).max(254), 10).optional(),

  application_type: oneOf(['web', 'native']).default('web'),
  redirect_uris: list(redirectUri).default([]),
  post_logout_redirect_uris: list(redirectUri).default([]),
  initiate_login_uri: httpsUri.optional(),
  grant_types: list(
    oneOf(['authorization_code', 'refresh_token', 'client_credentials', deviceGrant]),
  ).default(['authorization_code']),
  response_types: list(oneOf(['code'])),
  response_modes: list(
    oneOf(['query', 'fragment', 'form_post', 'jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt']),
  )
    .refine((modes) => modes.length > 0, { error: 'must not be empty' })
    .optional(),
  scope: scope.optional(),

  token_endpoint_auth_method: oneOf([
    'client_secret_basic',
    'client_secret_post',
    'private_key_jwt',
    'none',
  ]).default('client_secret_basic'),
  token_endpoint_auth_signing_alg: oneOf(clientAlgorithms).optional(),
  jwks: jwks.optional(),
  jwks_uri: endpoint.optional(),

  id_token_signed_response_alg: oneOf(ourAlgorithms),
  userinfo_signed_response_alg: oneOf(ourAlgorithms).optional(),
  authorization_signed_response_alg: oneOf(ourAlgorithms).optional(),
  introspection_signed_response_alg: oneOf(ourAlgorithms).optional(),
  request_object_signing_alg: oneOf(clientAlgorithms).optional(),
  require_signed_request_object: flag.default(false),
  require_pushed_authorization_requests: flag.default(false),
  dpop_bound_access_tokens: flag.default(false),

  subject_type: oneOf(['public', 'pairwise']).default('public'),
  sector_identifier_uri: httpsUri.optional(),
  default_max_age: z
    .int({ error: 'must be a whole number of seconds' })
    .min(0, { error: 'must not be negative' })
    .max(315_360_000, { error: 'must be at most ten years' })
    .optional(),
  require_auth_time: flag.default(false),
  default_acr_values: list(oneOf(acrValues)).optional(),
  backchannel_logout_uri: endpoint.optional(),
  backchannel_logout_session_required: flag.default(false),

  /** Ours: consent is not asked. */
  first_party: flag.default(false),
  /** Ours: the least that must have been proved, whatever a request asks for. */
  minimum_acr: oneOf(acrValues).optional(),
  /** Ours: may sign people in by the JSON API (`/api/v1/auth`), which means it is trusted with their passwords. */
  api_login: flag.default(false),
  /** Ours: may be given what people let this tenant do elsewhere, by the JSON API, where a connection keeps it. */
  upstream_tokens: flag.default(false),
  /** Ours: may be false for a confidential client only, which then must send `nonce` (Q4). */
  require_pkce: flag.default(true),
  /** Ours: origins that may call token, userinfo and revocation from a browser (Q10). */
  allowed_origins: list(origin).default([]),
  /** Ours: scopes this client may get, by resource indicator. */
  resources: z
    .record(z.string(), list(scopeToken), {
      error: 'must be an object from resource indicators to lists of scopes',
    })
    .check(({ value, issues }) => {
      const names = Object.keys(value)
      if (names.length > 50)
        issues.push({ code: 'custom', input: value, message: 'must hold at most 50 resources' })
      for (const name of names) {
        const message = resourceIndicatorProblem(name)
        if (message !== undefined)
          issues.push({ code: 'custom', input: value, path: [name], message })
      }
    })
    .default({}),
  /** Ours: refresh tokens that outlive the session, without `offline_access`. */
  always_issue_refresh_token: flag.default(false),
  /** Ours: the ID token carries no profile claims but those asked for (OIDC Core §5.4). */
  minimal_id_token: flag.default(false),
}

export const metadataNames: readonly string[] = Object.keys(metadataShape)

export const clientMetadata = z.object(metadataShape)

/** Always as the validator returned it: every default filled in, every rule kept. */
export type ClientMetadata = z.output<typeof clientMetadata>
