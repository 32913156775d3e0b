import type { Account } from '#account/account.ts'
import type { Clock } from '#kit/clock.ts'
import { newReference } from '#kit/random.ts'
import type { Outbox } from '#mail/mail.ts'
import type { Transaction } from '#storage/storage.ts'
import { mailFrameOf } from '#tenant/tenant.ts'
import { passkeyChangedMail } from '#views/mail/passkey-changed.ts'
import { authenticatorName } from './authenticators.ts'
import type { TellPasskey } from './passkey.ts'

export type PasskeyNoticeDeps = {
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly clock: Clock
  /** Addresses the account had until lately: who lost one is told as well. */
  readonly formerAddresses: (
    account: Account,
    within: Transaction | undefined,
  ) => Promise<readonly string[]>
}

/** Tells every address of an account that a passkey of it came or went. */
export function createPasskeyNotices(deps: PasskeyNoticeDeps): TellPasskey {
  return async ({ tenant, account, what, passkey, ip }, within) => {
    const mail = passkeyChangedMail({
      ...mailFrameOf(tenant, account.profile.locale),
      what,
      name: passkey.name ?? authenticatorName(passkey.aaguid),
      ip,
      at: new Date(deps.clock.now()),
      reference: newReference(),
      manageUrl: `${tenant.issuer}/account/passkeys`,
    })
    const former = await deps.formerAddresses(account, within)
    for (const to of new Set([account.email, ...former])) {
      const about = { tenantId: tenant.id, kind: `passkey_${what}`, to }
      await deps.outbox.enqueue({ ...about, ...mail }, within)
    }
  }
}
