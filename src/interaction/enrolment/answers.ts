import { enrolPage } from '#views/enrol.ts'
import type { Html } from '#views/html.ts'
import { unknownAnswer, type Answer } from '../answer.ts'
import type { Progress, ProgressStore } from '../interaction.ts'
import { nameOf } from '../name-of.ts'
import { nextStep } from '../next-step.ts'
import type { Shown } from '../second-step/second-step.ts'
import { addressOf } from '../visit.ts'
import type { Visit } from '../visit.ts'
import { enrolFrameOf } from './enrolment.ts'
import type { Enrolment, EnrolStep } from './enrolment.ts'

type Deps = { readonly enrolments: readonly Enrolment[]; readonly progress: ProgressStore }

/** What is posted where something is to be set up: the answers of each enrolment, the choice between them, and the ways out. */
export function createEnrolAnswers(deps: Deps): Readonly<Record<string, Answer>> {
  const answers = deps.enrolments.flatMap(({ method, answers }) =>
    Object.entries(answers).map(([name, answer]): [string, Answer] => [
      name,
      async (visit, form) => {
        const step = nextStep(visit)
        if (step.kind === 'enrol' && step.method === method) await answer(visit, form, step)
      },
    ]),
  )
  return {
    ...Object.fromEntries(answers),
    enrol: choose(deps),
    'put-off': leave(deps, ({ putOffUntil }) => putOffUntil !== undefined, { isPutOff: true }),
    'give-up': leave(deps, ({ mayGiveUp }) => mayGiveUp, { isGivenUp: true }),
  }
}

/** `method` left out: back to the choice. */
const choose =
  ({ progress }: Deps): Answer =>
  async (visit, form) => {
    const step = nextStep(visit)
    if (step.kind !== 'enrol') return
    const wanted = form.get('method')
    const enrolling = step.methods.find((one) => one === wanted)
    if (wanted !== undefined && !enrolling) throw unknownAnswer()
    const { tenant, uid } = visit.details
    await progress.change(tenant.id, uid, (before) => ({ ...before, enrolling, notice: undefined }))
  }

const leave =
  (
    { progress }: Deps,
    isAllowed: (step: EnrolStep) => boolean,
    change: Partial<Progress>,
  ): Answer =>
  async (visit) => {
    const step = nextStep(visit)
    if (step.kind !== 'enrol' || !isAllowed(step)) return
    const { tenant, uid } = visit.details
    await progress.change(tenant.id, uid, (before) => ({ ...before, ...change }))
  }

/** The page of what was chosen, or of the choice. */
export function enrolStepPage(
  visit: Visit,
  step: EnrolStep,
  { enrolments, ...shown }: Shown & Pick<Deps, 'enrolments'>,
): Html | Promise<Html> {
  const chosen = enrolments.find(({ method }) => method === step.method)
  if (chosen) return chosen.page(visit, step, shown)
  return enrolPage({
    ...enrolFrameOf(visit, step),
    csrf: shown.csrf,
    action: addressOf(visit, 'enrol'),
    methods: step.methods,
    clientName: step.mayGiveUp ? nameOf(visit.details.client) : undefined,
  })
}
