import * as oidc from 'openid-client'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { randomToken } from '#kit/random.ts'
import type { Egress } from '#http/http.ts'
import type { Metrics } from '#telemetry/telemetry.ts'
import { mayServe } from '../connection/connection.ts'
import type { Errands, KeptErrand } from '../errand/errand.ts'
import type { TokenSafe } from '../tokens/tokens.ts'
import {
  connectionUrl,
  type Connection,
  type Connections,
  type Departure,
  type Errand,
  type Leave,
} from '../federation.ts'
import { authenticationOf } from './client-authentication.ts'
import { converse, useKeys } from './conversation.ts'
import { foreignIdentity } from './foreign-identity.ts'
import type { OidcArrival, OidcUpstream, Received } from './oidc.ts'
import type { Peers } from './peers.ts'
import type { Peer } from './peer.ts'
import { failureOf, Refused } from './problem.ts'
import { redeem } from './redeem.ts'
import { keptOf } from './kept-tokens.ts'
import { maxAgeOf } from './wishes.ts'

export type OidcDeps = {
  readonly errands: Errands
  readonly tokenSafe: Pick<TokenSafe, 'seal'>
  readonly peers: Peers
  readonly connections: Pick<Connections, 'secretOf'>
  readonly egress: Egress
  readonly clock: Clock
  readonly metrics: Pick<Metrics, 'federationRequest'>
  /** Milliseconds for everything that is asked of the other side while somebody waits (Q76); 5000 unless said otherwise. */
  readonly patience?: number | undefined
}

export function createOidcUpstream(deps: OidcDeps): OidcUpstream {
  const { errands, metrics } = deps

  return {
    leave: (input) => depart(input, deps),

    async receive(input) {
      const { tenant, connection } = input
      let errand: Errand | undefined
      try {
        const kept = await takeErrand(input, errands)
        errand = kept.errand
        const arrival = await arrive(input, kept, deps)
        metrics.federationRequest({ protocol: 'oidc', outcome: 'success' })
        return arrival
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        const failure = { tenant, connection, errand, ...failureOf(error) }
        metrics.federationRequest({ protocol: 'oidc', outcome: 'failure', reason: failure.reason })
        return { kind: 'failed', failure }
      }
    },

    async isExpected({ tenant, connection, answer }) {
      const kept = await errands.look({ tenant, connection }, answer.state ?? '')
      return kept !== undefined
    },
  }
}

async function depart(input: Leave, deps: OidcDeps): Promise<Departure> {
  const { tenant, connection, wishes } = input
  try {
    const peer = peerOf(connection, input.errand, deps)
    const deadline = deadlineOf(deps)
    const { config } = await converse(peer, oidc.None(), { ...deps, deadline }) // asks nothing with it
    const verifier = oidc.randomPKCECodeVerifier()
    const nonce = randomToken()
    const maxAge = maxAgeOf(wishes)
    const memo = { nonce, verifier, ...(maxAge === undefined ? {} : { maxAge: String(maxAge) }) }
    const state = await deps.errands.send(input, memo)
    const url = oidc.buildAuthorizationUrl(config, {
      ...peer.provider.parameters(wishes),
      response_type: 'code',
      redirect_uri: connectionUrl(tenant, connection.id, 'callback'),
      state,
      ...(peer.provider.source === 'id_token' ? { nonce } : {}),
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    return { kind: 'redirect', url: url.href }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const failure = failureOf(error)
    const { reason } = failure
    deps.metrics.federationRequest({ protocol: 'oidc', outcome: 'failure', reason })
    return { kind: 'failed', ...failure }
  }
}

const deadlineOf = ({ patience = 5000 }: OidcDeps): AbortSignal => AbortSignal.timeout(patience)

/** Used up first, whatever comes of the rest: an answer is looked at once (RFC 9700 §4.7). */
async function takeErrand(input: Received, errands: Errands): Promise<KeptErrand> {
  const { tenant, connection, answer, browser } = input
  if (answer.state === undefined) throw new Refused('state.missing')
  const taken = await errands.take({ tenant, connection }, answer.state, browser)
  if (taken.kind !== 'taken') throw new Refused(`state.${taken.kind}`)
  return taken
}

async function arrive(input: Received, kept: KeptErrand, deps: OidcDeps): Promise<OidcArrival> {
  const { tenant, connection, answer } = input
  const { clock } = deps
  const peer = peerOf(connection, kept.errand, deps)
  if (kept.version !== connection.version) throw new Refused('connection.changed')
  const { provider } = peer
  const secret = await deps.connections.secretOf(connection)
  const authentication = await authenticationOf(provider, secret, clock)
  const around = { ...deps, deadline: deadlineOf(deps) }
  const conversation = await converse(peer, authentication, around)
  const isSigned = provider.source === 'id_token' && answer.error === undefined
  if (isSigned) await useKeys(conversation.config, peer, around)
  const redirectUri = connectionUrl(tenant, connection.id, 'callback')
  const came = await redeem({ ...conversation, provider, redirectUri, answer, kept, clock })
  const { said } = came
  const who = provider.identify(said)
  if (typeof who === 'string') throw new Refused(who)
  const now = epochSeconds(clock)
  const identity = foreignIdentity(who, said, now)
  const arrival = { tenant, connection, errand: kept.errand, identity }
  const tokens = keptOf(came.tokens, { provider, now })
  if (!tokens) return { kind: 'arrived', arrival }
  const key = { tenantId: tenant.id, connectionId: connection.id, ...who }
  return {
    kind: 'arrived',
    arrival: { ...arrival, sealedTokens: deps.tokenSafe.seal(key, tokens) },
  }
}

/** `draft`: for who tries it out, nobody else (Q18). */
function peerOf(connection: Connection, errand: Errand, { peers }: OidcDeps): Peer {
  const peer = mayServe(connection, errand) ? peers(connection) : undefined
  if (!peer) throw new Refused('connection.inactive')
  return peer
}
