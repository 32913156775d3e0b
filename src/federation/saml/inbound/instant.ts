import { readInstant } from '../instant.ts'
import { refuse, type SamlReason, type SamlRefusal } from './reasons.ts'
import type { Situation } from './vocabulary.ts'

const largestSkew = 180_000
/** How old a message may be: it comes straight from where it was made. Milliseconds (check 10). */
export const oldestMessage = 600_000

export function skewOf({ skew }: Situation): number {
  return Math.min(Math.max(skew, 0), largestSkew)
}

/** IssueInstant of a message or an assertion (checks 10, 11): made just now, as far as two clocks agree. */
export function isRecent(
  text: string | undefined,
  situation: Situation,
  reason: SamlReason,
): SamlRefusal | undefined {
  const instant = readInstant(text)
  const skew = skewOf(situation)
  const isTimely =
    instant !== undefined &&
    instant <= situation.now + skew &&
    instant >= situation.now - oldestMessage - skew
  return isTimely ? undefined : refuse(reason, `IssueInstant ${text}`)
}

/** True while a bound that nobody may pass is not reached; false when it is no instant. */
export function isBefore(text: string | undefined, situation: Situation): boolean {
  const bound = readInstant(text)
  return bound !== undefined && situation.now < bound + skewOf(situation)
}

/** True once a bound has been reached; false when it is no instant. */
export function isFrom(text: string | undefined, situation: Situation): boolean {
  const bound = readInstant(text)
  return bound !== undefined && situation.now >= bound - skewOf(situation)
}
