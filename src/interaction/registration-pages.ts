import { passwordProblems } from '#login/password/password.ts'
import { documentsOf, registrationProblems } from '#login/registration/registration.ts'
import { emailCodePage } from '#views/email-code.ts'
import type { Html } from '#views/html.ts'
import { registerPage, registerPasswordPage } from '#views/register.ts'
import { codeErrorOf } from './email-code-page.ts'
import { emptyRegistering } from './interaction.ts'
import type { Step } from './interaction.ts'
import { nameOf } from './name-of.ts'
import { addressOf } from './visit.ts'
import type { Visit } from './visit.ts'

export type RegistrationStep = Extract<
  Step,
  { kind: 'register' | 'register_code' | 'register_password' }
>

export function isRegistration(step: Step): step is RegistrationStep {
  return ['register', 'register_code', 'register_password'].includes(step.kind)
}

export function registrationStepPage(
  visit: Visit,
  { kind }: RegistrationStep,
  moment: { readonly csrf: string; readonly now: number },
): Html {
  switch (kind) {
    case 'register':
      return form(visit, moment.csrf)
    case 'register_code':
      return code(visit, moment)
    case 'register_password':
      return choosePassword(visit, moment.csrf)
  }
}

function form(visit: Visit, csrf: string): Html {
  const { details, page, progress, invitation } = visit
  const { email, name, agreed, problem } = progress.registering ?? emptyRegistering
  return registerPage({
    page,
    csrf,
    email,
    name,
    agreed,
    isInvited: invitation !== undefined,
    mustAgree: documentsOf(details.tenant.settings).length > 0,
    action: addressOf(visit, 'register'),
    cancelAction: addressOf(visit, 'cancel-registration'),
    clientName: nameOf(details.client),
    error: registrationProblems.find((one) => one === problem),
  })
}

function code(visit: Visit, { csrf, now }: { csrf: string; now: number }): Html {
  const { email, mailed } = visit.progress.registering ?? emptyRegistering
  return emailCodePage({
    page: visit.page,
    csrf,
    email,
    purpose: 'register',
    action: addressOf(visit, 'register-code'),
    sendAction: addressOf(visit, 'send-register-code'),
    changeAction: addressOf(visit, 'start-registration'),
    sent: { resendIn: Math.max(0, (mailed?.nextAt ?? 0) - now) },
    error: codeErrorOf(visit.progress.notice, mailed, now),
  })
}

function choosePassword(visit: Visit, csrf: string): Html {
  const { email, problem } = visit.progress.registering ?? emptyRegistering
  const { settings } = visit.details.tenant
  return registerPasswordPage({
    page: visit.page,
    csrf,
    email,
    action: addressOf(visit, 'register-password'),
    minLength: settings.password_min_length,
    isOptional: settings.email_code !== 'off',
    error: (['required', ...passwordProblems] as const).find((one) => one === problem),
  })
}
