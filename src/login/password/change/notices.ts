import { mailEveryAddress, type Account, type Reach } from '#account/account.ts'
import type { Clock } from '#kit/clock.ts'
import { newReference } from '#kit/random.ts'
import type { Transaction } from '#storage/storage.ts'
import { mailFrameOf, type Tenant } from '#tenant/tenant.ts'
import { passwordChangedMail, type PasswordChangedProps } from '#views/mail/password-changed.ts'

export type PasswordNoticeDeps = Reach & { readonly clock: Clock }

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
    const kind = `password_${how}`
    await mailEveryAddress(deps, account, { kind, ...mail }, within)
  }
}
