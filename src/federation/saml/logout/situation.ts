import type { Clock } from '#kit/clock.ts'
import type { Situation } from '../inbound/inbound.ts'
import { samlSelf } from '../saml.ts'
import type { KnownPeer, SamlPlace } from '../saml.ts'

/** What a logout message is compared with. */
export function situationOf(
  { tenant, connection }: SamlPlace,
  peer: KnownPeer,
  clock: Clock,
): Situation {
  return {
    self: { ...samlSelf(tenant, connection.id), decryptionKeys: [] },
    peer: { ...peer, allowsUnsolicited: false },
    now: clock.now(),
    skew: connection.settings.clock_skew * 1000,
  }
}
