import type { ManagedConnection, UpdateConnection } from './vocabulary.ts'
import type { ConnectionDomain } from './domain/domain.ts'

/** A connection in the names of a seed file, flat; what stands here can be read again. No secret is in it. */
export function documentOf(
  connection: Pick<ManagedConnection, 'id' | 'type' | 'name' | 'status' | 'domains' | 'settings'>,
): Readonly<Record<string, unknown>> {
  const { id, type, name, status, domains, settings } = connection
  return { id, type, name, status, ...settings, domains: domains.map(domainPart) }
}

function domainPart({ domain, isEnforced, proof }: ConnectionDomain): string | object {
  const proved = proof?.by === 'operator' ? { proved: true } : {}
  const enforced = isEnforced ? { enforced: true } : {}
  const part = { domain, ...proved, ...enforced }
  return Object.keys(part).length === 1 ? domain : part
}

/** What a connection is to be after a write, as a document; `id` and `type` need not be repeated. */
export function merged(before: ManagedConnection, write: UpdateConnection['write']): unknown {
  const { id, type } = before
  if (write.kind === 'document')
    return isObject(write.document) ? { id, type, ...write.document } : write.document
  if (!isObject(write.changes)) return write.changes
  const { domains: _, ...document } = documentOf(before)
  return { ...document, ...write.changes }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
