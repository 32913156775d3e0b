import type { Context } from 'koa'
import type { Admission } from '#federation/federation.ts'
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

export function createAdmittance(deps: { readonly tellOfFailure: TellOfFailure }): ChangeAfter {
  return async (ctx, { tenant, connection }, admission) => {
    switch (admission.kind) {
      case 'admitted':
        return proving(admission.proof)
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
