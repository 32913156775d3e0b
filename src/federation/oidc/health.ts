import * as oidc from 'openid-client'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import type { Egress } from '#http/http.ts'
import { worstState } from '../federation.ts'
import type { Connection, Connections, Health, HealthCheck, HealthOf } from '../federation.ts'
import { authenticationOf } from './client-authentication.ts'
import { converse } from './conversation.ts'
import type { CopyState } from './copy.ts'
import { refusedFor } from './library-problem.ts'
import type { Peer } from './peer.ts'
import type { Peers } from './peers.ts'
import { failureOf, Refused } from './problem.ts'

export type OidcHealthDeps = {
  readonly peers: Peers
  readonly connections: Pick<Connections, 'secretOf'>
  readonly egress: Egress
  readonly clock: Clock
}

/** Milliseconds for all that is asked while an administrator waits. */
const patience = 5000

/**
 * What is known of the other side. Asked anew it reads its documents and shows it our client secret, with a code that nobody
 * gave: who answers that the code is wrong knows who we are (RFC 6749 §5.2).
 */
export function createOidcHealth(deps: OidcHealthDeps): HealthOf {
  return async (connection, { refresh }) => {
    const peer = deps.peers(connection)
    if (!peer) return undefined
    const deadline = AbortSignal.timeout(patience)
    if (refresh) await readAnew(peer, deadline)
    const client = await checkClient(connection, peer, { ...deps, deadline, refresh })
    const checks = [...documentChecks(peer, epochSeconds(deps.clock)), client]
    return { state: worstOf(checks), checks }
  }
}

async function readAnew(peer: Peer, deadline: AbortSignal): Promise<void> {
  if (peer.provider.document) return
  const reading = (async () => {
    await peer.document.refresh()
    await peer.keys.refresh()
  })().catch(() => undefined) // its state tells
  const over = new Promise((resolve) => deadline.addEventListener('abort', resolve, { once: true }))
  await Promise.race([reading, over])
}

function documentChecks({ provider, document, keys }: Peer, now: number): readonly HealthCheck[] {
  if (provider.document) return [] // it has none
  return [checkCopy('discovery', document.state(), now), checkCopy('jwks', keys.state(), now)]
}

function checkCopy(name: string, state: CopyState, now: number): HealthCheck {
  const { readAt, failedAt, problem } = state
  const last = failedAt ?? readAt
  const checkedAt = last === undefined ? {} : { checkedAt: new Date(last * 1000) }
  if (problem) {
    const detail = failureOf(problem).detail
    if (readAt === undefined) return { name, state: 'failing', detail, ...checkedAt }
    const age = `what was read ${String(now - readAt)} seconds ago is used`
    return { name, state: 'degraded', detail: `${detail}; ${age}`, ...checkedAt }
  }
  if (readAt === undefined) return { name, state: 'unknown', detail: 'not read yet' }
  return { name, state: 'ok', detail: 'read', ...checkedAt }
}

type Asking = OidcHealthDeps & { readonly deadline: AbortSignal; readonly refresh: boolean }

async function checkClient(connection: Connection, peer: Peer, deps: Asking): Promise<HealthCheck> {
  const name = 'client'
  try {
    const secret = await deps.connections.secretOf(connection)
    const authentication = await authenticationOf(peer.provider, secret, deps.clock)
    if (!deps.refresh) return { name, state: 'unknown', detail: 'not asked' }
    const { config } = await converse(peer, authentication, deps)
    return { name, checkedAt: new Date(deps.clock.now()), ...(await showClient(config)) }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { name, state: 'failing', detail: failureOf(error).detail }
  }
}

async function showClient(
  config: oidc.Configuration,
): Promise<Pick<Health, 'state'> & { detail: string }> {
  try {
    await oidc.genericGrantRequest(config, 'authorization_code', { code: 'signet-asks-who-it-is' })
    return { state: 'unknown', detail: 'it takes any code' }
  } catch (error) {
    const problem = refusedFor(error, 'token')
    if (problem.code === 'token.code') return { state: 'ok', detail: 'it knows our client' }
    const { detail } = failureOf(problem)
    const isRefused = /(?:invalid_client|unauthorized_client)$/.test(detail)
    const isDown = problem.code === 'token.unavailable'
    return { state: isRefused || isDown ? 'failing' : 'unknown', detail }
  }
}

function worstOf(checks: readonly HealthCheck[]): Health['state'] {
  const asked = checks.filter(({ name, state }) => name !== 'client' || state !== 'unknown')
  return worstState(asked.map(({ state }) => state)) ?? 'unknown'
}
