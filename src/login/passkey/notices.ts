import { mailEveryAddress, type Reach } from '#account/account.ts'
import type { Clock } from '#kit/clock.ts'
import { newReference } from '#kit/random.ts'
import { mailFrameOf } from '#tenant/tenant.ts'
import { passkeyChangedMail } from '#views/mail/passkey-changed.ts'
import { authenticatorName } from './authenticators.ts'
import type { TellPasskey } from './passkey.ts'

export type PasskeyNoticeDeps = Reach & { readonly clock: Clock }

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
    const kind = `passkey_${what}`
    await mailEveryAddress(deps, account, { kind, ...mail }, within)
  }
}
