import { emailCodePage } from './email-code.ts'
import { emailUndoPage } from './email-undo.ts'
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
  const code = {
    ...base,
    purpose: 'reset',
    sendAction: action,
    changeAction: action,
    sent: { resendIn: 40 },
  } as const
  const password = { ...base, minLength: 15 }
  const here = { kind: 'here', email, action, csrf } as const
  const resetUrl = url('/recover')
  return {
    recover: recoverIdentifierPage({ ...base, signInUrl }),
    'recover-required': recoverIdentifierPage({ ...base, email: undefined, error: 'required' }),
    'recover-invalid': recoverIdentifierPage({ ...base, error: 'invalid' }),
    'recover-elsewhere-error': recoverIdentifierPage({ ...base, elsewhere: text('Acme Corp') }),
    'recover-error': recoverIdentifierPage({ ...base, error: 'over' }),
    'recover-code': emailCodePage(code),
    'recover-password': recoverPasswordPage(password),
    'recover-password-invalid': recoverPasswordPage({ ...password, error: 'common' }),
    'recover-done': recoverDonePage({ page, signInUrl }),
    'email-undo': emailUndoPage({ page, state: here }),
    'email-undo-over': emailUndoPage({ page, state: { kind: 'over', resetUrl } }),
    'email-undo-done': emailUndoPage({ page, state: { kind: 'done', resetUrl } }),
  }
}
