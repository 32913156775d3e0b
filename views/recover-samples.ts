import { emailUndoPage } from './email-undo.ts'
import { recoverCodePage } from './recover-code.ts'
import { recoverDonePage } from './recover-done.ts'
import { recoverIdentifierPage } from './recover-identifier.ts'
import { recoverPasswordPage } from './recover-password.ts'
import type { Samples, Stage } from './stage.ts'

const csrf = 'sample-token'

/** The pages on which a lost password is set anew. */
export function recoverSamples({ page, text, url }: Stage): Samples {
  const action = url('/recover/sample')
  const email = text('ada@example.test')
  const signInUrl = url('/interaction/sample')
  const base = { page, csrf, action, email }
  const code = { ...base, sendAction: action, changeAction: action, resendIn: 0 }
  const password = { ...base, minLength: 15 }
  const here = { kind: 'here', email, action, csrf } as const
  const resetUrl = url('/recover')
  return {
    recover: recoverIdentifierPage({ ...base, signInUrl }),
    'recover-required': recoverIdentifierPage({ ...base, email: undefined, error: 'required' }),
    'recover-invalid': recoverIdentifierPage({ ...base, error: 'invalid' }),
    'recover-error': recoverIdentifierPage({ ...base, error: 'over' }),
    'recover-code': recoverCodePage({ ...code, resendIn: 40 }),
    'recover-code-resend': recoverCodePage(code),
    'recover-code-required': recoverCodePage({ ...code, error: { kind: 'required' } }),
    'recover-code-wrong': recoverCodePage({ ...code, error: { kind: 'wrong', left: 3 } }),
    'recover-code-expired': recoverCodePage({ ...code, error: { kind: 'expired' } }),
    'recover-code-error': recoverCodePage({ ...code, error: { kind: 'too_many' } }),
    'recover-code-throttled': recoverCodePage({
      ...code,
      error: { kind: 'throttled', retryAfter: 120 },
    }),
    'recover-password': recoverPasswordPage(password),
    'recover-password-invalid': recoverPasswordPage({ ...password, error: 'common' }),
    'recover-done': recoverDonePage({ page, signInUrl }),
    'email-undo': emailUndoPage({ page, state: here }),
    'email-undo-over': emailUndoPage({ page, state: { kind: 'over', resetUrl } }),
    'email-undo-done': emailUndoPage({ page, state: { kind: 'done', resetUrl } }),
  }
}
