import { isDeepStrictEqual } from 'node:util'
import type { Csrf } from '#http/http.ts'
import type { Resource } from '#client/client.ts'
import { isNothing } from '#consent/consent.ts'
import { accountChooserPage } from '#views/account-chooser.ts'
import { consentPage } from '#views/consent.ts'
import type { Html } from '#views/html.ts'
import { identifierPage } from '#views/identifier.ts'
import { leavingPage } from '#views/leaving.ts'
import { passkeyNudgePage } from '#views/passkey-nudge.ts'
import { passwordPage } from '#views/password.ts'
import type { PasswordError } from '#views/password.ts'
import { isCodeStep } from './email-code-answers.ts'
import { refusedPage } from '#views/refused.ts'
import { emailCodeStepPage } from './email-code-page.ts'
import type { Notice, Step } from './interaction.ts'
import { nameOf } from './name-of.ts'
import { passkeyOfferOf } from './passkey-answers.ts'
import { isRegistration, registrationStepPage } from './registration-pages.ts'
import { addressOf, csrfBinding } from './visit.ts'
import { enrolStepPage } from './enrolment/answers.ts'
import type { Enrolment } from './enrolment/enrolment.ts'
import { newCodesStepPage, type NewCodesDeps } from './enrolment/new-codes.ts'
import { federationStepPage, isFederation, leaveUrlOf } from './federation/pages.ts'
import { wayOf } from './second-step/answers.ts'
import type { Shown, Way } from './second-step/second-step.ts'
import { isLocked, waitOf } from './wait.ts'
import type { Visit } from './visit.ts'

/** Somebody of the demo data, who may be filled in; development only. */
export type DemoAccount = {
  /** Slug. */
  readonly tenant: string
  readonly email: string
  /** Undefined for who signs in elsewhere. */
  readonly password: string | undefined
}

export type StepPageDeps = {
  readonly csrf: Csrf
  readonly demo: readonly DemoAccount[]
  readonly ways: readonly Way[]
  readonly enrolments: readonly Enrolment[]
  readonly recoveryCodes: NewCodesDeps['recoveryCodes']
  readonly listResources: (visit: Visit) => Promise<readonly Resource[]>
}

/** The page of a step that asks something; undefined for the ends. */
export type StepPage = (visit: Visit, step: Step, now: number) => Promise<Html | undefined>

export function createStepPage(deps: StepPageDeps): StepPage {
  return async (visit, step, now) => {
    const csrf = deps.csrf.token(csrfBinding(visit))
    if (isRegistration(step)) return registrationStepPage(visit, step, { csrf, now })
    if (isCodeStep(step)) return emailCodeStepPage(visit, step, { csrf, now })
    if (isFederation(step)) return federationStepPage(visit, step, { csrf, now })
    if (isFurther(step)) return furtherPage(visit, step, deps, { csrf, now })
    switch (step.kind) {
      case 'identifier':
        return identifier(visit, deps)
      case 'choose_account':
        return chooser(visit, deps)
      case 'password':
        return password(visit, step, now, deps)
      case 'consent':
        return consent(visit, deps)
      case 'signed_in':
      case 'unmet':
      case 'account_chosen':
        return undefined
    }
  }
}

const further = ['second_step', 'enrol', 'recovery_codes', 'refused', 'nudge', 'leaving'] as const
type FurtherStep = Extract<Step, { kind: (typeof further)[number] }>

/** More is wanted of somebody who has proved who they are. */
function isFurther(step: Step): step is FurtherStep {
  return further.some((kind) => kind === step.kind)
}

function furtherPage(
  visit: Visit,
  step: FurtherStep,
  deps: StepPageDeps,
  shown: Shown,
): Html | Promise<Html> {
  switch (step.kind) {
    case 'second_step':
      return wayOf(deps.ways, step).page(visit, step, shown)
    case 'enrol':
      return enrolStepPage(visit, step, { ...shown, enrolments: deps.enrolments })
    case 'recovery_codes':
      return newCodesStepPage(visit, { ...deps, ...shown })
    case 'nudge':
      return passkeyNudgePage({
        ...form(visit, 'nudge-passkey', deps),
        passkey: passkeyOfferOf(visit, 'nudge-passkey'),
        laterAction: addressOf(visit, 'nudge-later'),
        neverAction: addressOf(visit, 'nudge-never'),
      })
    case 'leaving': {
      const anotherAction = addressOf(visit, 'another')
      const { leavesAt } = step
      return leavingPage({ ...form(visit, 'stay', deps), anotherAction, leavesAt })
    }
    case 'refused': {
      const anotherAction = addressOf(visit, 'another')
      return refusedPage({ ...form(visit, 'refused', deps), anotherAction })
    }
  }
}

function form(visit: Visit, step: string, deps: StepPageDeps) {
  return {
    page: visit.page,
    action: addressOf(visit, step),
    csrf: deps.csrf.token(csrfBinding(visit)),
    clientName: nameOf(visit.details.client),
  }
}

function identifier(visit: Visit, deps: StepPageDeps): Html {
  const { notice } = visit.progress
  return identifierPage({
    ...form(visit, 'identifier', deps),
    email: notice?.kind === 'email_invalid' ? notice.typed : visit.details.loginHint,
    error: identifierError(notice),
    passkey: passkeyOfferOf(visit, 'passkey'),
    connections: visit.elsewhere?.offered.map((one) => ({
      name: one.name,
      leaveUrl: leaveUrlOf(visit, one),
    })),
    registerAction: visit.policy.mayRegister ? addressOf(visit, 'start-registration') : undefined,
    demo: demoAccountOf(visit, deps),
  })
}

function demoAccountOf({ details }: Visit, { demo }: StepPageDeps): DemoAccount | undefined {
  return demo.find(({ tenant }) => tenant === details.tenant.slug)
}

function identifierError(notice: Notice | undefined): 'required' | 'invalid' | undefined {
  if (notice?.kind === 'email_required') return 'required'
  return notice?.kind === 'email_invalid' ? 'invalid' : undefined
}

function chooser(visit: Visit, deps: StepPageDeps): Html {
  const { signedIn, remembered } = visit
  return accountChooserPage({
    ...form(visit, 'account', deps),
    accounts: [
      ...(signedIn ? [{ ...signedIn, state: 'signed_in' as const, removable: false }] : []),
      ...remembered.map((account) => ({
        ...account,
        state: 'signed_out' as const,
        removable: true,
      })),
    ],
  })
}

function password(
  visit: Visit,
  step: Extract<Step, { kind: 'password' }>,
  now: number,
  deps: StepPageDeps,
): Html {
  const demo = demoAccountOf(visit, deps)
  return passwordPage({
    ...form(visit, 'password', deps),
    email: step.email,
    changeAction: addressOf(visit, 'another'),
    codeAction: visit.policy.email_code === 'off' ? undefined : addressOf(visit, 'use-code'),
    reauthenticate: step.again,
    resetUrl: addressOf(visit, 'recover'),
    error: passwordError(visit.progress.notice, now),
    passkey: passkeyOfferOf(visit, 'passkey'),
    demoPassword: demo?.email === step.email ? demo.password : undefined,
  })
}

function passwordError(notice: Notice | undefined, now: number): PasswordError | undefined {
  const retryAfter = waitOf(notice, now)
  if (retryAfter > 0)
    return isLocked(notice) ? { kind: 'locked' } : { kind: 'throttled', retryAfter }
  if (notice?.kind === 'password_required') return { kind: 'required' }
  return notice?.kind === 'password_wrong' ? { kind: 'wrong' } : undefined
}

async function consent(visit: Visit, deps: StepPageDeps): Promise<Html> {
  const { details, signedIn } = visit
  const { client, missing, requested } = details
  // asked although nothing is new (`prompt=consent`): then everything is shown
  const asked = isNothing(missing) ? requested : missing
  const resources = await deps.listResources(visit)
  return consentPage({
    ...form(visit, 'consent', deps),
    client: {
      name: nameOf(client),
      unverified: client.origin === 'registration' ? { addedAt: client.createdAt } : undefined,
      privacyUrl: client.metadata.policy_uri,
      termsUrl: client.metadata.tos_uri,
    },
    account: { email: signedIn?.email ?? '' },
    switchAction: addressOf(visit, 'another'),
    scopes: asked.scopes,
    claims: asked.claims,
    resources: Object.entries(asked.resources).map(([identifier, scopes]) => ({
      identifier,
      name: resources.find((resource) => resource.identifier === identifier)?.name,
      scopes,
    })),
    added: asked === missing && !isDeepStrictEqual(missing, requested),
    returnHost: destinationOf(details.redirectUri),
  })
}

/** Host of a web address, scheme of an app's; none for a device, to which nobody is sent back. */
function destinationOf(redirectUri: string | undefined): string | undefined {
  if (redirectUri === undefined) return undefined
  const url = new URL(redirectUri)
  return url.host === '' ? url.protocol : url.host
}
