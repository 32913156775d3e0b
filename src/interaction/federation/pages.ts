import { elsewhereFailedPage } from '#views/elsewhere-failed.ts'
import { emailCodePage } from '#views/email-code.ts'
import { handOffPage } from '#views/hand-off.ts'
import type { Html } from '#views/html.ts'
import { linkFirstPage } from '#views/link-first.ts'
import { codeErrorOf } from '../email-code-page.ts'
import type { KnownConnection, Step } from '../interaction.ts'
import { nameOf } from '../name-of.ts'
import { addressOf } from '../visit.ts'
import type { Visit } from '../visit.ts'

const kinds = ['hand_off', 'link_first', 'verify_elsewhere', 'elsewhere_failed'] as const
export type FederationStep = Extract<Step, { kind: (typeof kinds)[number] }>

export function isFederation(step: Step): step is FederationStep {
  return kinds.some((kind) => kind === step.kind)
}

/** `csrf`: the value of the hidden field. */
export function federationStepPage(
  visit: Visit,
  step: FederationStep,
  { csrf, now }: { readonly csrf: string; readonly now: number },
): Html {
  const { page } = visit
  const other = addressOf(visit, 'another')
  switch (step.kind) {
    case 'hand_off':
      return handOffPage({
        page,
        csrf,
        connection: step.connection.name,
        leaveUrl: leaveUrlOf(visit, step.connection),
        clientName: nameOf(visit.details.client),
        email: step.email,
        changeAction: other,
        hereAction: step.isEnforced ? undefined : addressOf(visit, 'sign-in-here'),
      })
    case 'link_first':
      return linkFirstPage({
        page,
        csrf,
        action: addressOf(visit, 'link-first'),
        connection: step.connection.name,
        email: step.email,
        anotherAction: other,
      })
    case 'verify_elsewhere': {
      const mailed = visit.progress.verifying?.mailed
      return emailCodePage({
        page,
        csrf,
        connection: step.connection.name,
        email: step.email,
        purpose: 'register',
        action: addressOf(visit, 'elsewhere-code'),
        sendAction: addressOf(visit, 'send-elsewhere-code'),
        changeAction: other,
        sent: mailed && { resendIn: Math.max(0, mailed.nextAt - now) },
        error: codeErrorOf(visit.progress.notice, mailed, now),
      })
    }
    case 'elsewhere_failed': {
      const { connection, reason, reference } = step.failure
      return elsewhereFailedPage({
        page,
        csrf,
        connection: connection.name,
        problem: reason,
        reference,
        retryUrl: reason === 'connection_inactive' ? undefined : leaveUrlOf(visit, connection),
        otherAction: other,
      })
    }
  }
}

/** A link, not a form: nothing of ours changes by following it. */
export function leaveUrlOf(visit: Visit, { id }: Pick<KnownConnection, 'id'>): string {
  return addressOf(visit, `leave/${id}`)
}
