import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { canonicalIp, createNetworks } from './networks.ts'

/** RFC 6890 and the registries it opened: what is not the public Internet. */
const isSpecialIpv4 = createNetworks([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
])

/**
 * Of IPv6 only global unicast is reached at all, so that loopback, ULA, link-local, multicast, IPv4-compatible, NAT64
 * and whatever is assigned tomorrow are out; and of that, not the parts that stand for something else.
 */
const isGlobalIpv6 = createNetworks(['2000::/3'])
const isSpecialIpv6 = createNetworks([
  '2001::/23', // protocol assignments: Teredo, benchmarking, ORCHID
  '2001:db8::/32',
  '2002::/16', // 6to4 carries an IPv4 address
  '2620:4f:8000::/48',
  '3fff::/20',
])

/** True for an address of the public Internet that is not our own: nobody makes this machine call itself. */
export function isPublicAddress(text: string, own: readonly string[] = ownAddresses()): boolean {
  const ip = canonicalIp(text)
  if (ip === undefined || own.some((address) => canonicalIp(address) === ip)) return false
  return isIP(ip) === 4 ? !isSpecialIpv4(ip) : isGlobalIpv6(ip) && !isSpecialIpv6(ip)
}

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).map(({ address }) => address),
  )
}
