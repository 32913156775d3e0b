import type { Csrf } from '#http/http.ts'
import type { MailedCodeError } from '#views/components/mailed-code.ts'
import type { NewPasswordError } from '#views/components/new-password.ts'
import { emailCodePage } from '#views/email-code.ts'
import type { Html } from '#views/html.ts'
import { recoverDonePage } from '#views/recover-done.ts'
import { recoverIdentifierPage } from '#views/recover-identifier.ts'
import { recoverPasswordPage } from '#views/recover-password.ts'
import type { RecoveryVisit } from './answers.ts'
import { recoveryStep, type Recovery, type RecoveryNotice } from './recovery.ts'

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
          email: notice && 'typed' in notice ? notice.typed : recovery.email,
          error: notice && identifierErrors[notice.kind],
          elsewhere: notice?.kind === 'elsewhere' ? notice.connection : undefined,
          signInUrl: interactionUrl(visit, interaction),
        })
      case 'code':
        return emailCodePage({
          page,
          csrf: token,
          email,
          purpose: 'reset',
          action: action('code'),
          sendAction: action('send'),
          changeAction: action('restart'),
          sent: { resendIn: pauseOf(recovery, now) },
          error: codeError(recovery, now),
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

function codeError(recovery: Recovery, now: number): MailedCodeError | undefined {
  const { notice } = recovery
  if (notice?.kind === 'code_wrong') return { kind: 'wrong', left: notice.left }
  const wait = waitOf(notice, now)
  if (wait > 0) return { kind: 'throttled', retryAfter: wait }
  const pause = notice?.kind === 'code_too_soon' ? pauseOf(recovery, now) : 0
  if (pause > 0) return { kind: 'too_soon', retryAfter: pause }
  const kind = notice && codeErrors[notice.kind]
  return kind && { kind }
}

/** Seconds until another code may be asked for. */
const pauseOf = ({ code }: Recovery, now: number): number => Math.max(0, (code?.nextAt ?? 0) - now)

function passwordError(notice: RecoveryNotice | undefined): NewPasswordError | undefined {
  if (notice?.kind === 'password_required') return 'required'
  return notice?.kind === 'password_refused' ? notice.reason : undefined
}

/** Seconds until the next try; 0 when there is nothing to wait for. */
export function waitOf(notice: RecoveryNotice | undefined, now: number): number {
  return notice?.kind === 'throttled' ? Math.max(0, notice.until - now) : 0
}
