import { z } from 'zod'
import type { Clock } from '#kit/clock.ts'
import type { Ephemeral } from '#storage/storage.ts'
import type { Metrics } from '#telemetry/telemetry.ts'
import { isOfType, mayServe } from '../connection/connection.ts'
import type { Errands, KeptErrand, PostedAnswers } from '../errand/errand.ts'
import type { Arrival, Errand, FailureReason, Leave } from '../federation.ts'
import { foreignIdentity } from './foreign-identity.ts'
import { claimAssertion, readResponse } from './inbound/inbound.ts'
import type { UnclaimedAssertion } from './inbound/inbound.ts'
import { isUnknown, newMessageId, samlSelf } from './saml.ts'
import type {
  Posted,
  Returned,
  SamlConnection,
  SamlKeys,
  SamlOutbound,
  SamlPeers,
  SamlPlace,
  SamlUpstream,
} from './saml.ts'

export type SamlDeps = {
  readonly outbound: SamlOutbound
  readonly peers: SamlPeers
  readonly errands: Errands
  readonly posted: PostedAnswers
  readonly ephemeral: Ephemeral
  readonly keys: SamlKeys
  readonly clock: Clock
  readonly metrics: Pick<Metrics, 'federationRequest'>
}

/** A refusal on its way to the one who tells of it. */
type Problem = { readonly reason: FailureReason; readonly detail: string }

export function createSamlUpstream(deps: SamlDeps): SamlUpstream {
  return {
    leave: (input) => depart(input, deps),

    async receive(input) {
      const { tenant, connection, relayState } = input
      const place = { tenant, connection }
      const isAwaited = (await deps.errands.look(place, relayState)) !== undefined
      // what nobody waits for is not kept: anybody can post here
      if (!isAwaited && !connection.settings.allow_idp_initiated) return undefined
      const read = await readPosted(input, deps)
      return deps.posted.keep(place, JSON.stringify({ ...read, relayState }))
    },

    async redeem(input) {
      const { tenant, connection } = input
      const result = await redeemed(input, deps)
      deps.metrics.federationRequest({
        protocol: 'saml',
        outcome: result.kind === 'failed' ? 'failure' : 'success',
      })
      if (result.kind === 'arrived') return { kind: 'arrived', arrival: result.arrival }
      if (result.kind === 'begun_there') return { kind: 'begun_there' }
      const { errand, reason, detail } = result
      return { kind: 'failed', failure: { tenant, connection, errand, reason, detail } }
    },

    async metadata({ tenant, connection }) {
      const { name_id_format: nameIdFormat } = connection.settings
      if (connection.status === 'disabled') return undefined
      const keys = await deps.keys(connection)
      const self = samlSelf(tenant, connection.id)
      return keys && deps.outbound.metadata({ self, keys, nameIdFormat })
    },
  }
}

async function depart(
  { tenant, connection, errand, browser, wishes }: Leave,
  deps: SamlDeps,
): Promise<Awaited<ReturnType<SamlUpstream['leave']>>> {
  if (!isOfType(connection, 'saml') || !mayServe(connection, errand))
    return failed('connection_inactive', 'inactive')
  const peer = await deps.peers.of(connection)
  if (isUnknown(peer)) return failed('upstream_unavailable', peer.reason)
  const keys = await deps.keys(connection)
  if (!keys) return failed('connection_inactive', 'no_key')
  const id = newMessageId()
  const relayState = await deps.errands.send(
    { tenant, connection, errand, browser },
    { request: id },
  )
  const sent = await deps.outbound.authnRequest({
    self: samlSelf(tenant, connection.id),
    keys,
    peer,
    id,
    relayState,
    anew: wishes.anew || wishes.maxAge === 0,
    nameIdFormat: connection.settings.name_id_format,
  })
  return sent ?? failed('upstream_unavailable', 'endpoint_missing')
}

const kept = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('arrived'),
    assertion: z.string().transform((text) => text as UnclaimedAssertion), // as `readResponse` gave it, sealed since
    inResponseTo: z.string().optional(),
    entityId: z.string(),
    relayState: z.string(),
  }),
  z.object({
    kind: z.literal('failed'),
    reason: z.enum(['answer_refused', 'upstream_unavailable', 'connection_inactive']),
    detail: z.string(),
    relayState: z.string(),
  }),
])

/** Everything that can be said without the browser (reference/federation.md §2.2, checks 1 to 14, 16 to 18). */
async function readPosted({ tenant, connection, encoded }: Posted, deps: SamlDeps) {
  if (connection.status === 'disabled') return failed('connection_inactive', 'inactive')
  const peer = await deps.peers.of(connection)
  if (isUnknown(peer)) return failed('upstream_unavailable', peer.reason)
  const keys = await deps.keys(connection)
  if (!keys) return failed('connection_inactive', 'no_key')
  const { settings } = connection
  const read = readResponse({
    encoded,
    self: { ...samlSelf(tenant, connection.id), decryptionKeys: [keys.privateKey] },
    peer: { ...peer, ...allowancesOf(connection) },
    now: deps.clock.now(),
    skew: settings.clock_skew * 1000,
  })
  if (read.kind === 'refused') return failed('answer_refused', `${read.reason}: ${read.detail}`)
  const { once, assertion, inResponseTo } = read
  const ttl = Math.max(1, Math.ceil((once.until.getTime() - deps.clock.now()) / 1000))
  const key = { tenantId: tenant.id, kind: 'saml_once', id: once.key }
  // check 16: the last one, and for exactly one of any number of concurrent ones
  const isFirst = await deps.ephemeral.add(key, connection.id, ttl)
  if (!isFirst) return failed('answer_refused', 'replayed')
  return { kind: 'arrived', assertion, inResponseTo, entityId: peer.entityId } as const
}

type ReadAnswer = Extract<z.infer<typeof kept>, { readonly kind: 'arrived' }>

async function redeemed(
  { tenant, connection, handle, browser }: Returned,
  deps: SamlDeps,
): Promise<RedeemResult> {
  const place = { tenant, connection }
  const text = await deps.posted.take(place, handle)
  if (text === undefined) return { errand: undefined, ...failed('errand_unknown', 'answer.handle') }
  const parsed = kept.safeParse(JSON.parse(text))
  if (!parsed.success) return { errand: undefined, ...failed('errand_unknown', 'answer.kind') } // of a logout
  const answer = parsed.data
  const taken = await deps.errands.take(place, answer.relayState, browser)
  const errand = taken.kind === 'taken' ? taken.errand : undefined
  if (answer.kind === 'failed') return { ...answer, errand }
  if (answer.inResponseTo === undefined && taken.kind === 'unknown')
    return { errand, ...begunThere(answer, connection) }
  if (taken.kind !== 'taken') return { errand, ...failed('errand_unknown', `errand.${taken.kind}`) }
  const problem = inactive(connection, taken)
  return { errand, ...(problem ?? asked(answer, taken, { tenant, connection })) }
}

function inactive(
  connection: SamlConnection,
  { errand, version }: Pick<KeptErrand, 'errand' | 'version'>,
) {
  if (!mayServe(connection, errand)) return failed('connection_inactive', 'inactive')
  return version === connection.version ? undefined : failed('connection_inactive', 'changed')
}

type RedeemResult = { readonly errand: Errand | undefined } & (
  | { readonly kind: 'arrived'; readonly arrival: Arrival }
  | { readonly kind: 'begun_there' }
  | (Problem & { readonly kind: 'failed' })
)

/** They answer what this browser was sent out with (check 15). */
function asked(
  { assertion, entityId }: ReadAnswer,
  { errand, memo }: KeptErrand,
  place: SamlPlace,
) {
  const peer = { entityId, ...allowancesOf(place.connection) }
  const claimed = claimAssertion(assertion, { requestId: memo['request'] ?? '' }, peer)
  if (claimed.kind === 'refused') return failed('answer_refused', claimed.reason)
  if (place.connection.settings.want_encrypted && !claimed.assertion.facts.encrypted)
    return failed('answer_refused', 'not_encrypted')
  const { entityId: self } = samlSelf(place.tenant, place.connection.id)
  const identity = foreignIdentity(claimed.assertion, self)
  if (!identity) return failed('answer_refused', 'name_id_transient')
  return { kind: 'arrived', arrival: { ...place, errand, identity } } as const
}

/**
 * They began (check 15). SECURITY: whoever can make a browser post could sign somebody in as somebody else (login CSRF), so
 * nobody is signed in by it: it is shown to be true, and then we ask, as if the person had come to us.
 */
function begunThere({ assertion, entityId }: ReadAnswer, connection: SamlConnection) {
  if (connection.status !== 'active') return failed('connection_inactive', 'inactive')
  const peer = { entityId, ...allowancesOf(connection) }
  const claimed = claimAssertion(assertion, 'unsolicited', peer)
  if (claimed.kind === 'refused') return failed('answer_refused', claimed.reason)
  return { kind: 'begun_there' } as const
}

function allowancesOf({ settings }: SamlConnection) {
  return {
    allowsUnsolicited: settings.allow_idp_initiated,
    allowsUnauthenticatedCbc: settings.allow_unauthenticated_cbc,
  }
}

function failed<Reason extends FailureReason>(reason: Reason, detail: string) {
  return { kind: 'failed', reason, detail } as const
}
