import type { TenantId } from '#kit/ids.ts'
import type { Counted, JointAnswer, Throttle, ThrottleAnswer, ThrottleRule } from '../login.ts'

/** A rule as plain numbers, so that a store can decide in one statement without our code. */
export type Schedule = {
  readonly free: number
  /** Milliseconds to wait after try `free + position`; the last one stands for all that follow. */
  readonly waits: readonly number[]
  readonly window: number
}

// Beyond this many excess tries the wait does not grow any more.
const longest = 63

const known = new WeakMap<ThrottleRule, Schedule>()

export function scheduleOf(rule: ThrottleRule): Schedule {
  const schedule = known.get(rule) ?? computeSchedule(rule)
  known.set(rule, schedule)
  return schedule
}

/** When the next try is allowed, after try number `tries`; 0 when at once. */
export function nextTryAt(schedule: Schedule, tries: number, now: number): number {
  if (tries < schedule.free) return 0
  const position = Math.min(tries - schedule.free, schedule.waits.length - 1)
  return now + (schedule.waits[position] ?? 0)
}

/** A window after a try; never before the wait it brought is over, however short the window. */
export function forgetAt(schedule: Schedule, next: number, now: number): number {
  return Math.max(now + schedule.window, next)
}

/** Whole seconds, at least 1, as `Retry-After` wants them. */
export function secondsUntil(at: number, now: number): number {
  return Math.max(1, Math.ceil((at - now) / 1000))
}

/** One subject instead of several. */
export function single(
  answer: (tenantId: TenantId, counts: readonly [Counted]) => Promise<JointAnswer>,
): Throttle['attempt'] {
  return async (rule, tenantId, subject): Promise<ThrottleAnswer> => {
    const joint = await answer(tenantId, [{ rule, subject }])
    return joint.allowed ? joint : { allowed: false, retryAfter: joint.retryAfter }
  }
}

function computeSchedule(rule: ThrottleRule): Schedule {
  const all = Array.from({ length: longest + 1 }, (_, excess) => rule.wait(excess) * 1000)
  const last = all.at(-1)
  const growing = all.findLastIndex((wait) => wait !== last) + 1
  return { free: rule.free, waits: all.slice(0, growing + 1), window: rule.window * 1000 }
}
