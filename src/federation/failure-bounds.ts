import { addressKey } from '#http/networks.ts'
import type { Clock } from '#kit/clock.ts'
import { createTokenBucket } from '#kit/token-bucket.ts'

/** By coming back from nowhere. */
const nobodys = { capacity: 20, perSecond: 1 / 60 }
/** By a sign-in that anybody can begin. */
const everybodys = { capacity: 100, perSecond: 1 / 6 }

/**
 * Whether what came to nothing may be one more event of this address in the audit. Each is a row for ever, and anybody causes
 * them as often as they like to post (CWE-770): the metrics and the log tell of the others. In this process only.
 */
export function createFailureBounds({ clock }: { readonly clock: Clock }) {
  const ofNobody = createTokenBucket({ ...nobodys, clock })
  const ofEverybody = createTokenBucket({ ...everybodys, clock })
  return {
    ofNobody: (ip: string): boolean => ofNobody.take(addressKey(ip)).allowed,
    ofEverybody: (ip: string): boolean => ofEverybody.take(addressKey(ip)).allowed,
  }
}
