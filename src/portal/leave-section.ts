import type { Departures } from '#account/account.ts'
import { leavePage } from '#views/portal/leave.ts'
import { portalCookie } from './cookies.ts'
import { byThem, isFresh } from './portal.ts'
import { frameOf } from './sections.ts'
import type { PortalSection } from './sections.ts'

/** The end of an account: 14 days after everything has ended. */
export function createLeaveSection(deps: {
  readonly departures: Pick<Departures, 'leave'>
}): PortalSection {
  return {
    pages: {
      leave: (visit) => leavePage({ frame: frameOf(visit), fresh: isFresh(visit) }),
    },
    actions: {
      /** Q64: nobody loses an account to a browser left open. */
      async leave(visit) {
        if (!isFresh(visit)) return { confirm: 'leave' }
        const { tenant, account, ctx } = visit
        await deps.departures.leave(tenant.id, account.id, byThem(visit))
        portalCookie.clear(tenant, ctx.res)
        return { page: 'left' }
      },
    },
  }
}
