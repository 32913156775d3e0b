import { adminRole, type Accounts } from '#account/account.ts'
import type { Clock } from '#kit/clock.ts'
import { newReference } from '#kit/random.ts'
import type { Outbox } from '#mail/mail.ts'
import { mailFrameOf, type Tenants } from '#tenant/tenant.ts'
import { connectionNewsMail } from '#views/mail/connection-news.ts'
import { ownerRole, type TellAdministrators } from '../federation.ts'

/** People who are told; a tenant with more of them has no use for more mails. */
const most = 100

/** Tells who administers a tenant what becomes of its connections, each in their language. */
export function createConnectionNotices(deps: {
  readonly tenants: Pick<Tenants, 'findById'>
  readonly accounts: Pick<Accounts, 'listWithRole'>
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly clock: Clock
}): TellAdministrators {
  return async (tenantId) => {
    const tenant = await deps.tenants.findById(tenantId)
    const people =
      tenant?.status === 'active'
        ? await deps.accounts.listWithRole(tenantId, [adminRole, ownerRole], most)
        : []
    return async (connection, news, within) => {
      if (!tenant) return
      const reference = newReference()
      const at = new Date(deps.clock.now())
      for (const { email: to, profile } of people) {
        const frame = mailFrameOf(tenant, profile.locale)
        const mail = connectionNewsMail({ ...frame, news, connection, at, reference })
        await deps.outbox.enqueue({ tenantId, kind: news.what, to, ...mail }, within)
      }
    }
  }
}
