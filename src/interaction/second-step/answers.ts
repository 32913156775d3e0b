import { unknownAnswer, type Answer } from '../answer.ts'
import type { ProgressStore } from '../interaction.ts'
import { nextStep } from '../next-step.ts'
import { proofsOf } from '../proofs.ts'
import type { Visit } from '../visit.ts'
import type { SecondStep, Way } from './second-step.ts'

/** What is posted where more is wanted than was proved: the answers of every way, and the choice between them. */
export function createSecondStepAnswers(deps: {
  readonly ways: readonly Way[]
  readonly progress: ProgressStore
}): Readonly<Record<string, Answer>> {
  const answers = deps.ways.flatMap(({ method, answers }) =>
    Object.entries(answers).map(([name, answer]): [string, Answer] => [
      name,
      async (visit, form) => {
        const step = nextStep(visit)
        if (step.kind !== 'second_step' || step.method !== method) return
        await keepTrust(visit, step.trustDays > 0 && form.get('trust') === 'yes', deps.progress)
        await answer(visit, form, step)
      },
    ]),
  )
  return { ...Object.fromEntries(answers), way: choose(deps.progress) }
}

/** What the box says now: whoever corrects a code may have changed their mind. It counts once all is proved. */
async function keepTrust(visit: Visit, isWanted: boolean, store: ProgressStore): Promise<void> {
  const { details, progress } = visit
  const trusting = isWanted ? proofsOf(visit)[0]?.accountId : undefined
  if (trusting === progress.trusting) return
  await store.change(details.tenant.id, details.uid, (before) => ({ ...before, trusting }))
}

const choose =
  (progress: ProgressStore): Answer =>
  async (visit, form) => {
    const step = nextStep(visit)
    if (step.kind !== 'second_step') return
    const way = step.ways.find((one) => one === form.get('way'))
    if (!way) throw unknownAnswer()
    const { tenant, uid } = visit.details
    await progress.change(tenant.id, uid, (before) => ({ ...before, way, notice: undefined }))
  }

/** The way this step is for. A tenant offers no way that is not there. */
export function wayOf(ways: readonly Way[], { method }: SecondStep): Way {
  const way = ways.find((one) => one.method === method)
  if (!way) throw new Error(`nobody asks for ${method}`)
  return way
}

/** Does what a step does when it is reached by a POST. */
export async function reachSecondStep(visit: Visit, ways: readonly Way[]): Promise<void> {
  const step = nextStep(visit)
  if (step.kind === 'second_step') await wayOf(ways, step).reached?.(visit, step)
}
