import type { IncomingMessage, ServerResponse } from 'node:http'
import { pinAddress } from '#http/address.ts'
import type { ClientAddress, Publication } from '#http/http.ts'
import { AppError } from '#kit/errors.ts'
import type { Destination } from '#tenant/tenant.ts'
import { routes } from './routes.ts'
import type { PublishedDocument, PublishedDocuments } from './published.ts'
import type { EngineRegistry } from './registry.ts'

/** Serves the protocol endpoints of a tenant. Rejects with what the engine itself does not answer. */
export type ServeProtocol = (
  destination: Destination,
  address: ClientAddress,
  req: IncomingMessage,
  res: ServerResponse,
) => Promise<void>

export type Publications = (
  destination: Destination,
  req: IncomingMessage,
) => Publication | undefined

const discoveryPaths: ReadonlySet<string> = new Set([
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
])

const protocolPaths: ReadonlySet<string> = new Set([...Object.values(routes), ...discoveryPaths])

/** True for a path that the engine, or its published documents, answer. Case does not matter to the engine. */
export function isProtocolPath(path: string): boolean {
  const lower = path.toLowerCase()
  return parents(lower).some((parent) => protocolPaths.has(parent))
}

/** The first one and two parts of a path: no route is longer. */
function parents(path: string): readonly string[] {
  const first = path.indexOf('/', 1)
  if (first < 0) return [path]
  const second = path.indexOf('/', first + 1)
  return [path.slice(0, first), second < 0 ? path : path.slice(0, second)]
}

/**
 * The answer to a plain GET of discovery or keys, when it is at hand. A conditional one, any other method, and a tenant
 * that must be asked for, go the long way.
 */
export function createPublications(registry: EngineRegistry): Publications {
  return ({ tenant, target }, req) => {
    const name = publishedAt.get(target)
    if (name === undefined || req.method !== 'GET') return undefined
    if (req.headers['if-none-match'] !== undefined) return undefined
    return registry.peek(tenant)?.published[name].publication
  }
}

const publishedAt: ReadonlyMap<string, keyof PublishedDocuments> = new Map([
  ...[...discoveryPaths].map((path) => [path, 'discovery'] as const),
  [routes.jwks, 'jwks'],
])

/**
 * Raw dispatch: a mounted Koa would sign interaction cookies with the wrong keys. Whatever the engine builds from
 * `Host` and `X-Forwarded-*` it builds from what the issuer says (F4).
 */
export function createProtocolServer(registry: EngineRegistry): ServeProtocol {
  return async ({ tenant, basePath, target }, address, req, res) => {
    const engine = await registry.engineOf(tenant)
    const [path = ''] = target.split('?')
    if (discoveryPaths.has(path)) return sendPublished(engine.published.discovery, req, res)
    if (path === routes.jwks) return sendPublished(engine.published.jwks, req, res)
    // The engine answers HEAD as GET: it would issue a code to a link preview.
    if (req.method === 'HEAD') throw methodNotAllowed()

    pinAddress(req, { issuer: tenant.issuer, ip: address.ip })
    Object.assign(req, { originalUrl: basePath + target, url: target })
    return engine.handle(req, res)
  }
}

function sendPublished(
  document: PublishedDocument,
  req: IncomingMessage,
  res: ServerResponse,
): void {
  if (req.method === 'OPTIONS') return sendPreflight(res)
  if (req.method !== 'GET' && req.method !== 'HEAD') throw methodNotAllowed()
  res.setHeader('etag', document.etag)
  if (isKnown(document.etag, req.headers['if-none-match'])) {
    res.statusCode = 304
    res.setHeader('cache-control', document.headers['cache-control'])
    res.end()
    return
  }
  for (const [name, value] of Object.entries(document.headers)) res.setHeader(name, value)
  res.end(req.method === 'HEAD' ? undefined : document.body)
}

/** RFC 9110 §13.1.2: a list, compared weakly, since a proxy that compresses weakens what it passes on. */
function isKnown(etag: string, ifNoneMatch: string | undefined): boolean {
  const known = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return known.includes(etag) || known.includes('*')
}

function sendPreflight(res: ServerResponse): void {
  res.statusCode = 204
  res.setHeader('access-control-allow-origin', '*')
  res.setHeader('access-control-allow-methods', 'GET')
  res.setHeader('access-control-max-age', '3600')
  res.end()
}

function methodNotAllowed(): AppError {
  return new AppError({
    code: 'http.method_not_allowed',
    status: 405,
    message: 'This address does not take that method.',
  })
}
