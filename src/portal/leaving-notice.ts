import { mailEveryAddress, type LeavingNotice, type Reach } from '#account/account.ts'
import type { Clock } from '#kit/clock.ts'
import type { TenantId } from '#kit/ids.ts'
import { newReference } from '#kit/random.ts'
import type { Tenants } from '#tenant/tenant.ts'
import { mailFrameOf } from '#tenant/tenant.ts'
import { accountLeavingMail } from '#views/mail/account-leaving.ts'

/**
 * Tells a person that their account ends, in the transaction that decides it: at every address they may get back, so that
 * whoever took the account over does not end it unseen (Q54).
 */
export function createLeavingNotice(
  deps: Reach & { readonly tenants: Pick<Tenants, 'findById'>; readonly clock: Clock },
): (tenantId: TenantId) => Promise<LeavingNotice> {
  return async (tenantId) => {
    const tenant = await deps.tenants.findById(tenantId)

    return async (account, leavesAt, within) => {
      if (!tenant) return
      const mail = accountLeavingMail({
        ...mailFrameOf(tenant, account.profile.locale),
        at: new Date(deps.clock.now()),
        leavesAt,
        reference: newReference(),
        accountUrl: `${tenant.issuer}/account`,
      })
      await mailEveryAddress(deps, account, { kind: 'account_leaving', ...mail }, within)
    }
  }
}
