import { createPrivateKey } from 'node:crypto'
import type { ConnectionType } from '../federation.ts'
import { clientKeyAlg } from './client-key.ts'
import type { ConnectionProblem } from './vocabulary.ts'
import { secretNames } from './settings.ts'

type Settings = Readonly<Record<string, unknown>>

/** What one field alone cannot tell. `settings`: each field was read by itself already. */
export function settingProblems(
  type: ConnectionType,
  settings: Settings,
): readonly ConnectionProblem[] {
  return [
    ...microsoftProblems(type, settings),
    ...samlProblems(type, settings),
    ...appleProblems(type, settings),
    ...publicClientProblems(type, settings),
    ...tokenProblems(settings),
  ]
}

function microsoftProblems(type: ConnectionType, settings: Settings): readonly ConnectionProblem[] {
  if (type !== 'microsoft') return []
  const { allowed_tenants: allowed, tenant } = settings
  const isOfMany = tenant === 'organizations' || tenant === 'common'
  if (isOfMany) return mappedAddressProblems(settings)
  if (!Array.isArray(allowed) || allowed.length === 0) return []
  return [{ field: 'allowed_tenants', message: 'has no use: tenant names one already' }]
}

/** SECURITY (nOAuth): that a tenant owns a domain is said of `email` alone; into any other claim it writes what it likes. */
function mappedAddressProblems({ mapping = {} }: Settings): readonly ConnectionProblem[] {
  return Object.entries(mapping as object)
    .filter(([name, field]) => field === 'email' && name !== 'email')
    .map(([name]) => ({
      field: `mapping.${name}`,
      message: 'must not fill email where tenant names more than one',
    }))
}

/** One source of what the other side is: of two, nobody could tell which holds. */
function samlProblems(type: ConnectionType, settings: Settings): readonly ConnectionProblem[] {
  if (type !== 'saml') return []
  const { metadata_url: url, metadata, sso_url: sso, certificates, entity_id: entity } = settings
  const byHand = sso !== undefined || (Array.isArray(certificates) && certificates.length > 0)
  const sources = [url !== undefined, metadata !== undefined, byHand].filter(Boolean).length
  if (sources !== 1)
    return [
      {
        field: 'metadata_url',
        message: 'or metadata, or entity_id with sso_url and certificates: exactly one of them',
      },
    ]
  if (!byHand)
    return settings['slo_url'] === undefined
      ? []
      : [{ field: 'slo_url', message: 'has no use: their metadata tells it' }]
  const missing = [
    ...(entity === undefined ? ['entity_id'] : []),
    ...(sso === undefined ? ['sso_url'] : []),
    ...(Array.isArray(certificates) && certificates.length > 0 ? [] : ['certificates']),
  ]
  return missing.map((field) => ({ field, message: 'is missing' }))
}

function appleProblems(type: ConnectionType, settings: Settings): readonly ConnectionProblem[] {
  const pem = settings['private_key']
  if (type !== 'apple' || typeof pem !== 'string' || isP256(pem)) return []
  return [
    { field: 'private_key', message: 'must be the private key of P-256 that Apple gave, as PEM' },
  ]
}

function isP256(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyDetails?.namedCurve === 'prime256v1'
  } catch {
    return false
  }
}

function publicClientProblems(
  type: ConnectionType,
  settings: Settings,
): readonly ConnectionProblem[] {
  const method = settings['token_endpoint_auth_method']
  const isWithout = type === 'oidc' && (method === 'none' || method === 'private_key_jwt')
  if (!isWithout || settings['client_secret'] === undefined) return []
  const message = `has no use: token_endpoint_auth_method is ${method}`
  return [{ field: 'client_secret', message }]
}

function tokenProblems(settings: Settings): readonly ConnectionProblem[] {
  const more = settings['more_scopes']
  if (settings['stores_tokens'] === true || !Array.isArray(more) || more.length === 0) return []
  return [{ field: 'more_scopes', message: 'has no use: stores_tokens is off' }]
}

/** Whether a connection cannot work without a secret that the other side gave. */
export function needsSecret(type: ConnectionType, settings: Settings): boolean {
  if (secretNames[type] === undefined || clientKeyAlg(type, settings)) return false
  return settings['token_endpoint_auth_method'] !== 'none'
}

const addressees: Readonly<Record<ConnectionType, readonly string[]>> = {
  oidc: ['issuer', 'client_id'],
  google: ['client_id'],
  microsoft: ['tenant', 'client_id'],
  github: ['client_id'],
  apple: ['client_id', 'team_id', 'key_id'],
  saml: [],
}

/**
 * SECURITY: a secret goes to whom it was given for. Who may change a connection but does not know its secret must not have it
 * sent to a server of theirs by changing the issuer: with another one it is asked for again.
 */
export function addresseeOf(type: ConnectionType, settings: Settings): string {
  return JSON.stringify(addressees[type].map((name) => settings[name]))
}
