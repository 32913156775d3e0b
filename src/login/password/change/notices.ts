import type { Account } from '#account/account.ts'
import type { Clock } from '#kit/clock.ts'
import { newReference } from '#kit/random.ts'
import type { Outbox } from '#mail/mail.ts'
import type { Transaction } from '#storage/storage.ts'
import { mailFrameOf, type Tenant } from '#tenant/tenant.ts'
import { passwordChangedMail, type PasswordChangedProps } from '#views/mail/password-changed.ts'

export type PasswordNoticeDeps = {
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly clock: Clock
  /** Addresses the account had until lately, as long as a change can be undone: who lost one is told as well. */
  readonly formerAddresses: (
    account: Account,
    within: Transaction | undefined,
  ) => Promise<readonly string[]>
}

export type PasswordNotice = {
  readonly tenant: Tenant
  readonly account: Account
  readonly how: PasswordChangedProps['how']
  readonly ip: string
}

/** Tells every address of an account what became of its password (Q54). */
export function createPasswordNotices(deps: PasswordNoticeDeps) {
  return async (notice: PasswordNotice, within: Transaction | undefined): Promise<void> => {
    const { tenant, account, how, ip } = notice
    const mail = passwordChangedMail({
      ...mailFrameOf(tenant, account.profile.locale),
      how,
      ip,
      at: new Date(deps.clock.now()),
      reference: newReference(),
      resetUrl: `${tenant.issuer}/recover`,
    })
    const former = await deps.formerAddresses(account, within)
    for (const to of new Set([account.email, ...former])) {
      await deps.outbox.enqueue(
        { tenantId: tenant.id, kind: `password_${how}`, to, ...mail },
        within,
      )
    }
  }
}
