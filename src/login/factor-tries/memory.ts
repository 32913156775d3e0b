import type { Clock } from '#kit/clock.ts'
import {
  forgiven,
  freeTries,
  mostMisses,
  refusalOf,
  triesWaits,
  triesWindow,
  type FactorTries,
  type TriedFactor,
} from './factor-tries.ts'

type Row = {
  readonly misses: number
  /** Since the waits began anew. */
  readonly recent: number
  readonly nextTryAt: number
  readonly forgetAt: number
}

const none: Row = { misses: 0, recent: 0, nextTryAt: 0, forgetAt: 0 }

export function createMemoryFactorTries({ clock }: { readonly clock: Clock }): FactorTries {
  const rows = new Map<string, Row>()
  const keyOf = ({ tenantId, accountId, method }: TriedFactor) =>
    JSON.stringify([tenantId, accountId, method])
  const rowOf = (factor: TriedFactor) => rows.get(keyOf(factor)) ?? none

  return {
    async count(factor) {
      const now = clock.now()
      const before = rowOf(factor)
      const { misses, nextTryAt } = before
      if (misses >= mostMisses || nextTryAt > now) return refusalOf(misses, nextTryAt, now)
      const recent = before.forgetAt <= now ? 1 : before.recent + 1
      const wait = triesWaits[Math.min(recent - freeTries, triesWaits.length - 1)] ?? 0
      rows.set(keyOf(factor), {
        misses: misses + 1,
        recent,
        nextTryAt: recent < freeTries ? 0 : now + wait,
        forgetAt: now + triesWindow,
      })
      return { allowed: true, isLast: misses + 1 >= mostMisses }
    },

    async accept(factor) {
      const { misses, forgetAt } = rowOf(factor)
      const left = Math.max(0, misses - forgiven)
      rows.set(keyOf(factor), { misses: left, recent: 0, nextTryAt: 0, forgetAt })
    },

    async withdraw(factor) {
      const { misses, recent, forgetAt } = rowOf(factor)
      const less = (count: number) => Math.max(0, count - 1)
      const row = { misses: less(misses), recent: less(recent), nextTryAt: 0, forgetAt }
      rows.set(keyOf(factor), row)
    },

    async reset(factor) {
      rows.delete(keyOf(factor))
    },

    isLocked: async (factor) => rowOf(factor).misses >= mostMisses,
  }
}
