import assert from 'node:assert/strict'
import { createEgress } from '#http/egress.ts'
import type { Egress } from '#http/http.ts'
import { readSettings } from '#federation/connection/settings.ts'
import { createErrands, createPostedAnswers } from '#federation/errand/service.ts'
import type {
  Arrival,
  Connection,
  ConnectionType,
  Departure,
  Errand,
  Leave,
  Wishes,
} from '#federation/federation.ts'
import type { Answer, OidcArrival } from '#federation/oidc/oidc.ts'
import { createPeers } from '#federation/oidc/peers.ts'
import { createRefreshTokens } from '#federation/oidc/refresh.ts'
import { createOidcUpstream, type OidcDeps } from '#federation/oidc/service.ts'
import { createTokenSafe } from '#federation/tokens/safe.ts'
import { systemClock, type Clock } from '#kit/clock.ts'
import { brandId, type ConnectionId, type InteractionUid } from '#kit/ids.ts'
import { createKeyDeriver, createSealer } from '#kit/sealer.ts'
import { createMemoryEphemeral } from '#storage/ephemeral/memory.ts'
import type { LyingProvider } from './lying-provider.ts'
import { tenant } from './password-login.ts'

export const browser = 'B'.repeat(43)
export const signIn: Errand = { purpose: 'sign_in', uid: brandId<InteractionUid>('uid') }
export const noWishes: Wishes = { anew: false }

export type UpstreamUnderTest = ReturnType<typeof openOidcUpstream>

/** The way to an OpenID Provider, with everything of ours in memory. */
export function openOidcUpstream(options: {
  readonly egress?: Egress
  readonly secret?: string | undefined
  readonly clock?: Clock
  readonly patience?: number
}) {
  const clock = options.clock ?? systemClock
  const egress = options.egress ?? createEgress({ allow: ['127.0.0.0/8'] })
  const ephemeral = createMemoryEphemeral({ clock })
  const sealer = createSealer(createKeyDeriver([Buffer.alloc(32, 1)]))
  const tokenSafe = createTokenSafe(sealer)
  const errands = createErrands({ ephemeral, sealer, clock })
  const peers = createPeers({ egress, clock, metrics: { federationDocument: () => undefined } })
  const measured: string[] = []
  const deps: OidcDeps = {
    errands,
    tokenSafe,
    peers,
    connections: { secretOf: async () => options.secret },
    egress,
    clock,
    metrics: { federationRequest: ({ outcome }) => void measured.push(outcome) },
    patience: options.patience,
  }
  const posted = createPostedAnswers({ ephemeral, sealer })
  const refresh = createRefreshTokens(deps)
  return {
    upstream: createOidcUpstream(deps),
    refresh,
    tokenSafe,
    errands,
    peers,
    posted,
    measured,
    ephemeral,
  }
}

export function connectionOf(
  type: ConnectionType,
  settings: object,
  other: Partial<Connection> = {},
): Connection {
  const id = brandId<ConnectionId>('peer')
  const fixed = { tenantId: tenant.id, id, name: 'Peer', version: 1 }
  return { ...fixed, type, status: 'active', settings: readSettings(type, settings), ...other }
}

/** To the provider of a test, as any OpenID Provider. */
export function connectionTo(provider: LyingProvider, other: Partial<Connection> = {}): Connection {
  const settings = { issuer: provider.issuer, client_id: provider.clientId }
  return connectionOf('oidc', settings, other)
}

export function leaveFor(connection: Connection, wishes: Partial<Wishes> = {}): Leave {
  return { tenant, connection, errand: signIn, browser, wishes: { ...noWishes, ...wishes } }
}

export function urlOf(departure: Departure): string {
  if (departure.kind !== 'redirect') throw new Error(`no redirect: ${JSON.stringify(departure)}`)
  return departure.url
}

/** There and back, in the same browser. */
export async function roundTrip(
  { upstream }: Pick<UpstreamUnderTest, 'upstream'>,
  provider: LyingProvider,
  connection: Connection,
  wishes: Partial<Wishes> = {},
): Promise<OidcArrival> {
  const url = urlOf(await upstream.leave(leaveFor(connection, wishes)))
  const answer: Answer = Object.fromEntries(provider.authorize(url))
  return upstream.receive({ tenant, connection, answer, browser })
}

/** What became of it, in one word: the stable reason, or `arrived`. */
export function outcomeOf(came: OidcArrival): string {
  return came.kind === 'arrived' ? 'arrived' : `${came.failure.reason} ${came.failure.detail}`
}

/** Fails the test when they did not arrive. */
export function arrivalOf(came: OidcArrival): Arrival {
  assert.equal(outcomeOf(came), 'arrived')
  return (came as Extract<OidcArrival, { kind: 'arrived' }>).arrival
}
