import type { Csrf } from '#http/http.ts'
import type { Html } from '#views/html.ts'
import { recoverCodePage, type RecoverCodeError } from '#views/recover-code.ts'
import { recoverDonePage } from '#views/recover-done.ts'
import { recoverIdentifierPage } from '#views/recover-identifier.ts'
import { recoverPasswordPage } from '#views/recover-password.ts'
import type { NewPasswordError } from '#views/components/new-password.ts'
import type { RecoveryVisit } from './answers.ts'
import { recoveryStep, type RecoveryNotice } from './recovery.ts'

/** What the hidden field of every form of this recovery is bound to (Q67). */
export const csrfBinding = (key: string): string => `recovery:${key}`

export const homeOf = ({ page }: Pick<RecoveryVisit, 'page'>): string => `${page.basePath}/recover`

export function createRecoveryPage(csrf: Csrf): (visit: RecoveryVisit, now: number) => Html {
  return (visit, now) => {
    const { page, key, recovery, tenant } = visit
    const { email = '', interaction, notice } = recovery
    const token = csrf.token(csrfBinding(key))
    const action = (step: string) => `${homeOf(visit)}/${step}`
    switch (recoveryStep(recovery).kind) {
      case 'identifier':
        return recoverIdentifierPage({
          page,
          csrf: token,
          action: action('identifier'),
          email: notice?.kind === 'email_invalid' ? notice.typed : recovery.email,
          error: notice && identifierErrors[notice.kind],
          signInUrl: interactionUrl(visit, interaction),
        })
      case 'code':
        return recoverCodePage({
          page,
          csrf: token,
          email,
          action: action('code'),
          sendAction: action('send'),
          changeAction: action('restart'),
          resendIn: Math.max(0, (recovery.code?.nextAt ?? now) - now),
          error: codeError(notice, now),
        })
      case 'new_password':
        return recoverPasswordPage({
          page,
          csrf: token,
          email,
          action: action('password'),
          minLength: tenant.settings.password_min_length,
          error: passwordError(notice),
        })
      case 'done':
        return recoverDonePage({
          page,
          signInUrl: interactionUrl(visit, interaction) ?? `${page.basePath}/account`,
        })
    }
  }
}

function interactionUrl({ page }: RecoveryVisit, uid: string | undefined): string | undefined {
  return uid === undefined ? undefined : `${page.basePath}/interaction/${uid}`
}

type ByNotice<T> = Readonly<Partial<Record<RecoveryNotice['kind'], T>>>

const identifierErrors: ByNotice<'required' | 'invalid' | 'over'> = {
  email_required: 'required',
  email_invalid: 'invalid',
  over: 'over',
}

const codeErrors: ByNotice<'required' | 'expired' | 'too_many'> = {
  code_required: 'required',
  code_expired: 'expired',
  code_too_many: 'too_many',
}

function codeError(notice: RecoveryNotice | undefined, now: number): RecoverCodeError | undefined {
  if (notice?.kind === 'code_wrong') return { kind: 'wrong', left: notice.left }
  const retryAfter = waitOf(notice, now)
  if (retryAfter > 0) return { kind: 'throttled', retryAfter }
  const kind = notice && codeErrors[notice.kind]
  return kind && { kind }
}

function passwordError(notice: RecoveryNotice | undefined): NewPasswordError | undefined {
  if (notice?.kind === 'password_required') return 'required'
  return notice?.kind === 'password_refused' ? notice.reason : undefined
}

/** Seconds until the next try; 0 when there is nothing to wait for. */
export function waitOf(notice: RecoveryNotice | undefined, now: number): number {
  return notice?.kind === 'throttled' ? Math.max(0, notice.until - now) : 0
}
