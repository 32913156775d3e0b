import type { Form } from '#http/http.ts'
import type { Html } from '#views/html.ts'
import type { EnrollableId, Step } from '../interaction.ts'
import type { Shown } from '../second-step/second-step.ts'
import { addressOf } from '../visit.ts'
import type { Visit } from '../visit.ts'

export type EnrolStep = Extract<Step, { kind: 'enrol' }>

/**
 * One thing that can be set up in the middle of a sign-in: knows its own page and answers, and nothing of the others. What it
 * sets up it also proves: the proof is appended to the progress like any other.
 */
export type Enrolment = {
  readonly method: EnrollableId
  readonly page: (visit: Visit, step: EnrolStep, shown: Shown) => Html | Promise<Html>
  /** By the last part of the address they are posted to. Each is told only of this method's own step. */
  readonly answers: Readonly<Record<string, EnrolAnswer>>
}

export type EnrolAnswer = (visit: Visit, form: Form, step: EnrolStep) => Promise<void>

/** What the page of every enrolment offers beside itself. */
export function enrolFrameOf(visit: Visit, step: EnrolStep) {
  const { putOffUntil, mayGiveUp } = step
  return {
    page: visit.page,
    putOff: putOffUntil && { until: putOffUntil, action: addressOf(visit, 'put-off') },
    giveUpAction: mayGiveUp ? addressOf(visit, 'give-up') : undefined,
    changeAction: addressOf(visit, 'another'),
    /** Back to the choice, where there is one. */
    chooseAction: step.methods.length > 1 ? addressOf(visit, 'enrol') : undefined,
  }
}
