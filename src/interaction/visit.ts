import type { Context } from 'koa'
import { isVoid, type Account, type Accounts } from '#account/account.ts'
import type { Enforcement } from '#federation/federation.ts'
import type { Clock } from '#kit/clock.ts'
import { AppError } from '#kit/errors.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, InteractionUid } from '#kit/ids.ts'
import type { EnrolledFactors, Factors, Proof } from '#login/login.ts'
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
  /** Who has proved here who they are, past every cache. */
  readonly account: Account | undefined
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

export type Visits = {
  visit(ctx: Context): Promise<Visit>
  /** The same request after an answer, which may have left this progress; without it, that is read again. */
  again(visit: Visit, left: Progress | undefined): Promise<Visit>
}

export function createVisits(deps: VisitDeps): Visits {
  const look = createLook(deps)

  async function visit(ctx: Context): Promise<Visit> {
    const tenant = tenantOf(ctx.req)
    const uid = String(ctx['params'].uid)
    const [details, progress] = await Promise.all([
      deps.flow.details(tenant, uid, ctx.req, ctx.res),
      deps.progress.read(tenant.id, brandId<InteractionUid>(uid)),
    ])
    if (!details) throw new InteractionOver()
    const here = deps.remembered.read(tenant, ctx.req)
    const known = createKnown(details, here, deps)
    const signedIn = await known(details.session?.accountId)
    const accounts = await Promise.all(here.map(({ id }) => known(id)))
    const remembered = accounts.filter((one) => one !== undefined && one.id !== signedIn?.id)
    return look({ ctx, details, signedIn, remembered } as Standing, progress) // only known ones are left
  }

  return {
    visit,
    async again(before, left) {
      const { ctx, details, signedIn, remembered } = before
      // SECURITY: what a session proves may be over since, however short the answer took
      if (details.session) return visit(ctx)
      const progress = left ?? (await deps.progress.read(details.tenant.id, details.uid))
      return look({ ctx, details, signedIn, remembered }, progress)
    },
  }
}

/** What an answer does not change. */
type Standing = Pick<Visit, 'ctx' | 'details' | 'signedIn' | 'remembered'>

/** Everything an answer may have changed. */
function createLook(deps: VisitDeps) {
  const proverOf = createProverOf(deps)

  async function whoProved(tenant: Tenant, id: AccountId | undefined) {
    if (id === undefined) return []
    return Promise.all([deps.accounts.find(tenant.id, id), deps.factors(tenant.id, id)])
  }

  return async (standing: Standing, progress: Progress): Promise<Visit> => {
    const { ctx, details, signedIn } = standing
    const { tenant } = details
    const proofs = proofsOf({ details, progress, signedIn })
    const [invitation, elsewhere, [account, factors]] = await Promise.all([
      deps.invitationOf(tenant, ctx),
      deps.elsewhereOf({ details, progress, signedIn }),
      whoProved(tenant, proofs[0]?.accountId),
    ])
    const request = account && { ctx, details, account, progress }
    return {
      ...standing,
      progress,
      account,
      leaving: leavingOf(account, proofs),
      prover: request && factors && (await proverOf(request, { factors, proofs })),
      elsewhere,
      policy: {
        ...tenant.settings,
        mayRegister: deps.registrations.isOpenTo(tenant, invitation),
        enrollable: deps.enrollable,
        putOffUntil: putOffUntil(tenant, deps.clock),
      },
      invitation,
      mayNudge: deps.nudges.isDue(tenant, ctx.req),
      page: deps.pageOf(tenant, { headers: ctx.headers, uiLocales: details.uiLocales }),
    }
  }
}

/** What is known of whoever proved who they are. */
function createProverOf(deps: VisitDeps) {
  return async (
    request: ProverRequest,
    { factors, proofs }: { readonly factors: EnrolledFactors; readonly proofs: readonly Proof[] },
  ): Promise<Prover> => {
    const { ctx, details, account } = request
    const { id, email, emailVerified, groups } = account
    const [isTrustedHere, doubt, mustAsk] = await Promise.all([
      deps.deviceTrust.isTrusted(ctx, details.tenant, account),
      deps.doubtOf(request),
      deps.enforcement.instead(account, signInOf(proofs)),
    ])
    const risk = doubt?.level
    const here = deps.remembered.read(details.tenant, ctx.req).find((one) => one.id === id)
    const lastWay = here?.way
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
