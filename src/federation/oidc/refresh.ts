import * as oidc from 'openid-client'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import type { Egress } from '#http/http.ts'
import type { Metrics } from '#telemetry/telemetry.ts'
import type { IdentityKey } from '../identity/identity.ts'
import type { Connection, Connections } from '../federation.ts'
import type { Refreshed, RefreshTokens, UpstreamTokens } from '../tokens/tokens.ts'
import type { Claims } from './claims.ts'
import { authenticationOf } from './client-authentication.ts'
import { converse } from './conversation.ts'
import { keptOf } from './kept-tokens.ts'
import { refusedFor } from './library-problem.ts'
import type { Provider } from './oidc.ts'
import type { Peers } from './peers.ts'
import { failureOf, Refused } from './problem.ts'

export type RefreshDeps = {
  readonly peers: Peers
  readonly connections: Pick<Connections, 'secretOf'>
  readonly egress: Egress
  readonly clock: Clock
  readonly metrics: Pick<Metrics, 'federationRequest'>
  /** Milliseconds; see `OidcDeps`. */
  readonly patience?: number | undefined
}

/** RFC 6749 §6, OIDC Core §12. Never throws for what the other side says. */
export function createRefreshTokens(deps: RefreshDeps): RefreshTokens {
  return async (connection, key, tokens) => {
    try {
      return await refresh(connection, key, { tokens, deps })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      // worth nothing any more: revoked, used, of another client (RFC 6749 §5.2)
      if (error.code === 'token.code') return { kind: 'ended', reason: 'invalid_grant' }
      const failure = failureOf(error)
      const { reason } = failure
      deps.metrics.federationRequest({ protocol: 'oidc', outcome: 'failure', reason })
      return { kind: 'failed', ...failure }
    }
  }
}

async function refresh(
  connection: Connection,
  key: IdentityKey,
  { tokens, deps }: { readonly tokens: UpstreamTokens; readonly deps: RefreshDeps },
): Promise<Refreshed> {
  const { clock, patience = 5000 } = deps
  const peer = deps.peers(connection)
  if (!peer || tokens.refreshToken === undefined) throw new Refused('connection.inactive')
  const { provider } = peer
  // SECURITY: to whom it was given for, and to nobody that the connection was set to since
  if (tokens.server !== provider.issuer || tokens.clientId !== provider.clientId)
    return { kind: 'ended', reason: 'other_client' }
  const secret = await deps.connections.secretOf(connection)
  const authentication = await authenticationOf(provider, secret, clock)
  const deadline = AbortSignal.timeout(patience)
  const { config } = await converse(peer, authentication, { ...deps, deadline })
  const answer = await oidc.refreshTokenGrant(config, tokens.refreshToken).catch((error) => {
    throw refusedFor(error, 'token')
  })
  const claims = answer.claims() as Claims | undefined
  if (claims && !isOf(key, claims, provider)) return { kind: 'ended', reason: 'other_person' }
  const next = keptOf(answer, { provider, now: epochSeconds(clock), before: tokens })
  if (!next) throw new Refused('token.malformed')
  return { kind: 'refreshed', tokens: next }
}

/** OIDC Core §12.2: an ID token that comes with it is of the same person, by the rules of a sign-in. */
function isOf({ issuer, subject }: IdentityKey, token: Claims, provider: Provider): boolean {
  const who = provider.identify({ token, userinfo: undefined })
  return typeof who !== 'string' && who.issuer === issuer && who.subject === subject
}
