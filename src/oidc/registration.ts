import { errors } from 'oidc-provider'
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { checkClientMetadata, privilegedNames } from '#client/client.ts'
import type { ClientProblem } from '#client/client.ts'

/** Metadata of ours beside RFC 7591: named here, or the engine drops it. */
const properties = [
  'require_pkce',
  'minimum_acr',
  'first_party',
  'api_login',
  'upstream_tokens',
  'allowed_origins',
  'resources',
  'always_issue_refresh_token',
  'minimal_id_token',
] as const

/**
 * Dynamic registration goes through the one validator (Q2) before the engine answers; stored clients went through it
 * already. Trust cannot be asked for: the answer would else repeat it as if it had been given (Q80).
 */
export const extraClientMetadata: NonNullable<Configuration['extraClientMetadata']> = {
  properties: [...properties],
  validator(ctx: KoaContextWithOIDC | undefined, key, value, metadata) {
    if (ctx?.oidc?.route !== 'registration') return
    if (privilegedNames.some((name) => name === key) && value !== undefined) {
      throw new errors.InvalidClientMetadata(`${key} cannot be registered dynamically`)
    }
    // called for each property: the whole is checked once
    if (key !== properties[0]) return
    const checked = checkClientMetadata(metadata, 'registration')
    const [problem] = checked.outcome === 'invalid' ? checked.problems : []
    if (problem) throw registrationError(problem)
  },
}

/** RFC 7591 §3.2.2. */
function registrationError({ field, error, message }: ClientProblem): Error {
  const description = `${field}: ${message}`
  if (error === 'invalid_client_metadata') return new errors.InvalidClientMetadata(description)
  // the engine's class knows one sentence only, about authorization requests
  return Object.assign(new errors.InvalidRedirectUri(), { error_description: description })
}
