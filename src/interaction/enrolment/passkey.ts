import type { RecoveryCodes } from '#login/recovery-code/recovery-code.ts'
import { enrolPasskeyPage } from '#views/enrol-passkey.ts'
import type { Progress } from '../interaction.ts'
import { makePasskey, passkeyOfferOf, type NewPasskeyDeps } from '../passkey-answers.ts'
import { proofsOf } from '../proofs.ts'
import type { RequesterFor } from '../requester.ts'
import type { Visit } from '../visit.ts'
import { enrolFrameOf } from './enrolment.ts'
import type { Enrolment, EnrolStep } from './enrolment.ts'
import { holderOf } from './totp.ts'

export type PasskeyEnrolmentDeps = NewPasskeyDeps & {
  readonly recoveryCodes: Pick<RecoveryCodes, 'count' | 'make'>
  readonly requesterFor: RequesterFor
}

/**
 * A passkey that is made on the way. It proves nothing yet: what a browser answers when it makes one is not signed with it, so
 * it is asked for once it is there (Q49).
 */
export function createPasskeyEnrolment(deps: PasskeyEnrolmentDeps): Enrolment {
  return {
    method: 'passkey',
    page: (visit, step, { csrf }) =>
      enrolPasskeyPage({
        ...enrolFrameOf(visit, step),
        csrf,
        passkey: passkeyOfferOf(visit, 'enrol-passkey'),
      }),
    answers: {
      async 'enrol-passkey'(visit, form, step) {
        const outcome = await makePasskey(visit, form, deps)
        const newCodes = outcome === 'added' && (await makeFirstCodes(visit, step, deps))
        const change = { ...outcomes[outcome], ...(newCodes && { newCodes }) }
        const { tenant, uid } = visit.details
        await deps.progress.change(tenant.id, uid, (before) => ({ ...before, ...change }))
      },
    },
  }
}

const begun = { enrolling: undefined, notice: undefined } as const
const outcomes = {
  added: begun,
  // a proof that is too old is asked for again
  step_up: { ...begun, proofs: [], another: true, email: undefined },
  refused: { notice: { kind: 'passkey', why: 'not_added' } },
} as const satisfies Record<string, Partial<Progress>>

/** Or who loses this device is locked out; not where nothing but a passkey will do. */
async function makeFirstCodes(
  visit: Visit,
  { methods }: EnrolStep,
  { recoveryCodes, requesterFor }: PasskeyEnrolmentDeps,
): Promise<boolean> {
  const held = holderOf(visit)
  if (!held || !methods.includes('totp')) return false
  if ((await recoveryCodes.count(held.tenant.id, held.accountId)) > 0) return false
  const provedAt = Math.max(...proofsOf(visit).map(({ at }) => at))
  const requester = requesterFor(visit, '')
  return (await recoveryCodes.make({ ...held, provedAt, requester })).kind === 'made'
}
