import { z } from 'zod'
import type { Clock } from '#kit/clock.ts'
import { toPlainLine } from '#kit/text.ts'
import type { Metrics } from '#telemetry/telemetry.ts'
import { basePathOf } from '#tenant/tenant.ts'
import { isOfType } from '../../connection/connection.ts'
import type { PostedAnswers } from '../../errand/errand.ts'
import type { Connections, SignedOut } from '../../federation.ts'
import { readLogoutResponse } from '../inbound/inbound.ts'
import type { LogoutResponseRead } from '../inbound/inbound.ts'
import { isUnknown, newMessageId, samlSelf } from '../saml.ts'
import type { SamlKeys, SamlOutbound, SamlPeers, SamlPlace } from '../saml.ts'
import type {
  LeftThere,
  LogoutAnswer,
  LogoutCame,
  LogoutProblem,
  LogoutReason,
  LogoutsThere,
} from './logout.ts'
import { readHint } from './names.ts'
import type { PendingLogout, PendingLogouts } from './pending.ts'
import { situationOf } from './situation.ts'

export type LogoutsThereDeps = {
  readonly pending: PendingLogouts
  readonly posted: PostedAnswers
  readonly connections: Pick<Connections, 'find'>
  readonly peers: Pick<SamlPeers, 'of'>
  readonly keys: SamlKeys
  readonly outbound: Pick<SamlOutbound, 'logoutRequest'>
  readonly metrics: Pick<Metrics, 'federationLogout'>
  readonly clock: Clock
}

/**
 * SECURITY: a LogoutResponse is believed by whoever began, once, in the browser that began, and leads to where that one was
 * going anyhow. It is never answered, so that two who sign each other out come to an end.
 */
export function createLogoutsThere(deps: LogoutsThereDeps): LogoutsThere {
  return {
    begin: (leaving) => begin(leaving, deps),
    leave: (place, id, browser) => leave(place, { id, browser }, deps),

    async answered(came, browser) {
      return settle(came, await read(came, deps), browser, deps)
    },

    async receive(came) {
      const answer = await read(came, deps)
      // what nobody waits for is not kept: anybody can post here
      if (!(await deps.pending.isAwaited(came, idOf(answer)))) return undefined
      return deps.posted.keep(came, JSON.stringify({ logout: answer }))
    },

    async redeem(place, handle, browser) {
      const text = await deps.posted.take(place, handle)
      const parsed = text === undefined ? undefined : kept.safeParse(JSON.parse(text))
      if (!parsed?.success) return refused('not_requested', 'answer.handle')
      return settle(place, parsed.data.logout, browser, deps)
    },
  }
}

async function begin(
  { tenant, via, foreign, next, browser }: SignedOut,
  deps: LogoutsThereDeps,
): Promise<string | undefined> {
  const connection = await deps.connections.find(tenant.id, via)
  if (connection?.status !== 'active' || !isOfType(connection, 'saml')) return undefined
  if (!connection.settings.single_logout) return undefined
  const peer = await deps.peers.of(connection)
  if (isUnknown(peer) || peer.sloEndpoints.length === 0) return undefined
  const id = newMessageId()
  const { hint, index } = foreign
  await deps.pending.keep({ tenant, connection }, id, browser(), { hint, index, next })
  return `${basePathOf(tenant)}/federation/${connection.id}/slo?leave=${id}`
}

async function leave(
  place: SamlPlace,
  { id, browser }: { readonly id: string; readonly browser: string | undefined },
  deps: LogoutsThereDeps,
): Promise<LeftThere> {
  const pending = await deps.pending.look(place, id, browser)
  if (!pending) return refused('not_requested', 'leave')
  const { next } = pending
  const departure = await request(place, id, pending, deps)
  return departure
    ? { kind: 'leaving', departure, next }
    : { kind: 'unconfirmed', next, reason: 'upstream_unavailable', detail: 'no way there' }
}

/** The same message however often it is asked for: whoever goes back goes there once more. */
async function request(
  { tenant, connection }: SamlPlace,
  id: string,
  { hint, index }: PendingLogout,
  { peers, keys: keysOf, outbound }: LogoutsThereDeps,
) {
  const [peer, keys] = await Promise.all([peers.of(connection), keysOf(connection)])
  const { peer: entityId, nameId } = readHint(hint)
  // SECURITY: who they are is told to nobody but who told us
  if (isUnknown(peer) || !keys || peer.entityId !== entityId) return undefined
  const self = samlSelf(tenant, connection.id)
  const message = { id, relayState: id, nameId, sessionIndex: index }
  return outbound.logoutRequest({ ...message, self, keys, peer })
}

const problem = {
  // as `read` gave it, sealed since
  reason: z.string().transform((reason) => reason as LogoutReason),
  detail: z.string(),
}
const kept = z.object({
  logout: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('response'),
      inResponseTo: z.string(),
      outcome: z.enum(['done', 'partial', 'failed']),
    }),
    z.object({ kind: z.literal('refused'), ...problem, relayState: z.string() }),
  ]),
})

type ReadLogout =
  | Pick<LogoutResponseRead, 'kind' | 'inResponseTo' | 'outcome'>
  | ({ readonly kind: 'refused'; readonly relayState: string } & LogoutProblem)

async function read(
  { message, relayState, ...place }: LogoutCame,
  { peers, clock }: LogoutsThereDeps,
): Promise<ReadLogout> {
  const claimed = relayState ?? relayStateIn(message)
  const peer = await peers.of(place.connection)
  if (isUnknown(peer))
    return { ...refused('upstream_unavailable', peer.reason), relayState: claimed }
  const answer = readLogoutResponse({ ...situationOf(place, peer, clock), message })
  return answer.kind === 'response' ? answer : { ...answer, relayState: claimed }
}

/** Unsigned, perhaps: it only finds out whose browser this is. */
function relayStateIn(message: LogoutCame['message']): string {
  if (message.binding === 'post') return ''
  return new URLSearchParams(message.query).get('RelayState') ?? ''
}

function idOf(answer: ReadLogout): string {
  return answer.kind === 'response' ? answer.inResponseTo : answer.relayState
}

async function settle(
  place: SamlPlace,
  answer: ReadLogout,
  browser: string | undefined,
  deps: LogoutsThereDeps,
): Promise<LogoutAnswer> {
  if (answer.kind === 'refused') {
    const { reason, detail, relayState } = answer
    const known = await deps.pending.look(place, relayState, browser)
    return known ? unconfirmed(known, { reason, detail }) : refused(reason, detail)
  }
  const taken = await deps.pending.take(place, answer.inResponseTo, browser)
  if (taken.kind === 'other_browser') return refused('other_browser', answer.inResponseTo)
  if (taken.kind === 'unknown') return refused('not_requested', answer.inResponseTo)
  const { outcome } = answer
  if (outcome !== 'done') {
    const reason = outcome === 'partial' ? 'partial' : 'status_not_success'
    return unconfirmed(taken.pending, { reason, detail: 'they say so' })
  }
  deps.metrics.federationLogout({ startedBy: 'us', outcome: 'success' })
  return { kind: 'done', next: taken.pending.next }
}

function unconfirmed({ next }: PendingLogout, why: LogoutProblem): LogoutAnswer {
  return { kind: 'unconfirmed', next, ...why }
}

function refused(reason: LogoutReason, detail: string) {
  return { kind: 'refused', reason, detail: toPlainLine(detail) } as const
}
