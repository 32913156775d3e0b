import { toPlainLine } from '#kit/text.ts'
import type { MetadataReason, MetadataRefusal } from './vocabulary.ts'

/** `detail` may be what a stranger wrote: one line, bounded. */
export function refuse(
  reason: MetadataReason,
  detail: string,
  entityIds?: readonly string[],
): MetadataRefusal {
  const line = toPlainLine(detail)
  return { kind: 'refused', reason, detail: line, ...(entityIds ? { entityIds } : {}) }
}

export function isRefused<T>(value: T | MetadataRefusal): value is MetadataRefusal {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'refused'
}
