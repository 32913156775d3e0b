import type { MailedCodeError } from '#views/components/mailed-code.ts'
import { emailCodePage } from '#views/email-code.ts'
import type { Html } from '#views/html.ts'
import { mailedTo, type CodeStep } from './email-code-answers.ts'
import type { MailedCode, Notice } from './interaction.ts'
import { waitOf } from './wait.ts'
import { addressOf } from './visit.ts'
import type { Visit } from './visit.ts'

export function emailCodeStepPage(
  visit: Visit,
  step: CodeStep,
  { csrf, now }: { readonly csrf: string; readonly now: number },
): Html {
  const mailed = mailedTo(step.email, visit.progress)
  return emailCodePage({
    page: visit.page,
    csrf,
    email: step.email,
    purpose: 'sign_in',
    action: addressOf(visit, 'email-code'),
    sendAction: addressOf(visit, 'send-code'),
    passwordAction: step.kind === 'email_code' ? addressOf(visit, 'use-password') : undefined,
    changeAction: addressOf(visit, 'another'),
    sent: mailed && { resendIn: Math.max(0, mailed.nextAt - now) },
    error: codeErrorOf(visit.progress.notice, mailed, now),
  })
}

/** What the last answer to the page of a code brought. */
export function codeErrorOf(
  notice: Notice | undefined,
  mailed: MailedCode | undefined,
  now: number,
): MailedCodeError | undefined {
  const wait = waitOf(notice, now)
  if (wait > 0) return { kind: 'throttled', retryAfter: wait }
  if (notice?.kind === 'code_wrong') return { kind: 'wrong', left: notice.left }
  if (notice?.kind !== 'code') return undefined
  if (notice.why !== 'too_soon') return { kind: notice.why }
  const retryAfter = (mailed?.nextAt ?? 0) - now
  return retryAfter > 0 ? { kind: 'too_soon', retryAfter } : undefined
}
