import { adminRole, type Account } from '#account/account.ts'
import { meetsAcr, type Acr } from '#client/client.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { isSteppedUp } from '#session/session.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { Refused } from './api.ts'
import { stepUpNeeded, type Own } from './auth/stepped-up.ts'

export type AdministratorDeps = {
  /** Port: what must have been proved to administer this tenant; undefined: whatever opened the session. */
  readonly acrToAdminister: (tenant: Tenant, account: Account) => Promise<Acr | undefined>
  readonly clock: Clock
}

/** What every endpoint of administration may answer. */
export const administratorRefusals = ['api.admin_only', 'api.step_up_required'] as const

/**
 * Who administers is an account of this tenant with the role `admin`, by a token that this tenant issued to it, as everything
 * below the API takes no other; and with all that the tenant demands of it. One tenant's administrator is nobody in another.
 *
 * SECURITY: a change needs a proof of the last five minutes as well: who finds an open application must not open a way in of
 * their own (Q64).
 */
export async function refuseOthers(
  { tenant, caller }: Own,
  kind: 'look' | 'change',
  deps: AdministratorDeps,
): Promise<Refused<(typeof administratorRefusals)[number]> | undefined> {
  if (!caller.account.roles.includes(adminRole)) return { refused: 'api.admin_only' }
  const needed = await deps.acrToAdminister(tenant, caller.account)
  const isProved = needed === undefined || meetsAcr(caller.acr, needed)
  const isFresh = kind === 'look' || isSteppedUp(caller.provedAt, epochSeconds(deps.clock))
  return isProved && isFresh ? undefined : stepUpNeeded(needed)
}
