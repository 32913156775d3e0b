import type { Context } from 'koa'
import { isVoid } from '#account/account.ts'
import type { Account } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import { AppError } from '#kit/errors.ts'
import type { AccountId } from '#kit/ids.ts'
import { acrOf, amrOf, elsewhereIn } from '#login/login.ts'
import type { MethodId, Proof, Requester } from '#login/login.ts'
import type { AuthFlow } from '#oidc/oidc.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { ProgressStore } from './interaction.ts'
import type { AcceptedSignIn } from './new-device.ts'
import type { ElsewhereEnd } from './federation/end.ts'
import type { RememberedAccounts } from './remembered-accounts.ts'
import type { DeviceTrust } from './device-trust.ts'
import { InteractionOver } from './visit.ts'
import type { Visit } from './visit.ts'

export type FinishDeps = {
  readonly flow: AuthFlow
  readonly progress: ProgressStore
  readonly remembered: RememberedAccounts
  readonly ephemeral: Ephemeral
  readonly audit: Audit
  /** A device cookie's value for an account that has just signed in here (Q37). */
  readonly issueDevice: (tenant: Tenant, accountId: AccountId) => string
  readonly deviceTrust: Pick<DeviceTrust, 'trust'>
  readonly elsewhere: ElsewhereEnd
  /** Tells the owner where this browser is new to the account. */
  readonly noticeNewDevice: (signIn: AcceptedSignIn) => Promise<void>
  readonly requesterOf: (ctx: Context) => Omit<Requester, 'deviceCookie'>
}

/**
 * The one exit: nothing else ends an interaction, and only here is decided whether an account may sign in (Q18).
 * Each gives the address to answer with 303.
 */
export type Finish = {
  /** `proofs`: of one person (`proofsOf`). */
  signedIn(visit: Visit, proofs: readonly [Proof, ...Proof[]]): Promise<string>
  accountChosen(visit: Visit): Promise<string>
  /** Tells the application that this person cannot prove what it wants (OpenID unmet_authentication_requirements 1.0). */
  unmet(visit: Visit): Promise<string>
  /** Takes who was refused back to the application, which learns no more. */
  refused(visit: Visit): Promise<string>
  consent(visit: Visit, decision: 'allow' | 'deny', requester: Requester): Promise<string>
}

export function createFinish(deps: FinishDeps): Finish {
  async function end(visit: Visit, result: Parameters<AuthFlow['finish']>[1]): Promise<string> {
    const { details, ctx } = visit
    const address = await deps.flow.finish(details, result, ctx.req, ctx.res)
    if (address === undefined) throw new InteractionOver()
    const finished = finishedKey(details.tenant, details.uid)
    await Promise.all([
      deps.progress.clear(details.tenant.id, details.uid),
      deps.ephemeral.put(finished, details.client.clientId, 3600),
    ])
    return address
  }

  return {
    async signedIn(visit, proofs) {
      const { tenant } = visit.details
      const account = await admit(visit, proofs, deps)
      const { id: accountId } = account
      await deps.noticeNewDevice(signInOf(visit, account, deps))
      remember(visit, proofs, deps)
      if (visit.progress.trusting === accountId)
        await deps.deviceTrust.trust(visit.ctx, tenant, { account, proofs })
      return end(visit, {
        kind: 'login',
        accountId,
        acr: acrOf(proofs),
        amr: amrOf(proofs),
        at: Math.max(...proofs.map((proof) => proof.at)),
        ...elsewhereIn(proofs),
      })
    },

    accountChosen: (visit) => end(visit, { kind: 'select_account' }),

    unmet: (visit) => end(visit, unmet),

    refused: (visit) => end(visit, refused),

    async consent(visit, decision, { ip, userAgent, requestId }) {
      const { details, signedIn } = visit
      if (!signedIn) throw accountUnavailable()
      const requester = { ip, userAgent, requestId }
      if (decision === 'allow') {
        return end(visit, { kind: 'consent', granted: details.requested, requester })
      }
      await deps.audit.append({
        ...requester,
        tenantId: details.tenant.id,
        type: 'consent.denied',
        outcome: 'success',
        actor: { kind: 'account', id: signedIn.id },
        accountId: signedIn.id,
        clientId: details.client.clientId,
      })
      return end(visit, denied)
    },
  }
}

/** Whose sign-in it is, where they may sign in; throws where not. */
async function admit(
  visit: Visit,
  proofs: readonly [Proof, ...Proof[]],
  deps: FinishDeps,
): Promise<Account> {
  const { tenant, uid } = visit.details
  const { account } = visit
  if (account?.id !== proofs[0].accountId || account.status !== 'active') {
    await deps.progress.clear(tenant.id, uid)
    throw accountUnavailable()
  }
  // the password was changed, or everything ended, between the proof and here (Q17)
  if (proofs.some((proof) => isVoid(account, proof.at))) throw new InteractionOver()
  if (!account.emailVerified) throw new InteractionOver() // `nextStep` asks for it before (Q62)
  const requester = { ...deps.requesterOf(visit.ctx), deviceCookie: undefined }
  if (!(await deps.elsewhere.mayEnd(account, proofs, requester))) throw new InteractionOver()
  await deps.elsewhere.link(visit, account, requester)
  return account
}

/** Who signed in here, for the next time. */
function remember(
  { details: { tenant }, ctx, prover }: Visit,
  proofs: readonly [Proof, ...Proof[]],
  { issueDevice, remembered }: FinishDeps,
): void {
  const [{ accountId: id }] = proofs
  const device = issueDevice(tenant, id)
  const way = wayOf(proofs) ?? prover?.lastWay
  const { via } = elsewhereIn(proofs)
  remembered.add(tenant, ctx.req, ctx.res, { id, device, way, via })
}

/** What is asked for first next time. Recovery codes are for when the others are lost. */
function wayOf([, ...further]: readonly Proof[]): MethodId | undefined {
  const asked = further.map(({ method }) => method)
  return asked.findLast((method) => method !== 'recovery_code' && method !== 'federated')
}

function signInOf(
  { ctx, details: { tenant } }: Visit,
  account: Account,
  { remembered, requesterOf }: FinishDeps,
): AcceptedSignIn {
  const { ip, requestId } = requesterOf(ctx)
  const here = remembered.read(tenant, ctx.req)
  const device = here.find(({ id }) => id === account.id)?.device
  return { tenant, account, device, visitor: { ip, headers: ctx.headers }, requestId }
}

/** Where it is remembered for an hour which client an interaction was for: the Back button leads to it. */
export const finishedKey = (tenant: Tenant, uid: string): EphemeralKey => ({
  tenantId: tenant.id,
  kind: 'finished_interaction',
  id: uid,
})

const unmet = {
  kind: 'denied',
  error: 'unmet_authentication_requirements',
  description: 'the End-User cannot reach the requested authentication context',
} as const

const denied = {
  kind: 'denied',
  error: 'access_denied',
  description: 'End-User did not allow the request',
} as const

const refused = {
  kind: 'denied',
  error: 'access_denied',
  description: 'the sign-in was refused',
} as const

function accountUnavailable(): AppError {
  return new AppError({
    code: 'interaction.account_unavailable',
    status: 403,
    message: 'This account is paused.',
  })
}
