import type { Account } from '#account/account.ts'
import type { Clock } from '#kit/clock.ts'
import { newReference } from '#kit/random.ts'
import type { Outbox } from '#mail/mail.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Tenants } from '#tenant/tenant.ts'
import { mailFrameOf } from '#tenant/tenant.ts'
import { accountLeavingMail } from '#views/mail/account-leaving.ts'

/** Tells a person that their account ends, in the transaction that decides it. */
export function createLeavingNotice(deps: {
  readonly tenants: Pick<Tenants, 'findById'>
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly clock: Clock
}) {
  return async (
    account: Account,
    leavesAt: Date,
    within: Transaction | undefined,
  ): Promise<void> => {
    const tenant = await deps.tenants.findById(account.tenantId)
    if (!tenant) return
    const mail = accountLeavingMail({
      ...mailFrameOf(tenant, account.profile.locale),
      at: new Date(deps.clock.now()),
      leavesAt,
      reference: newReference(),
      accountUrl: `${tenant.issuer}/account`,
    })
    const { tenantId, email: to } = account
    await deps.outbox.enqueue({ tenantId, kind: 'account_leaving', to, ...mail }, within)
  }
}
