import type { Clock } from '#kit/clock.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Audit } from './audit.ts'
import { beginning, follow, linkHash, recordedEvent, written, type Link } from './chain.ts'

export function createMemoryAudit(deps: { readonly clock: Clock }): Audit {
  const chains = new Map<TenantId, Link[]>()

  return {
    async append(event) {
      const chain = chains.get(event.tenantId) ?? []
      chains.set(event.tenantId, chain)
      const last = chain.at(-1) ?? beginning
      const kept = written(event, new Date(deps.clock.now()))
      chain.push({ ...kept, sequence: last.sequence + 1, hash: linkHash(last.hash, kept.text) })
    },

    async list(tenantId, { limit }) {
      const chain = chains.get(tenantId) ?? []
      return chain.toReversed().slice(0, limit).map(recordedEvent)
    },

    async listOf(tenantId, accountId, { since, limit }) {
      const events = (chains.get(tenantId) ?? []).toReversed().map(recordedEvent)
      return events.filter((e) => e.accountId === accountId && e.at >= since).slice(0, limit)
    },

    async forget(tenantId, accountId) {
      const chain = chains.get(tenantId) ?? []
      const isTheirs = (link: Link) => recordedEvent(link).accountId === accountId
      const kept = chain.map((link) => (isTheirs(link) ? { ...link, personal: undefined } : link))
      chains.set(tenantId, kept)
    },

    async verify(tenantId) {
      return follow(beginning, chains.get(tenantId) ?? []) !== undefined
    },
  }
}
