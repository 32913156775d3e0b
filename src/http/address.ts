import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { ResolveAddress } from './http.ts'
import { canonicalIp, createNetworks, type Networks } from './networks.ts'

/** Headers by which a proxy tells of the hop before it. Nobody else is believed. */
const forwardedHeaders = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-forwarded-ssl',
  'x-original-url',
  'x-rewrite-url',
  'x-real-ip',
] as const

export function createAddressResolver(options: {
  readonly trustedProxies: readonly string[]
}): ResolveAddress {
  const isTrusted = createNetworks(options.trustedProxies)

  return (req) => {
    const peer = canonicalIp(req.socket.remoteAddress ?? '') ?? 'unknown'
    const viaProxy = isTrusted(peer)
    const ownProto = 'encrypted' in req.socket ? 'https' : 'http'
    if (!viaProxy)
      return { ip: peer, proto: ownProto, host: plainHost(req.headers.host, ownProto), viaProxy }

    const proto = forwardedProto(req.headers) ?? ownProto
    const host = lastValue(req.headers['x-forwarded-host']) ?? req.headers.host
    return { ip: forwardedIp(req, peer, isTrusted), proto, host: plainHost(host, proto), viaProxy }
  }
}

/**
 * F5: from the right, the first address that is not a proxy of ours. What stands left of it was written by a stranger.
 * SECURITY (Q50): an entry that is no address ends the search at the peer, which is known, so that nonsense in the
 * header never makes a request look like it came from somewhere better.
 */
function forwardedIp(req: IncomingMessage, peer: string, isTrusted: Networks): string {
  const header = req.headers['x-forwarded-for']
  if (header === undefined || header === '') return peer
  let nearest = peer
  for (const entry of String(header).split(',').reverse()) {
    const ip = forwardedEntry(entry.trim())
    if (ip === undefined) return peer
    nearest = ip
    if (!isTrusted(ip)) return ip
  }
  return nearest
}

/** An address, with a port as some balancers add it. */
function forwardedEntry(entry: string): string | undefined {
  if (isIP(entry) > 0) return canonicalIp(entry)
  const withPort = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d{1,5})?$/.exec(entry)
  return canonicalIp(withPort?.[1] ?? withPort?.[2] ?? '')
}

function forwardedProto(headers: IncomingHttpHeaders): 'http' | 'https' | undefined {
  const proto = lastValue(headers['x-forwarded-proto'])?.toLowerCase()
  return proto === 'http' || proto === 'https' ? proto : undefined
}

/** The value our own proxy wrote; the ones before it came with the request. */
function lastValue(header: string | readonly string[] | undefined): string | undefined {
  const value = String(header ?? '')
    .split(',')
    .at(-1)
    ?.trim()
  return value === '' ? undefined : value
}

function plainHost(host: string | undefined, proto: 'http' | 'https'): string {
  const standardPort = proto === 'https' ? ':443' : ':80'
  const lower = (host ?? '').toLowerCase()
  return lower.endsWith(standardPort) ? lower.slice(0, -standardPort.length) : lower
}

/** The host of an issuer in the form of `ClientAddress.host`. */
export function issuerHost(issuer: string): string {
  return new URL(issuer).host
}

/**
 * F4: after this, whatever builds an address from the request builds it from the issuer: `Host` and the two headers
 * that Koa's `proxy` reads are written by us, every other forwarded header is gone. The caller has refused a request
 * whose host is not the issuer's (421) before.
 */
export function pinAddress(req: IncomingMessage, pin: { issuer: string; ip: string }): void {
  const { host, proto } = partsOf(pin.issuer)
  for (const name of forwardedHeaders) if (name in req.headers) delete req.headers[name]
  req.headers.host = host
  req.headers['x-forwarded-proto'] = proto
  req.headers['x-forwarded-for'] = pin.ip
}

type IssuerParts = { readonly issuer: string; readonly host: string; readonly proto: string }

let lastParts: IssuerParts = { issuer: '', host: '', proto: '' }

/** Remembers the last one: most requests of a process are for one issuer, and a URL takes 3 µs to read. */
function partsOf(issuer: string): IssuerParts {
  if (lastParts.issuer !== issuer) {
    const { host, protocol } = new URL(issuer)
    lastParts = { issuer, host, proto: protocol.slice(0, -1) }
  }
  return lastParts
}
