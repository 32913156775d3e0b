import type { Clock } from '#kit/clock.ts'
import { worstState, type HealthCheck, type HealthOf } from '../federation.ts'
import { isWaitingForSecret } from './connection.ts'
import { isProved, type ConnectionDomain } from './domain/domain.ts'
import type { ConnectionHealth, ManagedConnection } from './vocabulary.ts'

export function createConnectionHealth(deps: {
  /** Of each protocol. */
  readonly protocols: readonly HealthOf[]
  readonly clock: Clock
}): ConnectionHealth {
  return async (connection, options) => {
    const asked = await Promise.all(deps.protocols.map((healthOf) => healthOf(connection, options)))
    const theirs = asked.filter((health) => health !== undefined)
    const ours = [
      ...secretChecks(connection),
      ...connection.domains.map((claim) => domainCheck(claim, deps.clock.now())),
    ]
    const states = [...theirs, ...ours].map(({ state }) => state)
    return {
      state: worstState(states) ?? 'unknown',
      checks: [...theirs.flatMap(({ checks }) => checks), ...ours],
    }
  }
}

function secretChecks(connection: ManagedConnection): readonly HealthCheck[] {
  if (!isWaitingForSecret(connection)) return []
  return [{ name: 'secret', state: 'failing', detail: 'It has no secret yet.' }]
}

function domainCheck(claim: ConnectionDomain, now: number): HealthCheck {
  const { domain, proof } = claim
  const checkedAt = proof?.checkedAt
  if (!proof) {
    const detail = `${domain} is not proved yet.`
    return { name: 'domain', state: 'degraded', detail }
  }
  if (proof.missingSince === undefined)
    return { name: 'domain', state: 'ok', detail: `${domain} is proved.`, checkedAt }
  const detail = `The record of ${domain} is gone since ${proof.missingSince.toISOString()}.`
  return { name: 'domain', state: isProved(claim, now) ? 'degraded' : 'failing', detail, checkedAt }
}
