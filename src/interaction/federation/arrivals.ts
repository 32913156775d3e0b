import type { Context } from 'koa'
import type { Account, Accounts } from '#account/account.ts'
import type { Admission, Arrival, Arrivals, Errand, Identities } from '#federation/federation.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import type { Proof, Requester } from '#login/login.ts'
import type { AuthFlow } from '#oidc/oidc.ts'
import { basePathOf } from '#tenant/tenant.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { Progress, ProgressStore } from '../interaction.ts'
import { known } from './elsewhere.ts'
import { addressOfNobody } from './failures.ts'
import type { TellOfFailure } from './failures.ts'

export type SignInArrivalDeps = {
  readonly flow: Pick<AuthFlow, 'isPending'>
  readonly identities: Pick<Identities, 'admit'>
  readonly accounts: Pick<Accounts, 'find'>
  readonly progress: ProgressStore
  readonly tellOfFailure: TellOfFailure
  readonly requesterOf: (ctx: Context) => Omit<Requester, 'deviceCookie'>
  readonly clock: Clock
}

type Uid = Extract<Errand, { purpose: 'sign_in' }>['uid']
type Change = (before: Progress) => Progress

/** Seconds by which the clock of somebody else may be wrong. */
const skew = 60

/**
 * Somebody is back in the sign-in they left. What they proved there is appended to it as any proof; the page they come to
 * decides what else is wanted, and only `finish` lets them in.
 */
export function createSignInArrivals(deps: SignInArrivalDeps): Arrivals<Context> {
  const changeAfter = createAdmittance(deps)

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
function createAdmittance(deps: SignInArrivalDeps) {
  return changeAfter

  async function changeAfter(ctx: Context, arrival: Arrival, uid: Uid): Promise<Change> {
    const { tenant, identity } = arrival
    const { freshFrom = 0 } = await deps.progress.read(tenant.id, uid)
    if (identity.authentication.at + skew < freshFrom) {
      return failing(ctx, arrival, { reason: 'authentication_too_old' })
    }
    const { ip, userAgent, requestId } = deps.requesterOf(ctx)
    const admission = await deps.identities.admit(arrival, { ip, userAgent, requestId })
    return afterAdmission(ctx, arrival, admission)
  }

  async function afterAdmission(
    ctx: Context,
    arrival: Arrival,
    admission: Admission,
  ): Promise<Change> {
    switch (admission.kind) {
      case 'admitted':
        return proving(await counted(arrival.tenant, admission.proof))
      case 'link_first': {
        const { email, handle } = admission
        const linking = { connection: known(arrival.connection), email, handle, isTold: false }
        return (before) => ({ ...before, ...settled, proofs: [], email, staysHere: true, linking })
      }
      case 'refused':
        return failing(ctx, arrival, { reason: admission.reason, isRecorded: true })
    }
  }

  /**
   * SECURITY: how long ago they proved it over there is told as it is, so that an old sign-in opens nothing that wants a fresh
   * one (Q64). But whoever comes back comes after the end of all that was before it (Q17).
   */
  async function counted(tenant: Tenant, proof: Proof): Promise<Proof> {
    const account = await deps.accounts.find(tenant.id, proof.accountId)
    const now = epochSeconds(deps.clock)
    return { ...proof, at: Math.max(Math.min(proof.at, now), firstAfterEnd(account)) }
  }

  async function failing(
    ctx: Context,
    { tenant, connection }: Arrival,
    why: Pick<Parameters<TellOfFailure>[1], 'reason' | 'isRecorded'>,
  ): Promise<Change> {
    const about = { tenant, connection, detail: 'they came back' }
    const failure = await deps.tellOfFailure(ctx, { ...about, ...why })
    return (before) => ({ ...before, failure })
  }
}

/** Another tab has come back before this one. */
function isProved({ proofs }: Progress): boolean {
  return proofs.some(({ method }) => method === 'federated')
}

/** What a choice was made for, once it was followed. */
const settled = {
  connection: undefined,
  failure: undefined,
  notice: undefined,
  registering: undefined,
  mailed: undefined,
} as const

/** SECURITY: whatever was proved before it may be of somebody else. */
const proving =
  (proof: Proof): Change =>
  (before) => ({ ...before, ...settled, proofs: [proof] })

function firstAfterEnd(account: Account | undefined): number {
  return account?.endedAt ? Math.floor(account.endedAt.getTime() / 1000) + 1 : 0
}

function addressOf(tenant: Tenant, uid: Uid): string {
  return `${basePathOf(tenant)}/interaction/${uid}`
}
