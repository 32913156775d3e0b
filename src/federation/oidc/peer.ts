import type * as oidc from 'openid-client'
import { z } from 'zod'
import type { Egress } from '#http/http.ts'
import type { Clock } from '#kit/clock.ts'
import type { Metrics } from '#telemetry/telemetry.ts'
import { createBreaker } from './breaker.ts'
import { createCopy, type Copy } from './copy.ts'
import type { Provider, ServerDocument } from './oidc.ts'
import { Refused } from './problem.ts'

/** The other side of one connection, as far as it is the same for everybody who goes there: its documents. */
export type Peer = {
  readonly provider: Provider
  readonly document: Copy<ServerDocument>
  readonly keys: Copy<oidc.JWKS>
}

export type PeerDeps = {
  readonly egress: Egress
  readonly clock: Clock
  readonly metrics: Pick<Metrics, 'federationDocument'>
}

/** Bytes of the largest document or answer that is read. */
export const maxBytes = 256 * 1024
/** Seconds a discovery document and keys are believed unasked (reference/federation.md §3.6). */
const freshness = { document: 3600, keys: 600 }

export function createPeer(provider: Provider, deps: PeerDeps): Peer {
  const { egress, clock, metrics } = deps
  const breaker = createBreaker(clock)
  const read = (url: string, what: 'discovery' | 'jwks') => readJson(egress, url, what)

  const document = createCopy<ServerDocument>({
    load: async () =>
      provider.document ??
      documentOf(await read(discoveryUrl(provider.issuer), 'discovery'), provider),
    unavailable: 'discovery.unavailable',
    breaker,
    clock,
    fresh: freshness.document,
    onRead: (outcome) => metrics.federationDocument({ document: 'discovery', outcome }),
  })
  const keys = createCopy<oidc.JWKS>({
    async load() {
      const { jwks_uri: url } = await document.get()
      return url === undefined ? { keys: [] } : keysOf(await read(url, 'jwks'))
    },
    unavailable: 'jwks.unavailable',
    breaker,
    clock,
    fresh: freshness.keys,
    onRead: (outcome) => metrics.federationDocument({ document: 'jwks', outcome }),
  })
  return { provider, document, keys }
}

/** OIDC Discovery §4: appended, whatever the path. */
export function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
}

async function readJson(egress: Egress, url: string, what: 'discovery' | 'jwks'): Promise<unknown> {
  let text: string
  try {
    const answer = await egress(url, { headers: { accept: 'application/json' }, maxBytes })
    if (answer.status !== 200)
      throw new Refused(`${what}.unavailable`, `status_${String(answer.status)}`)
    text = await answer.text()
  } catch (error) {
    throw error instanceof Refused ? error : new Refused(`${what}.unavailable`)
  }
  try {
    return JSON.parse(text)
  } catch {
    throw new Refused(`${what}.malformed`)
  }
}

const address = z.string().max(2048)

const documentShape = z.object({
  issuer: address,
  authorization_endpoint: address,
  token_endpoint: address,
  jwks_uri: address,
  userinfo_endpoint: address.optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
})

/** SECURITY: a document names where codes and secrets are sent; one of another issuer is the mix-up itself (RFC 9700 §4.4). */
function documentOf(json: unknown, provider: Provider): ServerDocument {
  const parsed = documentShape.safeParse(json)
  if (!parsed.success) throw new Refused('discovery.malformed')
  const document = parsed.data
  if (!provider.isIssuer(document.issuer)) throw new Refused('discovery.issuer')
  const { authorization_endpoint, token_endpoint, jwks_uri, userinfo_endpoint } = document
  const endpoints = [authorization_endpoint, token_endpoint, jwks_uri, userinfo_endpoint]
  const isSafe = endpoints.every((url) => url === undefined || isEndpoint(url, provider.issuer))
  if (!isSafe) throw new Refused('discovery.endpoint')
  return document
}

/** https; http where the issuer itself is on this machine. */
function isEndpoint(text: string, issuer: string): boolean {
  const url = URL.parse(text)
  if (!url || url.username !== '' || url.password !== '' || url.hash !== '') return false
  return url.protocol === 'https:' || (isPlainHttp(issuer) && url.protocol === 'http:')
}

export function isPlainHttp(issuer: string): boolean {
  return URL.parse(issuer)?.protocol === 'http:'
}

const keysShape = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) })

/** Public ones: a symmetric key in a public place is nobody's (RFC 8725 §2.1). */
function keysOf(json: unknown): oidc.JWKS {
  const parsed = keysShape.safeParse(json)
  if (!parsed.success) throw new Refused('jwks.malformed')
  return { keys: parsed.data.keys.filter(({ kty }) => kty !== 'oct') }
}
