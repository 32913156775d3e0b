import type { Audit } from '#audit/audit.ts'
import { dataPage } from '#views/portal/data.ts'
import type { Export } from './export.ts'
import { eventOf, isFresh } from './portal.ts'
import { frameOf } from './sections.ts'
import type { PortalSection } from './sections.ts'

/** What is kept of a person, for them to take along. */
export function createDataSection(deps: {
  readonly audit: Pick<Audit, 'append'>
  readonly exportOf: Export
}): PortalSection {
  return {
    pages: {
      data: (visit) => dataPage({ frame: frameOf(visit), fresh: isFresh(visit) }),
    },
    actions: {
      /** Q64: a browser left open for a while hands out nothing. */
      async 'data/export'(visit) {
        if (!isFresh(visit)) return { confirm: 'data' }
        const { ctx } = visit
        const content = await deps.exportOf(visit)
        await deps.audit.append(eventOf(visit, 'account.exported'))
        ctx.set('content-disposition', 'attachment; filename="my-account.json"')
        ctx.type = 'application/json; charset=utf-8'
        ctx.body = `${JSON.stringify(content, null, 2)}\n`
        return 'answered'
      },
    },
  }
}
