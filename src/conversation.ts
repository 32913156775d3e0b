import type { Router } from '@koa/router'
import type { Context, Middleware } from 'koa'
import type { Accounts, Departures } from '#account/account.ts'
import type { Clients } from '#client/client.ts'
import type { PostedAnswers } from '#federation/errand/errand.ts'
import type { OidcUpstream } from '#federation/oidc/oidc.ts'
import type { SamlUpstream } from '#federation/saml/saml.ts'
import type {
  Connections,
  Enforcement,
  HomeRealms,
  Identities,
  TellAdministrators,
} from '#federation/federation.ts'
import { cookies, createSealedCookies } from '#http/cookies.ts'
import { createCsrf } from '#http/csrf.ts'
import { readForm } from '#http/form.ts'
import { createTotpEnrolment } from '#interaction/enrolment/totp.ts'
import { createEmailLinkRouter, registrationLinks, signInLinks } from '#interaction/email-link.ts'
import type { Upstreams } from '#interaction/federation/routes.ts'
import { createAdmittance } from '#interaction/federation/admittance.ts'
import { createTellOfFailure } from '#interaction/federation/failures.ts'
import { createElsewhere } from '#interaction/federation/elsewhere.ts'
import { createElsewhereEnd } from '#interaction/federation/end.ts'
import { createGlassNotice } from '#interaction/federation/glass.ts'
import type { Enrolment } from '#interaction/enrolment/enrolment.ts'
import { createDeviceTrust } from '#interaction/device-trust.ts'
import { createDoubtOf } from '#interaction/doubts.ts'
import { createFinish } from '#interaction/finish.ts'
import type { FinishDeps } from '#interaction/finish.ts'
import { createInvitationOf, createInviteRouter } from '#interaction/invite.ts'
import { createNewDeviceNotice } from '#interaction/new-device.ts'
import { createNudgeMemory } from '#interaction/nudge-memory.ts'
import { createProgressStore } from '#interaction/progress.ts'
import { createRefusalNotice } from '#interaction/refusal-notice.ts'
import { createRecoveryCookie } from '#interaction/recovery/cookie.ts'
import { createRecoveryStore } from '#interaction/recovery/progress.ts'
import { createRecoveryRouter } from '#interaction/recovery/routes.ts'
import { createRememberedAccounts } from '#interaction/remembered-accounts.ts'
import { createRequesterFor } from '#interaction/requester.ts'
import { createInteractionRouter } from '#interaction/routes.ts'
import { createEmailWay } from '#interaction/second-step/email-code.ts'
import { createRecoveryCodeWay } from '#interaction/second-step/recovery-code.ts'
import { createTotpWay } from '#interaction/second-step/totp.ts'
import type { EmailWayDeps } from '#interaction/second-step/email-code.ts'
import type { Way } from '#interaction/second-step/second-step.ts'
import {
  createPasskeyEnrolment,
  type PasskeyEnrolmentDeps,
} from '#interaction/enrolment/passkey.ts'
import type { PasskeyAnswerDeps } from '#interaction/passkey-answers.ts'
import { createPasskeyWay } from '#interaction/second-step/passkey.ts'
import { createStepPage } from '#interaction/step-page.ts'
import type { DemoAccount, StepPageDeps } from '#interaction/step-page.ts'
import { createVisits } from '#interaction/visit.ts'
import type { Clock } from '#kit/clock.ts'
import type { RequestId } from '#kit/ids.ts'
import { newId } from '#kit/random.ts'
import type { KeyDeriver, Sealer } from '#kit/sealer.ts'
import type {
  BrowserCookie,
  EmailCodeLogin,
  EmailSecondStep,
  EmailVerification,
  ForeignMailbox,
} from '#login/email-code/email-code.ts'
import { createEmailUndoRouter } from '#login/email-change/portal.ts'
import type { Factors, PasswordLogin } from '#login/login.ts'
import type { PasskeyLogin, Passkeys } from '#login/passkey/passkey.ts'
import type { DeviceCookies } from '#login/password/password.ts'
import type { RecoveryCodes } from '#login/recovery-code/recovery-code.ts'
import { createTrustedDeviceCookie } from '#login/trusted-device/cookie.ts'
import type { TrustedDevices } from '#login/trusted-device/trusted-device.ts'
import type { Risks } from '#login/risk/risk.ts'
import type { Invitations, Registrations } from '#login/registration/registration.ts'
import type { Totp } from '#login/totp/totp.ts'
import type { AuthFlow } from '#oidc/oidc.ts'
import type { Transactor } from '#storage/storage.ts'
import type { Logger, Metrics } from '#telemetry/telemetry.ts'
import { currentRequestId } from '#telemetry/request-context.ts'
import { addressOf } from '#tenant/front-door.ts'
import type { PageOf } from '#tenant/tenant.ts'
import type { createMyAccount } from './my-account.ts'
import { createForeignSignIn, type SamlLogout } from './federation-ways.ts'

export type PageInput = {
  readonly flow: AuthFlow
  readonly myAccount: ReturnType<typeof createMyAccount>
  readonly pageOf: PageOf
  readonly demo: readonly DemoAccount[]
  readonly api: Middleware
}

/** What is made here for all of them. */
type Made =
  | 'clock'
  | 'cookie'
  | 'csrf'
  | 'deviceTrust'
  | 'elsewhere'
  | 'flow'
  | 'issueDevice'
  | 'noticeNewDevice'
  | 'transactor'
  | 'pageOf'
  | 'progress'
  | 'readForm'
  | 'recoveries'
  | 'remembered'
  | 'requesterOf'
  | 'visit'

type ConversationInput = {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

export type ConversationDeps = Omit<FinishDeps, Made> &
  Omit<Parameters<typeof createRecoveryRouter>[0], Made> &
  Omit<Parameters<typeof createEmailUndoRouter>[0], Made> &
  Omit<Parameters<typeof createNewDeviceNotice>[0], Made> & {
    readonly accounts: Accounts
    readonly database: Transactor
    readonly clients: Clients
    readonly connections: Connections
    readonly homeRealms: HomeRealms
    readonly identities: Identities
    readonly enforcement: Enforcement
    readonly tellAdministrators: TellAdministrators
    readonly upstreams: Upstreams
    readonly oidcUpstream: OidcUpstream
    readonly samlUpstream: SamlUpstream
    readonly samlLogout: SamlLogout
    readonly postedAnswers: PostedAnswers
    readonly departures: Departures
    readonly devices: DeviceCookies
    readonly emailCode: EmailCodeLogin
    readonly emailSecondStep: EmailSecondStep
    readonly factors: Factors
    readonly emailVerification: EmailVerification
    readonly foreignMailbox: ForeignMailbox
    readonly risks: Risks
    readonly trustedDevices: TrustedDevices
    readonly browserCookie: BrowserCookie
    readonly invitations: Invitations
    readonly registrations: Registrations
    readonly passwords: PasswordLogin
    readonly passkeys: PasskeyLogin & Passkeys
    readonly totp: Totp
    readonly recoveryCodes: RecoveryCodes
    readonly keyring: KeyDeriver
    readonly sealer: Sealer
  }

/** The conversation between `/authorize` and the way back, and the pages that mails lead to. */
export function createConversation(
  { clock, logger, metrics }: ConversationInput,
  app: ConversationDeps,
  { flow, pageOf, demo, myAccount }: PageInput,
): readonly Router[] {
  const progress = createProgressStore(app.ephemeral)
  const csrf = createCsrf(app.keyring.deriveAll('csrf'))
  const sealedCookies = createSealedCookies({ sealer: app.sealer, clock })
  const remembered = createRememberedAccounts(sealedCookies)
  const { accounts, browserCookie, invitations, registrations } = app
  const { enforcement } = app
  const frame = { csrf, readForm, requesterOf, pageOf, clock }
  const tellOfFailure = createTellOfFailure({ ...app, ...frame, logger, metrics })
  const changeAfter = createAdmittance({ tellOfFailure })
  const back = { tellOfFailure, changeAfter }
  const common = { ...frame, accounts, progress, browserCookie, enforcement, ...back }
  const invitationOf = createInvitationOf({ invitations, sealedCookies })
  const nudges = createNudgeMemory({ sealedCookies, clock })
  const people = { remembered, registrations, invitationOf, nudges }
  const trustedDeviceCookie = createTrustedDeviceCookie(cookies)
  const deviceTrust = createDeviceTrust({ ...app, requesterOf, trustedDeviceCookie })
  const requesterFor = createRequesterFor({ remembered, requesterOf })
  const further = createFurtherProofs({ ...app, ...common, requesterFor })
  const visits = createVisits({
    ...common,
    ...people,
    flow,
    factors: app.factors,
    deviceTrust,
    doubtOf: createDoubtOf({ ...app, ...common, remembered }),
    elsewhereOf: createElsewhere(app),
    enrollable: further.enrolments.map(({ method }) => method),
  })
  const interaction = createInteractionRouter({
    ...app,
    ...common,
    ...further,
    ...people,
    ...visits,
    stepPage: createStepPage({ ...further, csrf, demo, listResources: resourcesOf(app) }),
    finish: finishOf({ ...app, flow, progress, remembered, deviceTrust, clock }),
    tellOfRefusal: createRefusalNotice({ ...app, ...common, transactor: app.database }),
    requesterFor,
    password: app.passwords,
  })
  const recovery = createRecoveryRouter({
    ...app,
    ...common,
    visit: visits.visit,
    recoveries: createRecoveryStore(app.ephemeral),
    remembered,
    cookie: createRecoveryCookie(cookies),
  })
  const otherArrivals = { link: myAccount.linkArrivals }
  const coming = { ...app, ...common, flow, ...visits, logger, metrics, otherArrivals }
  const elsewhere = createForeignSignIn(coming)
  const links = createLinkRouters({ ...app, ...common, sealedCookies })
  return [interaction, ...links, recovery, ...elsewhere]
}

const resourcesOf =
  ({ clients }: Pick<ConversationDeps, 'clients'>): StepPageDeps['listResources'] =>
  ({ details }) =>
    clients.listResources(details.tenant.id)

function finishOf(
  deps: ConversationDeps &
    Pick<FinishDeps, 'flow' | 'progress' | 'remembered' | 'deviceTrust'> & { clock: Clock },
) {
  return createFinish({
    ...deps,
    elsewhere: createElsewhereEnd({ ...deps, tellOfGlass: createGlassNotice(deps) }),
    issueDevice: (tenant, accountId) => deps.devices.issue(tenant.id, accountId),
    noticeNewDevice: createNewDeviceNotice({ ...deps, transactor: deps.database }),
    requesterOf,
  })
}

/** What can be asked for beyond who somebody is, and what can be set up for it on the way. */
function createFurtherProofs(
  deps: EmailWayDeps &
    PasskeyAnswerDeps &
    PasskeyEnrolmentDeps & { readonly totp: Totp; readonly recoveryCodes: RecoveryCodes },
) {
  const typed = [createTotpWay(deps), createEmailWay(deps), createRecoveryCodeWay(deps)]
  const ways: readonly Way[] = [createPasskeyWay(deps), ...typed]
  const enrolments: readonly Enrolment[] = [createPasskeyEnrolment(deps), createTotpEnrolment(deps)]
  return { ways, enrolments, recoveryCodes: deps.recoveryCodes }
}

type LinkDeps = Omit<Parameters<typeof createEmailLinkRouter>[0], 'flow'> &
  Parameters<typeof createEmailUndoRouter>[0] &
  Parameters<typeof createInviteRouter>[0] &
  Pick<ConversationDeps, 'emailCode' | 'registrations'>

/** The pages that mails lead to. */
function createLinkRouters(deps: LinkDeps): readonly Router[] {
  return [
    createInviteRouter(deps),
    createEmailLinkRouter({ ...deps, flow: signInLinks(deps.emailCode) }),
    createEmailLinkRouter({ ...deps, flow: registrationLinks(deps.registrations) }),
    createEmailUndoRouter(deps),
  ]
}

/** Who asks, as far as the transport knows. */
export function requesterOf({ req, headers }: Context) {
  return {
    ip: addressOf(req)?.ip ?? 'unknown',
    userAgent: headers['user-agent'],
    requestId: currentRequestId() ?? newId<RequestId>(),
  }
}
