import { mailEveryAddress, type Reach } from '#account/account.ts'
import type { Clock } from '#kit/clock.ts'
import { newReference } from '#kit/random.ts'
import { mailFrameOf } from '#tenant/tenant.ts'
import { connectedMail } from '#views/mail/connected.ts'
import type { TellIdentity } from './identity.ts'

/** Tells every address of an account what opens it now, or no more. */
export function createIdentityNotices(deps: Reach & { readonly clock: Clock }): TellIdentity {
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
    const kind = `identity_${what}`
    await mailEveryAddress(deps, account, { kind, ...mail }, within)
  }
}
