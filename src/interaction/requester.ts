import type { Context } from 'koa'
import { canonicalEmail } from '#kit/email-address.ts'
import type { Requester } from '#login/login.ts'
import type { RememberedAccounts } from './remembered-accounts.ts'
import type { Visit } from './visit.ts'

/** Who tries to be the owner of this address. */
export type RequesterFor = (visit: Visit, email: string) => Requester

export function createRequesterFor(deps: {
  readonly remembered: RememberedAccounts
  readonly requesterOf: (ctx: Context) => Omit<Requester, 'deviceCookie'>
}): RequesterFor {
  /** What this browser holds for the account it now tries; verified by the method (Q37). */
  function deviceOf(visit: Visit, email: string): string | undefined {
    const known = [...visit.remembered, ...(visit.signedIn ? [visit.signedIn] : [])]
    const account = known.find((one) => canonicalEmail(one.email) === canonicalEmail(email))
    const here = deps.remembered.read(visit.details.tenant, visit.ctx.req)
    return here.find(({ id }) => id === account?.id)?.device
  }

  return (visit, email) => ({
    ...deps.requesterOf(visit.ctx),
    deviceCookie: deviceOf(visit, email),
  })
}
