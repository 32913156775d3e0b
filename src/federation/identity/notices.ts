import type { Account } from '#account/account.ts'
import type { Clock } from '#kit/clock.ts'
import { newReference } from '#kit/random.ts'
import type { Outbox } from '#mail/mail.ts'
import type { Transaction } from '#storage/storage.ts'
import { mailFrameOf } from '#tenant/tenant.ts'
import { connectedMail } from '#views/mail/connected.ts'
import type { TellIdentity } from './identity.ts'

/** Tells every address of an account what opens it now, or no more. */
export function createIdentityNotices(deps: {
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly clock: Clock
  /** Addresses the account had until lately: who lost one is told as well. */
  readonly formerAddresses: (
    account: Account,
    within: Transaction | undefined,
  ) => Promise<readonly string[]>
}): TellIdentity {
  return async ({ tenant, account, what, connection, ip }, within) => {
    const mail = connectedMail({
      ...mailFrameOf(tenant, account.profile.locale),
      what,
      connection: connection.name,
      ip,
      at: new Date(deps.clock.now()),
      reference: newReference(),
      manageUrl: `${tenant.issuer}/account/connected`,
    })
    const former = await deps.formerAddresses(account, within)
    for (const to of new Set([account.email, ...former])) {
      const about = { tenantId: tenant.id, kind: `identity_${what}`, to }
      await deps.outbox.enqueue({ ...about, ...mail }, within)
    }
  }
}
