import type { Clock } from '#kit/clock.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Audit } from './audit.ts'
import { beginning, eventText, follow, linkHash, recordedEvent, type Link } from './chain.ts'

export function createMemoryAudit(deps: { readonly clock: Clock }): Audit {
  const chains = new Map<TenantId, Link[]>()

  return {
    async append(event) {
      const chain = chains.get(event.tenantId) ?? []
      chains.set(event.tenantId, chain)
      const last = chain.at(-1) ?? beginning
      const text = eventText(event, new Date(deps.clock.now()))
      chain.push({ sequence: last.sequence + 1, text, hash: linkHash(last.hash, text) })
    },

    async list(tenantId, { limit }) {
      const chain = chains.get(tenantId) ?? []
      return chain.toReversed().slice(0, limit).map(recordedEvent)
    },

    async verify(tenantId) {
      return follow(beginning, chains.get(tenantId) ?? []) !== undefined
    },
  }
}
