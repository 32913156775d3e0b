import type { Account } from '#account/account.ts'
import { meetsAcr } from '#client/client.ts'
import type { Acr } from '#client/client.ts'
import type { Clock } from '#kit/clock.ts'
import { epochSeconds } from '#kit/clock.ts'
import { isSteppedUp, stepUpLifetime } from '#session/session.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { Call, Refused } from '../api.ts'

export type StepUpDeps = {
  /** Port: what must have been proved to change how somebody signs in; undefined: whatever opened the session. */
  readonly acrToChange: (tenant: Tenant, account: Account) => Promise<Acr | undefined>
  readonly clock: Clock
}

export type StepUpNeeded = Refused<'api.step_up_required'>

/** As `Call` of a person. */
export type Own = Pick<Call<unknown, unknown, unknown, 'bearer'>, 'tenant' | 'caller' | 'requester'>

/**
 * SECURITY: what changes how somebody signs in needs a proof of the last five minutes, and of all they have to prove: who finds
 * an application left open, or knows a password alone, must not make themselves at home (Q64, Q48). Who is refused signs in
 * again; the answer says with what (RFC 9470 §3).
 */
export async function refuseStale(own: Own, deps: StepUpDeps): Promise<StepUpNeeded | undefined> {
  const { tenant, caller } = own
  const needed = await deps.acrToChange(tenant, caller.account)
  const isFresh = isSteppedUp(caller.provedAt, epochSeconds(deps.clock))
  if (isFresh && (needed === undefined || meetsAcr(caller.acr, needed))) return undefined
  return stepUpNeeded(needed)
}

export function stepUpNeeded(acr?: Acr): StepUpNeeded {
  return {
    refused: 'api.step_up_required',
    details: { max_age: stepUpLifetime, acr_values: acr ?? null, sign_in: 'POST /auth/login' },
  }
}

/** Whose it is, as the rooms of the factors want it. */
export function whoseOf({ tenant, caller, requester }: Own) {
  const { account, provedAt } = caller
  return {
    tenant,
    accountId: account.id,
    provedAt,
    holder: bindingOf({ caller }),
    requester: { ...requester, deviceCookie: undefined },
  }
}

/** What waits, and every challenge, belongs to one session (Q51). */
export const bindingOf = ({ caller }: Pick<Own, 'caller'>): string => `api:${caller.sessionUid}`
