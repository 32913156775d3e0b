import type { Context } from 'koa'
import { isVoid, type Account, type Accounts } from '#account/account.ts'
import type { Enforcement } from '#federation/federation.ts'
import type { Clock } from '#kit/clock.ts'
import { AppError } from '#kit/errors.ts'
import type { AccountId } from '#kit/ids.ts'
import type { Factors, Proof } from '#login/login.ts'
import type { Invitation, Registrations } from '#login/registration/registration.ts'
import type { AuthFlow, FlowDetails } from '#oidc/oidc.ts'
import type { PageOf, Tenant } from '#tenant/tenant.ts'
import { tenantOf } from '#tenant/tenant.ts'
import type { Page } from '#views/layout.ts'
import type {
  EnrollableId,
  KnownAccount,
  Progress,
  ProgressStore,
  Prover,
  Situation,
} from './interaction.ts'
import type { DeviceTrust } from './device-trust.ts'
import type { DoubtOf } from './doubts.ts'
import type { InvitationOf } from './invite.ts'
import type { NudgeMemory } from './nudge-memory.ts'
import type { createElsewhere } from './federation/elsewhere.ts'
import { proofsOf, signInOf } from './proofs.ts'
import type { RememberedAccount, RememberedAccounts } from './remembered-accounts.ts'

/** One request of one person in one interaction, everything about it looked up. */
export type Visit = Situation & {
  readonly ctx: Context
  readonly details: FlowDetails
  readonly page: Page
  readonly invitation: Invitation | undefined
}

export type VisitDeps = {
  readonly flow: AuthFlow
  readonly progress: ProgressStore
  readonly accounts: Accounts
  readonly factors: Factors
  readonly enrollable: readonly EnrollableId[]
  readonly clock: Clock
  readonly deviceTrust: Pick<DeviceTrust, 'isTrusted'>
  readonly doubtOf: DoubtOf
  readonly elsewhereOf: ReturnType<typeof createElsewhere>
  readonly enforcement: Pick<Enforcement, 'instead'>
  readonly remembered: RememberedAccounts
  readonly nudges: Pick<NudgeMemory, 'isDue'>
  readonly pageOf: PageOf
  readonly registrations: Pick<Registrations, 'isOpenTo'>
  readonly invitationOf: InvitationOf
}

/** The interaction is over, unknown to this browser, or another tab's. */
export class InteractionOver extends AppError {
  override readonly name = 'InteractionOver'

  constructor() {
    super({
      code: 'interaction.over',
      status: 400,
      message: 'This sign-in page is out of date.',
    })
  }
}

export function createVisits(deps: VisitDeps): (ctx: Context) => Promise<Visit> {
  return async (ctx) => {
    const tenant = tenantOf(ctx.req)
    const uid = String(ctx['params'].uid)
    const details = await deps.flow.details(tenant, uid, ctx.req, ctx.res)
    if (!details) throw new InteractionOver()
    const invitation = await deps.invitationOf(tenant, ctx)
    const here = deps.remembered.read(tenant, ctx.req)
    const known = createKnown(details, here, deps)
    const signedIn = await known(details.session?.accountId)
    const accounts = await Promise.all(here.map(({ id }) => known(id)))
    const progress = await deps.progress.read(tenant.id, details.uid)
    const proofs = proofsOf({ details, progress, signedIn })
    const account = proofs[0] && (await deps.accounts.find(tenant.id, proofs[0].accountId))
    return {
      ctx,
      details,
      progress,
      leaving: leavingOf(account, proofs),
      prover: account && (await proverOf({ ctx, details, account, progress }, proofs)),
      elsewhere: await deps.elsewhereOf({ details, progress, signedIn }),
      policy: {
        ...tenant.settings,
        mayRegister: deps.registrations.isOpenTo(tenant, invitation),
        enrollable: deps.enrollable,
        putOffUntil: putOffUntil(tenant, deps.clock),
      },
      invitation,
      mayNudge: deps.nudges.isDue(tenant, ctx.req),
      signedIn,
      remembered: accounts.filter(
        (account) => account !== undefined && account.id !== signedIn?.id,
      ),
      page: deps.pageOf(tenant, { headers: ctx.headers, uiLocales: details.uiLocales }),
    } as Visit // the filter above leaves known accounts only
  }

  async function proverOf(request: ProverRequest, proofs: readonly Proof[]): Promise<Prover> {
    const { ctx, details, account } = request
    const { tenantId, id, email, emailVerified, groups } = account
    const factors = await deps.factors(tenantId, id)
    const isTrustedHere = await deps.deviceTrust.isTrusted(ctx, details.tenant, account)
    const risk = (await deps.doubtOf(request))?.level
    const here = deps.remembered.read(details.tenant, ctx.req).find((one) => one.id === id)
    const lastWay = here?.way
    const mustAsk = await deps.enforcement.instead(account, signInOf(proofs))
    return { email, emailVerified, groups, factors, mustAsk, isTrustedHere, lastWay, risk }
  }
}

function createKnown(
  { tenant }: FlowDetails,
  here: readonly RememberedAccount[],
  { accounts }: Pick<VisitDeps, 'accounts'>,
) {
  return async (id: AccountId | undefined): Promise<KnownAccount | undefined> => {
    const account = id && (await accounts.findActive(tenant.id, id))
    const via = here.find((one) => one.id === id)?.via
    return account && { id: account.id, email: account.email, name: account.profile.name, via }
  }
}

/** The day by which everybody must have what the tenant requires; undefined where there is none, or it has passed. */
export function putOffUntil({ settings }: Tenant, clock: Clock): Date | undefined {
  const day = new Date(settings.second_factor_deadline ?? 0)
  return day.getTime() > clock.now() ? day : undefined
}

type ProverRequest = {
  readonly ctx: Context
  readonly details: FlowDetails
  readonly account: Account
  readonly progress: Progress
}

/** A proof from before the departure takes nothing back (Q17). */
function leavingOf(account: Account | undefined, proofs: readonly Proof[]): Date | undefined {
  if (account?.status !== 'leaving') return undefined
  return proofs.some(({ at }) => isVoid(account, at)) ? undefined : account.leavesAt
}

/** Address of a step of this interaction. */
export function addressOf({ details, page }: Visit, step?: string): string {
  const base = `${page.basePath}/interaction/${details.uid}`
  return step === undefined ? base : `${base}/${step}`
}

/** What the hidden field of every form of this interaction is bound to (Q67), and every challenge (Q51). */
export const csrfBinding = ({ details }: Pick<Visit, 'details'>): string =>
  `interaction:${details.uid}`
