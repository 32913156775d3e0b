import { z } from 'zod'
import type { Config } from '#config/config.ts'
import { attempt, fail, ok, warn, type Finding } from './finding.ts'

const timeout = 5000

const discovery = z.looseObject({ issuer: z.string() })

type Discovery = z.infer<typeof discovery>

/** Asks the issuer for its own document, the way a relying party does (OIDC Discovery §4). */
export function checkIssuer(
  issuer: string,
  deps: { readonly fetch: typeof fetch },
): Promise<readonly Finding[]> {
  const address = `${issuer}/.well-known/openid-configuration`
  const fix = `Start the server, and check ISSUER, DNS and the proxy: ${address} must answer.`
  return attempt('issuer', fix, async () => {
    const response = await deps.fetch(address, {
      redirect: 'manual',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(timeout),
    })
    if (response.status !== 200)
      return fail('issuer', `${address} answers with ${response.status}`, fix)
    const document = discovery.safeParse(await response.json().catch(() => undefined))
    if (!document.success) return fail('issuer', `${address} is not a discovery document`, fix)
    return [sameIssuer(issuer, document.data), sameOrigins(issuer, document.data)]
  })
}

/** OIDC Discovery §4.3: byte for byte, or relying parties refuse it. */
function sameIssuer(issuer: string, document: Discovery): Finding {
  if (document.issuer === issuer) return ok('issuer', `${issuer} names itself in its document`)
  const message = `${issuer} calls itself ${document.issuer}`
  return fail('issuer', message, 'Set ISSUER to the address relying parties use, byte for byte.')
}

/** What a browser will be sent to from behind the proxy. */
function sameOrigins(issuer: string, document: Discovery): Finding {
  const { origin } = new URL(issuer)
  const elsewhere = Object.entries(document)
    .filter(([name]) => name.endsWith('_endpoint') || name === 'jwks_uri')
    .filter(([, address]) => typeof address !== 'string' || URL.parse(address)?.origin !== origin)
    .map(([name]) => name)
  if (elsewhere.length === 0) return ok('endpoints', `every endpoint is at ${origin}`)
  const message = `not at ${origin}: ${elsewhere.join(', ')}`
  return fail(
    'endpoints',
    message,
    'Set ISSUER to the public address, and let the proxy keep paths.',
  )
}

/** Without it every request seems to come from the proxy, and its limits hit everybody at once (F5). */
export function checkProxies({ issuer, server }: Pick<Config, 'issuer' | 'server'>): Finding {
  const isBehindProxy = issuer.startsWith('https:') && !server.tls
  if (!isBehindProxy) return ok('proxies', 'no proxy is needed in front')
  if (server.trustedProxies.length > 0)
    return ok('proxies', `forwarded headers are believed from ${server.trustedProxies.join(', ')}`)
  return warn(
    'proxies',
    'TLS ends in front of this server, but no proxy is trusted: all clients look like one',
    'Set TRUSTED_PROXIES to the networks of the proxy, or TLS_CERT and TLS_KEY.',
  )
}
