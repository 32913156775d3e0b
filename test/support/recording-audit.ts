import type { Audit, AuditEvent } from '#audit/audit.ts'

/** Remembers what was appended. `fail` makes the next appends throw, as a lost database would. */
export type RecordingAudit = Audit & { readonly events: AuditEvent[]; fail: boolean }

export function createRecordingAudit(): RecordingAudit {
  const events: AuditEvent[] = []
  const audit: RecordingAudit = {
    events,
    fail: false,
    async append(event) {
      if (audit.fail) throw new Error('the audit log is not writable')
      events.push(event)
    },
    list: async () => [],
    listOf: async () => [],
    countOf: async () => ({ found: 0, counted: 0 }),
    forget: async () => undefined,
    verify: async () => true,
  }
  return audit
}
