import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { ClientAddress, Publication, ResolveAddress } from '#http/http.ts'
import { checkHost, checkTarget, namesTwoHosts } from '#http/limits.ts'
import { createRequestFact } from '#http/request-fact.ts'
import { requestIdHeader, requestIdOf } from '#http/request-id.ts'
import { applySecurityHeaders, pageClassOf } from '#http/security-headers.ts'
import { sendAsset } from '#http/static.ts'
import type { Clock } from '#kit/clock.ts'
import { AppError } from '#kit/errors.ts'
import type { RequestId } from '#kit/ids.ts'
import { runInRequest } from '#telemetry/request-context.ts'
import type { Metrics } from '#telemetry/telemetry.ts'
import type { Assets } from '#views/assets.ts'
import type { Addresses } from './address.ts'
import { bindTenant, type Destination } from './tenant.ts'

export type FrontDoorDeps = {
  readonly resolveAddress: ResolveAddress
  readonly addresses: Addresses
  readonly assets: Assets
  /** Endpoints of the protocol engine. */
  readonly protocol: {
    /** The answer to a plain GET of a document everybody reads, when it is at hand. */
    readonly publication: (
      destination: Destination,
      req: IncomingMessage,
    ) => Publication | undefined
    readonly owns: (path: string) => boolean
    readonly serve: (
      destination: Destination,
      address: ClientAddress,
      req: IncomingMessage,
      res: ServerResponse,
    ) => Promise<void>
  }
  /** Our own pages, and the page of a failure when there is one. Never rejects. */
  readonly pages: (req: IncomingMessage, res: ServerResponse, failure?: unknown) => Promise<void>
  readonly metrics: Pick<Metrics, 'httpRequest'>
  readonly clock: Clock
}

/** Where a request came from, for whoever asks later. */
const addresses = createRequestFact<ClientAddress>('address')

export function addressOf(req: IncomingMessage): ClientAddress | undefined {
  return addresses.get(req)
}

/** Every request passes here, in this order: limits, address, tenant, headers; then the engine or our own pages. */
export function createFrontDoor(deps: FrontDoorDeps): RequestListener {
  return (req, res) => {
    const address = deps.resolveAddress(req)
    const requestId = requestIdOf(req, address)
    const published = publicationFor(req, address, deps)
    if (published) {
      publish(res, published.publication, requestId)
      return deps.metrics.httpRequest({ route: published.route, ...publishedAtOnce })
    }
    addresses.set(req, address)
    observe(req, res, deps)
    void runInRequest({ requestId }, () => serve(req, res, { address, requestId }))
  }

  async function serve(req: IncomingMessage, res: ServerResponse, origin: Origin): Promise<void> {
    const { address, requestId } = origin
    try {
      const destination = await locate(req, address)
      res.setHeader(requestIdHeader, requestId)
      await route(req, res, { destination, address })
    } catch (failure) {
      if (!res.headersSent) res.setHeader(requestIdHeader, requestId)
      // the page that tells of it is a document, also where an endpoint would have answered
      if (!res.hasHeader('permissions-policy')) {
        applySecurityHeaders(res, 'interaction', { https: address.proto === 'https' })
      }
      await deps.pages(req, res, failure)
    }
  }

  async function locate(req: IncomingMessage, address: ClientAddress): Promise<Destination> {
    checkHost(req)
    checkTarget(req)
    const found = await deps.addresses.locate(address.host, req.url ?? '/')
    if (found.outcome === 'misdirected') throw misdirected()
    if (found.outcome === 'unknown') throw notFound()

    const { destination } = found
    bindTenant(req, destination.tenant)
    routes.set(req, routeLabel(pathOf(destination)))
    return destination
  }

  async function route(
    req: IncomingMessage,
    res: ServerResponse,
    { destination, address }: { destination: Destination; address: ClientAddress },
  ): Promise<void> {
    const { tenant, target } = destination
    const path = pathOf(destination)
    applySecurityHeaders(res, pageClassOf(path.toLowerCase()), {
      https: tenant.issuer.startsWith('https:'),
    })

    const asset = deps.assets.find(path)
    if (asset) return sendAsset(asset, req, res)
    if (deps.protocol.owns(path)) return deps.protocol.serve(destination, address, req, res)
    req.url = target
    return deps.pages(req, res)
  }
}

function observe(
  req: IncomingMessage,
  res: ServerResponse,
  { clock, metrics }: Pick<FrontDoorDeps, 'clock' | 'metrics'>,
): void {
  const startedAt = clock.now()
  res.on('close', () => {
    metrics.httpRequest({ ...labelsOf(req, res), seconds: (clock.now() - startedAt) / 1000 })
  })
}

/** Everybody's documents, from memory and in one go: half of what they cost is finding out whom they are for. */
function publicationFor(
  req: IncomingMessage,
  { host }: ClientAddress,
  deps: Pick<FrontDoorDeps, 'addresses' | 'protocol'>,
): Published | undefined {
  if (namesTwoHosts(req)) return undefined
  const destination = deps.addresses.peek(host, req.url ?? '/')
  const publication = destination && deps.protocol.publication(destination, req)
  return publication && { publication, route: routeLabel(pathOf(destination)) }
}

/** In one stroke: headers that are set one by one are kept, looked up and written one by one. */
function publish(res: ServerResponse, { headers, body }: Publication, requestId: RequestId): void {
  res.writeHead(200, [...headers, requestIdHeader, requestId])
  res.end(body)
}

/** Over within the call that sent it: to listen for its end would cost more than to send it. */
const publishedAtOnce = { method: 'GET', code: 200, seconds: 0 } as const

type Published = { readonly publication: Publication; readonly route: string }

type Origin = { readonly address: ClientAddress; readonly requestId: RequestId }

function labelsOf(req: IncomingMessage, res: ServerResponse) {
  return {
    route: routes.get(req) ?? 'other',
    method: req.method ?? 'GET',
    code: res.statusCode,
  }
}

function pathOf({ target }: Destination): string {
  const query = target.indexOf('?')
  return query < 0 ? target : target.slice(0, query)
}

/** The first part of a path is one of ours; the rest may be anything a stranger thinks of, and is not counted apart. */
function routeLabel(path: string): string {
  const end = path.indexOf('/', 1)
  const first = path.slice(1, end < 0 ? undefined : end).toLowerCase()
  if (first !== '' && !ownSegments.has(first)) return 'other'
  return end < 0 ? `/${first}` : `/${first}/*`
}

const ownSegments: ReadonlySet<string> = new Set(
  (
    '.well-known account admin api assets authorize backchannel dev developers device device_authorization ' +
    'federation interaction introspect jwks logout par recover register revoke scim token userinfo'
  ).split(' '),
)

/** The label of a request's route, once it is known to be one of ours. */
const routes = createRequestFact<string>('route')

/** F4. RFC 9110 §15.5.20. */
function misdirected(): AppError {
  return new AppError({
    code: 'http.misdirected',
    status: 421,
    message: 'This server does not answer for that host.',
  })
}

function notFound(): AppError {
  return new AppError({
    code: 'http.not_found',
    status: 404,
    message: 'There is nothing at this address.',
  })
}
