import { addressKey } from '#http/networks.ts'
import type { Clock } from '#kit/clock.ts'
import { AppError } from '#kit/errors.ts'
import { createTokenBucket } from '#kit/token-bucket.ts'
import { currentRequest } from './request.ts'

/**
 * One address may begin 300 conversations at once and five a second for ever: an office behind one address does not. Each
 * is a row for half an hour that nobody has signed in for.
 */
const conversations = { capacity: 300, perSecond: 5 }

/** Counts what is about to be kept for nobody; throws 429 when one address begins too much. */
export function createFloodGate(clock: Clock): () => void {
  const bucket = createTokenBucket({ ...conversations, clock })

  return () => {
    const ip = currentRequest()?.ip
    if (ip === undefined) return
    const taken = bucket.take(addressKey(ip))
    if (taken.allowed) return
    throw new AppError({
      code: 'oidc.too_many_flows',
      status: 429,
      message: 'Too many sign-ins were started from this address. Wait before the next.',
      retryAfter: taken.retryAfter,
    })
  }
}
