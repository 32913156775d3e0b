import type { Clock } from '#kit/clock.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Audit } from './audit.ts'
import { beginning, follow, linkHash, recordedEvent, written, type Link } from './chain.ts'

export function createMemoryAudit(deps: { readonly clock: Clock }): Audit {
  const chains = new Map<TenantId, Link[]>()

  const listOf: Audit['listOf'] = async (tenantId, accountId, { since, limit }) => {
    const events = (chains.get(tenantId) ?? []).toReversed().map(recordedEvent)
    return events.filter((e) => e.accountId === accountId && e.at >= since).slice(0, limit)
  }

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

    listOf,

    async countOf(tenantId, accountId, { type, outcome, ...newest }) {
      const events = await listOf(tenantId, accountId, newest)
      const counted = events.filter((one) => one.type === type && one.outcome === outcome)
      return { found: events.length, counted: counted.length }
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
