import type { Audit } from '#audit/audit.ts'
import type { Clock } from '#kit/clock.ts'
import { Unavailable } from '#kit/errors.ts'
import { toPlainLine } from '#kit/text.ts'
import type { EndedBy, Sessions } from '#session/session.ts'
import type { Ephemeral } from '#storage/storage.ts'
import type { Metrics } from '#telemetry/telemetry.ts'
import { readLogoutRequest } from '../inbound/inbound.ts'
import type { LogoutRequestRead } from '../inbound/inbound.ts'
import { isUnknown, samlSelf } from '../saml.ts'
import type { KnownPeer, SamlKeys, SamlOutbound, SamlPeers, SamlPlace } from '../saml.ts'
import type { FoundSession, LogoutRequests, SamlSessions } from './logout.ts'
import { situationOf } from './situation.ts'

export type LogoutRequestDeps = {
  readonly sessions: Pick<SamlSessions, 'named'>
  readonly end: Sessions['end']
  readonly peers: Pick<SamlPeers, 'of'>
  readonly keys: SamlKeys
  readonly outbound: Pick<SamlOutbound, 'logoutResponse'>
  readonly ephemeral: Pick<Ephemeral, 'add'>
  readonly audit: Pick<Audit, 'append'>
  readonly metrics: Pick<Metrics, 'federationLogout'>
  readonly clock: Clock
}

/** Longest RelayState that is given back; SAML Bindings §3.4.3 allows 80, and not all keep to it. */
const longestRelayState = 1024

/**
 * SECURITY: whoever could forge one could keep anybody signed out. Nothing is ended for what is not signed by the peer of this
 * very connection, for here, for now, and once; and nothing but sessions that came by it, of that name.
 */
export function createLogoutRequests(deps: LogoutRequestDeps): LogoutRequests {
  return {
    async follow({ message, relayState, ...place }, by) {
      const peer = await deps.peers.of(place.connection)
      if (isUnknown(peer))
        return { kind: 'refused', reason: 'upstream_unavailable', detail: peer.reason }
      const situation = situationOf(place, peer, deps.clock)
      const read = readLogoutRequest({ ...situation, message })
      if (read.kind === 'refused') return read
      if (!(await isFirst(read, place, deps)))
        return { kind: 'refused', reason: 'replayed', detail: toPlainLine(read.id) }
      const found = await namedBy(read, place, peer, deps)
      const isDone = await endAll(found, place, by, deps)
      deps.metrics.federationLogout({ startedBy: 'them', outcome: isDone ? 'success' : 'failure' })
      const asked = { relayState: relayState ?? read.relayState, inResponseTo: read.id }
      const outcome = isDone ? 'done' : 'failed'
      return { kind: 'followed', departure: await answer({ ...asked, outcome }, place, peer, deps) }
    },
  }
}

/** Check 16: the last one, and for exactly one of any number of concurrent ones. */
function isFirst(
  { once }: LogoutRequestRead,
  { tenant, connection }: SamlPlace,
  { ephemeral, clock }: LogoutRequestDeps,
): Promise<boolean> {
  const ttl = Math.max(1, Math.ceil((once.until.getTime() - clock.now()) / 1000))
  const key = { tenantId: tenant.id, kind: 'saml_once', id: once.key }
  return ephemeral.add(key, connection.id, ttl)
}

function namedBy(
  { nameId, sessionIndexes, issuedAt }: LogoutRequestRead,
  { tenant, connection }: SamlPlace,
  { entityId: peer }: KnownPeer,
  { sessions }: LogoutRequestDeps,
): Promise<readonly FoundSession[]> {
  const { entityId: self } = samlSelf(tenant, connection.id)
  return sessions.named({
    tenantId: tenant.id,
    connectionId: connection.id,
    name: { peer, self, nameId },
    sessionIndexes,
    at: Math.floor(issuedAt / 1000),
  })
}

/** False where some of them could not be ended. None at all is all of them: what they name is not here any more. */
async function endAll(
  found: readonly FoundSession[],
  { tenant, connection }: SamlPlace,
  requester: Omit<EndedBy, 'actor'>,
  { end, audit }: LogoutRequestDeps,
): Promise<boolean> {
  const by = { ...requester, actor: { kind: 'system' } } as const
  let failed = 0
  for (const { sessionUid, accountId } of found) {
    try {
      await end({ tenantId: tenant.id, id: accountId }, sessionUid, by)
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      failed += 1
    }
  }
  await audit.append({
    ...by,
    tenantId: tenant.id,
    type: 'federation.logged_out',
    outcome: failed === 0 ? 'success' : 'failure',
    accountId: found[0]?.accountId,
    detail: { connection: connection.id, started_by: 'them', sessions: found.length, failed },
  })
  return failed === 0
}

async function answer(
  response: Pick<
    Parameters<SamlOutbound['logoutResponse']>[0],
    'inResponseTo' | 'relayState' | 'outcome'
  >,
  { tenant, connection }: SamlPlace,
  peer: KnownPeer,
  { keys: keysOf, outbound }: LogoutRequestDeps,
) {
  const keys = await keysOf(connection)
  if (!keys) return undefined
  const { relayState = '' } = response
  return outbound.logoutResponse({
    ...response,
    relayState: relayState.length <= longestRelayState ? relayState : undefined,
    self: samlSelf(tenant, connection.id),
    keys,
    peer,
  })
}
