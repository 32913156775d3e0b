import { BlockList, isIP, SocketAddress } from 'node:net'

/** Tells whether an address lies in one of the networks; false for what is not an address. */
export type Networks = (ip: string) => boolean

/** `cidrs` are checked by the configuration: `10.0.0.0/8`, `fd00::/8`. */
export function createNetworks(cidrs: readonly string[]): Networks {
  if (cidrs.length === 0) return () => false // asked for every request, and a BlockList is not cheap to ask
  const list = new BlockList()
  for (const cidr of cidrs) {
    const [address = '', prefix = ''] = cidr.split('/')
    list.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
  return (ip) => {
    const canonical = canonicalIp(ip)
    return canonical !== undefined && list.check(canonical, isIP(canonical) === 6 ? 'ipv6' : 'ipv4')
  }
}

/**
 * One text per address: lower-case, shortest form, without zone, an IPv4-mapped address as IPv4, so that
 * `::ffff:10.0.0.1` is not a way around a rule for `10.0.0.0/8`. Undefined for what is not an address.
 */
export function canonicalIp(text: string): string | undefined {
  const bare = text.split('%', 1)[0] ?? ''
  const family = isIP(bare)
  if (family === 4) return bare
  if (family === 0) return undefined
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' })
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)
  return mapped?.[1] ?? address
}

/**
 * What a limit per address counts: the address itself, or the /64 of an IPv6 one, since a subscriber holds at least
 * that many addresses.
 */
export function addressKey(ip: string): string {
  const canonical = canonicalIp(ip)
  if (canonical === undefined) return 'unknown'
  if (isIP(canonical) === 4) return canonical
  return `${groupsOf(canonical).slice(0, 4).join(':')}::/64`
}

/** The network somebody is likely to come from again: the /24, or the /48 of an IPv6 address. Takes a canonical one. */
export function networkKey(canonical: string): string {
  if (isIP(canonical) === 4) return `${canonical.split('.').slice(0, 3).join('.')}.0/24`
  return `${groupsOf(canonical).slice(0, 3).join(':')}::/48`
}

/** All eight of an IPv6 address. */
function groupsOf(canonical: string): readonly string[] {
  const [left = '', right] = canonical.split('::')
  const head = left === '' ? [] : left.split(':')
  const tail = right === undefined || right === '' ? [] : right.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0')
  return [...head, ...zeros, ...tail]
}
