import type { Account } from '#account/account.ts'
import type { Clock } from '#kit/clock.ts'
import { newReference } from '#kit/random.ts'
import type { Outbox } from '#mail/mail.ts'
import type { Transaction } from '#storage/storage.ts'
import { mailFrameOf } from '#tenant/tenant.ts'
import { factorNewsMail } from '#views/mail/factor-news.ts'
import type { FactorNotices } from './factor-notice.ts'

export function createFactorNotices(deps: {
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly clock: Clock
  /** Addresses the account had until lately, as long as a change can be undone: who lost one is told as well. */
  readonly formerAddresses: (
    account: Account,
    within: Transaction | undefined,
  ) => Promise<readonly string[]>
}): FactorNotices {
  const { outbox, clock, formerAddresses } = deps

  return {
    async tell({ tenant, account, news, ip }, within) {
      const mail = factorNewsMail({
        ...mailFrameOf(tenant, account.profile.locale),
        news,
        ip,
        at: new Date(clock.now()),
        reference: newReference(),
        reviewUrl: `${tenant.issuer}/account/two-step`,
      })
      const former = await formerAddresses(account, within)
      for (const to of new Set([account.email, ...former])) {
        await outbox.enqueue({ tenantId: tenant.id, kind: news.kind, to, ...mail }, within)
      }
    },
  }
}
