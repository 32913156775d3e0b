import { emailCodePage } from './email-code.ts'
import { emailLinkPage } from './email-link.ts'
import { invitePage } from './invite.ts'
import { registerPage, registerPasswordPage } from './register.ts'
import type { Samples, Stage } from './stage.ts'

const csrf = 'sample-token'

export function emailCodeSamples({ page, text, url }: Stage): Samples {
  const base = {
    page,
    csrf,
    email: text('ada@example.test'),
    purpose: 'sign_in',
    action: url('/interaction/sample/email-code'),
    sendAction: url('/interaction/sample/send-code'),
    changeAction: url('/interaction/sample/another'),
    passwordAction: url('/interaction/sample/use-password'),
    sent: { resendIn: 60 },
  } as const
  const here = {
    kind: 'here',
    csrf,
    email: text('ada@example.test'),
    action: url('/email/sign-in/sample'),
    purpose: 'sign_in',
  } as const
  return {
    'email-code': emailCodePage(base),
    'email-code-register': emailCodePage({
      ...base,
      purpose: 'register',
      passwordAction: undefined,
    }),
    'email-code-ask': emailCodePage({ ...base, sent: undefined }),
    'email-code-again': emailCodePage({ ...base, sent: { resendIn: 0 } }),
    'email-code-required': emailCodePage({ ...base, error: { kind: 'required' } }),
    'email-code-wrong': emailCodePage({ ...base, error: { kind: 'wrong', left: 3 } }),
    'email-code-expired': emailCodePage({ ...base, error: { kind: 'expired' } }),
    'email-code-many-wrong': emailCodePage({ ...base, error: { kind: 'too_many' } }),
    'email-code-resend-throttled': emailCodePage({
      ...base,
      error: { kind: 'too_soon', retryAfter: 40 },
    }),
    'email-code-throttled': emailCodePage({
      ...base,
      error: { kind: 'throttled', retryAfter: 20 },
    }),
    'email-link': emailLinkPage({ page, state: here }),
    'email-link-register': emailLinkPage({ page, state: { ...here, purpose: 'register' } }),
    'email-link-elsewhere': emailLinkPage({ page, state: { kind: 'elsewhere', code: '483920' } }),
    'email-link-expired': emailLinkPage({ page, state: { kind: 'over' } }),
  }
}

export function registerSamples({ page, text, url }: Stage): Samples {
  const email = text('ada@example.test')
  const base = {
    page,
    csrf,
    email,
    name: text('Ada Lovelace'),
    mustAgree: true,
    action: url('/interaction/sample/register'),
    cancelAction: url('/interaction/sample/cancel-registration'),
    clientName: text('Payroll'),
  }
  const choose = {
    page,
    csrf,
    email,
    action: url('/interaction/sample/register-password'),
    minLength: 15,
    isOptional: true,
  }
  return {
    register: registerPage({ ...base, email: '', name: '' }),
    'register-invited': registerPage({ ...base, name: '', isInvited: true, mustAgree: false }),
    'register-email-required': registerPage({ ...base, email: '', error: 'email_required' }),
    'register-email-invalid': registerPage({ ...base, error: 'email_invalid' }),
    'register-domain-invalid': registerPage({ ...base, error: 'email_domain' }),
    'register-name-required': registerPage({ ...base, name: '', error: 'name_required' }),
    'register-agreement-required': registerPage({ ...base, error: 'agreement_required' }),
    'register-closed-error': registerPage({ ...base, error: 'closed' }),
    'register-password': registerPasswordPage(choose),
    'register-password-needed': registerPasswordPage({ ...choose, isOptional: false }),
    'register-password-wrong': registerPasswordPage({ ...choose, error: 'too_short' }),
    invite: invitePage({ page, invitation: { email, csrf, action: url('/invite/sample') } }),
    'invite-expired': invitePage({ page, invitation: undefined }),
  }
}
