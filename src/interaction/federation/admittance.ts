import type { Context } from 'koa'
import type { Account, Accounts } from '#account/account.ts'
import type { Admission } from '#federation/federation.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import type { Proof } from '#login/login.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { KnownConnection, Progress } from '../interaction.ts'
import { known } from './elsewhere.ts'
import type { TellOfFailure } from './failures.ts'

export type Change = (before: Progress) => Progress

/** What it changes in a sign-in that somebody elsewhere is somebody here, or is not yet. */
export type ChangeAfter = (
  ctx: Context,
  back: { readonly tenant: Tenant; readonly connection: KnownConnection },
  admission: Admission,
) => Promise<Change>

type AdmittanceDeps = {
  readonly accounts: Pick<Accounts, 'find'>
  readonly tellOfFailure: TellOfFailure
  readonly clock: Clock
}

export function createAdmittance(deps: AdmittanceDeps): ChangeAfter {
  return async (ctx, { tenant, connection }, admission) => {
    switch (admission.kind) {
      case 'admitted':
        return proving(await counted(tenant, admission.proof, deps))
      case 'verify_first': {
        const { email, handle } = admission
        const verifying = { connection: known(connection), email, handle, mailed: undefined }
        return (before) => ({ ...before, ...settled, proofs: [], verifying })
      }
      case 'link_first': {
        const { email, handle } = admission
        const linking = { connection: known(connection), email, handle, isTold: false }
        return (before) => ({ ...before, ...settled, proofs: [], email, staysHere: true, linking })
      }
      case 'refused': {
        const why = { reason: admission.reason, detail: 'they came back', isRecorded: true }
        const failure = await deps.tellOfFailure(ctx, { tenant, connection, ...why })
        return (before) => ({ ...before, verifying: undefined, failure })
      }
    }
  }
}

/**
 * SECURITY: how long ago they proved it over there is told as it is, so that an old sign-in opens nothing that wants a fresh
 * one (Q64). But whoever comes back comes after the end of all that was before it (Q17).
 */
async function counted(
  tenant: Tenant,
  proof: Proof,
  { accounts, clock }: AdmittanceDeps,
): Promise<Proof> {
  const account = await accounts.find(tenant.id, proof.accountId)
  return { ...proof, at: Math.max(Math.min(proof.at, epochSeconds(clock)), firstAfterEnd(account)) }
}

/** What a choice was made for, once it was followed. */
const settled = {
  connection: undefined,
  failure: undefined,
  notice: undefined,
  registering: undefined,
  verifying: undefined,
  mailed: undefined,
} as const

/** SECURITY: whatever was proved before it may be of somebody else. */
const proving =
  (proof: Proof): Change =>
  (before) => ({ ...before, ...settled, proofs: [proof] })

function firstAfterEnd(account: Account | undefined): number {
  return account?.endedAt ? Math.floor(account.endedAt.getTime() / 1000) + 1 : 0
}
