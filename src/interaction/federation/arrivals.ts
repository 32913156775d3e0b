import type { Context } from 'koa'
import type { Arrival, Arrivals, Errand, Identities } from '#federation/federation.ts'
import type { Requester } from '#login/login.ts'
import type { AuthFlow } from '#oidc/oidc.ts'
import { basePathOf } from '#tenant/tenant.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { Progress, ProgressStore } from '../interaction.ts'
import type { Change, ChangeAfter } from './admittance.ts'
import { addressOfNobody } from './failures.ts'
import type { TellOfFailure } from './failures.ts'

export type SignInArrivalDeps = {
  readonly flow: Pick<AuthFlow, 'isPending'>
  readonly identities: Pick<Identities, 'admit'>
  readonly progress: ProgressStore
  readonly changeAfter: ChangeAfter
  readonly tellOfFailure: TellOfFailure
  readonly requesterOf: (ctx: Context) => Omit<Requester, 'deviceCookie'>
}

type Uid = Extract<Errand, { purpose: 'sign_in' }>['uid']

/** Seconds by which the clock of somebody else may be wrong. */
const skew = 60

/**
 * Somebody is back in the sign-in they left. What they proved there is appended to it as any proof; the page they come to
 * decides what else is wanted, and only `finish` lets them in.
 */
export function createSignInArrivals(deps: SignInArrivalDeps): Arrivals<Context> {
  const changeAfter = createReturn(deps)

  return {
    async arrived(ctx, arrival) {
      const { tenant, errand } = arrival
      if (errand.purpose !== 'sign_in') throw new Error('an errand of somebody else')
      const { uid } = errand
      // over, or left by the Back button: its page says so, and nobody is made an account for it
      if (!(await deps.flow.isPending(tenant, uid))) return addressOf(tenant, uid)
      await deps.progress.change(tenant.id, uid, await changeAfter(ctx, arrival, uid))
      return addressOf(tenant, uid)
    },

    async failed(ctx, failure) {
      const { tenant, errand } = failure
      const told = await deps.tellOfFailure(ctx, failure)
      if (errand?.purpose !== 'sign_in') return addressOfNobody(basePathOf(tenant), told)
      await deps.progress.change(tenant.id, errand.uid, (before) =>
        isProved(before) ? before : { ...before, failure: told },
      )
      return addressOf(tenant, errand.uid)
    },
  }
}

/** What somebody's return changes. */
function createReturn(deps: SignInArrivalDeps) {
  return async (ctx: Context, arrival: Arrival, uid: Uid): Promise<Change> => {
    const { tenant, connection, identity } = arrival
    const { freshFrom = 0 } = await deps.progress.read(tenant.id, uid)
    if (identity.authentication.at + skew < freshFrom) {
      const why = { reason: 'authentication_too_old', detail: 'they came back' } as const
      const failure = await deps.tellOfFailure(ctx, { tenant, connection, ...why })
      return (before) => ({ ...before, failure })
    }
    const { ip, userAgent, requestId } = deps.requesterOf(ctx)
    const admission = await deps.identities.admit(arrival, { ip, userAgent, requestId })
    return deps.changeAfter(ctx, arrival, admission)
  }
}

/** Another tab has come back before this one. */
function isProved({ proofs }: Progress): boolean {
  return proofs.some(({ method }) => method === 'federated')
}

function addressOf(tenant: Tenant, uid: Uid): string {
  return `${basePathOf(tenant)}/interaction/${uid}`
}
