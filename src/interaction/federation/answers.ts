import type { Answer } from '../answer.ts'
import type { Progress, ProgressStore } from '../interaction.ts'

/** What a person posts where somebody else would be asked who they are. */
export function createFederationAnswers({
  progress,
}: {
  readonly progress: ProgressStore
}): Readonly<Record<'sign-in-here' | 'link-first', Answer>> {
  const changing =
    (change: (before: Progress) => Progress): Answer =>
    ({ details: { tenant, uid } }) =>
      progress.change(tenant.id, uid, change)

  return {
    // SECURITY: where it is enforced, this changes nothing: see `destinationOf`
    'sign-in-here': changing((before) => ({
      ...before,
      staysHere: true,
      connection: undefined,
      failure: undefined,
      notice: undefined,
    })),
    'link-first': changing((before) => ({
      ...before,
      linking: before.linking && { ...before.linking, isTold: true },
    })),
  }
}
