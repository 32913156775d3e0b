import type { Html } from '#views/html.ts'
import type { MethodId } from '#login/login.ts'
import type { Answer } from '../answer.ts'
import type { Step } from '../interaction.ts'
import { addressOf } from '../visit.ts'
import type { Visit } from '../visit.ts'

export type SecondStep = Extract<Step, { kind: 'second_step' }>

/** One way to prove more than was proved: knows its own page and answers, and nothing of the others. */
export type Way = {
  readonly method: MethodId
  readonly page: (visit: Visit, step: SecondStep, shown: Shown) => Html | Promise<Html>
  /** By the last part of the address they are posted to. Each is told only of this way's own step. */
  readonly answers: Readonly<Record<string, WayAnswer>>
  /** Called when the step is reached by a POST: a GET sends no mail (Q57). */
  readonly reached?: ((visit: Visit, step: SecondStep) => Promise<void>) | undefined
}

export type WayAnswer = (
  visit: Visit,
  form: Parameters<Answer>[1],
  step: SecondStep,
) => Promise<void>

/** `csrf`: the value of the hidden field. `now`: epoch seconds. */
export type Shown = { readonly csrf: string; readonly now: number }

/** What the page of every way shows. */
export function frameOf(visit: Visit, step: SecondStep, action: string) {
  return {
    page: visit.page,
    action: addressOf(visit, action),
    email: step.email,
    trustDays: step.trustDays,
    wayAction: addressOf(visit, 'way'),
    otherWays: step.ways.filter((way) => way !== step.method),
    changeAction: addressOf(visit, 'another'),
  }
}
