import type { Provider } from 'oidc-provider'
import type { Publication } from '#http/http.ts'
import { securityHeaders } from '#http/security-headers.ts'
import { sha256 } from '#kit/hash.ts'
import { languages } from '#views/messages.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { directGrant } from './direct/tickets.ts'
import { ask } from './in-process.ts'

/** A document every relying party reads and none may change: rendered once, answered from memory. */
export type PublishedDocument = {
  readonly body: string
  /** The whole answer to a plain GET. */
  readonly publication: Publication
  readonly headers: Readonly<Record<string, string>> & { readonly 'cache-control': string }
  readonly etag: string
}

export type PublishedDocuments = {
  readonly discovery: PublishedDocument
  readonly jwks: PublishedDocument
}

/**
 * The engine's own words, asked for once per tenant and version with the issuer's host, then only copied: twice as fast,
 * readable, cacheable, and no `Host` header can poison them (F4).
 */
export async function publish(provider: Provider, tenant: Tenant): Promise<PublishedDocuments> {
  const discovery = await read(provider, tenant, '/.well-known/openid-configuration')
  const jwks = await read(provider, tenant, '/jwks')
  const grants = discovery['grant_types_supported'] as readonly string[] // the engine's own answer
  const additions = {
    grant_types_supported: grants.filter((grant) => grant !== directGrant),
    ui_locales_supported: languages,
    op_policy_uri: tenant.settings.privacy_url,
    op_tos_uri: tenant.settings.terms_url,
  }
  return {
    discovery: document(tenant, { ...discovery, ...additions }, 'application/json; charset=utf-8'),
    jwks: document(tenant, jwks, 'application/jwk-set+json; charset=utf-8'),
  }
}

function document(
  tenant: Tenant,
  content: Record<string, unknown>,
  type: string,
): PublishedDocument {
  const body = `${JSON.stringify(content, null, 2)}\n`
  const etag = `"${sha256(body).slice(0, 27)}"`
  const headers = {
    'content-type': type,
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'public, max-age=300',
    'access-control-allow-origin': '*',
    // meant for everybody's browser, unlike the pages around it
    'cross-origin-resource-policy': 'cross-origin',
  }
  const security = securityHeaders('api', { https: tenant.issuer.startsWith('https:') })
  const all = { ...security, ...headers, etag }
  return { body, etag, headers, publication: { headers: Object.entries(all).flat(), body } }
}

async function read(
  provider: Provider,
  tenant: Tenant,
  path: string,
): Promise<Record<string, unknown>> {
  const { status, body } = await ask(provider, tenant, { path })
  if (status !== 200) throw new Error(`the engine does not publish ${path}`)
  return body
}
