import { enrolPasskeyPage } from '#views/enrol-passkey.ts'
import { addPasskey, passkeyOfferOf, type NewPasskeyDeps } from '../passkey-answers.ts'
import { enrolFrameOf } from './enrolment.ts'
import type { Enrolment } from './enrolment.ts'

/**
 * A passkey that is made on the way. It proves nothing yet: what a browser answers when it makes one is not signed with it, so
 * it is asked for once it is there (Q49).
 */
export function createPasskeyEnrolment(deps: NewPasskeyDeps): Enrolment {
  return {
    method: 'passkey',
    page: (visit, step, { csrf }) =>
      enrolPasskeyPage({
        ...enrolFrameOf(visit, step),
        csrf,
        passkey: passkeyOfferOf(visit, 'enrol-passkey'),
      }),
    answers: {
      'enrol-passkey': (visit, form) => addPasskey(visit, form, deps),
    },
  }
}
