import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { ClientAddress, ResolveAddress } from '#http/http.ts'
import { checkHost, checkTarget } from '#http/limits.ts'
import { createRequestFact } from '#http/request-fact.ts'
import { requestIdHeader, requestIdOf } from '#http/request-id.ts'
import { applySecurityHeaders, pageClassOf } from '#http/security-headers.ts'
import { sendAsset } from '#http/static.ts'
import type { Clock } from '#kit/clock.ts'
import { AppError } from '#kit/errors.ts'
import { runInRequest } from '#telemetry/request-context.ts'
import type { Metrics } from '#telemetry/telemetry.ts'
import type { Assets } from '#views/assets.ts'
import type { Addressing } from './address.ts'
import { bindTenant, type Destination } from './tenant.ts'

export type FrontDoorDeps = {
  readonly resolveAddress: ResolveAddress
  readonly locate: (host: string, target: string) => Promise<Addressing>
  readonly assets: Assets
  /** Endpoints of the protocol engine. */
  readonly protocol: {
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
    const startedAt = deps.clock.now()
    const address = deps.resolveAddress(req)
    const requestId = requestIdOf(req, address)
    addresses.set(req, address)
    res.setHeader(requestIdHeader, requestId)
    res.on('close', () => measure(req, res, startedAt))
    void runInRequest({ requestId }, () => serve(req, res, address))
  }

  async function serve(
    req: IncomingMessage,
    res: ServerResponse,
    address: ClientAddress,
  ): Promise<void> {
    try {
      await route(req, res, address)
    } catch (failure) {
      if (!res.hasHeader('content-security-policy')) {
        applySecurityHeaders(res, 'interaction', { https: address.proto === 'https' })
      }
      await deps.pages(req, res, failure)
    }
  }

  async function route(
    req: IncomingMessage,
    res: ServerResponse,
    address: ClientAddress,
  ): Promise<void> {
    checkHost(req)
    checkTarget(req)
    const found = await deps.locate(address.host, req.url ?? '/')
    if (found.outcome === 'misdirected') throw misdirected()
    if (found.outcome === 'unknown') throw notFound()

    const { destination } = found
    const { tenant, target } = destination
    const [path = '/'] = target.split('?')
    bindTenant(req, tenant)
    routes.set(req, routeLabel(path))
    applySecurityHeaders(res, pageClassOf(path.toLowerCase()), {
      https: tenant.issuer.startsWith('https:'),
    })

    const asset = deps.assets.find(path)
    if (asset) return sendAsset(asset, req, res)
    if (deps.protocol.owns(path)) return deps.protocol.serve(destination, address, req, res)
    req.url = target
    return deps.pages(req, res)
  }

  function measure(req: IncomingMessage, res: ServerResponse, startedAt: number): void {
    deps.metrics.httpRequest({
      route: routes.get(req) ?? 'other',
      method: req.method ?? 'GET',
      code: res.statusCode,
      seconds: (deps.clock.now() - startedAt) / 1000,
    })
  }
}

/** The first part of a path is one of ours; the rest may be anything a stranger thinks of, and is not counted apart. */
function routeLabel(path: string): string {
  const [, first = '', ...rest] = path.toLowerCase().split('/')
  if (first !== '' && !ownSegments.has(first)) return 'other'
  return rest.length > 0 ? `/${first}/*` : `/${first}`
}

const ownSegments: ReadonlySet<string> = new Set(
  (
    '.well-known account admin api assets authorize backchannel dev developers device device_authorization ' +
    'federation interaction introspect jwks logout par register revoke scim token userinfo'
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
