import { verifySecret } from '#client/client.ts'
import type { Client } from '#client/client.ts'
import { addressKey } from '#http/networks.ts'
import type { Clock } from '#kit/clock.ts'
import { AppError } from '#kit/errors.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Throttle, ThrottleRule } from '#login/login.ts'
import { currentRequest } from './adapter/request.ts'

/** Q40: a secret of our own has 256 bits, but a seed may bring a shorter one. */
const wrongSecrets: ThrottleRule = {
  name: 'oidc.client_secret',
  free: 20,
  wait: () => 60,
  window: 600,
}

/** Sources remembered; one more forgets the oldest, which then only costs the store a question. */
const mostBlocked = 10_000

/**
 * Compares a client's secret. Only failures are counted, so that a busy client costs no round trip; whoever failed too
 * often is refused here before anything is compared.
 */
export function createSecretCheck(deps: {
  readonly tenantId: TenantId
  readonly throttle: Throttle
  readonly clock: Clock
}): (client: Client, presented: string) => Promise<boolean> {
  const blockedUntil = new Map<string, number>()

  function refuseBlocked(source: string): void {
    const until = blockedUntil.get(source)
    if (until === undefined) return
    if (until > deps.clock.now()) throw tooManyFailures((until - deps.clock.now()) / 1000)
    blockedUntil.delete(source)
  }

  async function countFailure(source: string): Promise<void> {
    const answer = await deps.throttle.attempt(wrongSecrets, deps.tenantId, source)
    if (answer.allowed) return
    blockedUntil.set(source, deps.clock.now() + answer.retryAfter * 1000)
    if (blockedUntil.size > mostBlocked)
      blockedUntil.delete(blockedUntil.keys().next().value as string) // not empty
  }

  return async (client, presented) => {
    // Ours has 256 bits, and only this house shows it: what strangers try keeps nobody from My account.
    if (client.origin === 'built_in') return verifySecret(client, presented)
    const source = `${client.clientId} ${addressKey(currentRequest()?.ip ?? '')}`
    refuseBlocked(source)
    if (verifySecret(client, presented)) return true
    await countFailure(source)
    return false
  }
}

function tooManyFailures(seconds: number): AppError {
  return new AppError({
    code: 'oidc.too_many_failures',
    status: 429,
    message: 'Too many failed client authentications. Wait before the next.',
    retryAfter: Math.ceil(seconds),
  })
}
