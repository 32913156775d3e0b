import { passkeyStepPage } from '#views/passkey-step.ts'
import { passkeyOfferOf, provePasskey, type PasskeyAnswerDeps } from '../passkey-answers.ts'
import { proofsOf } from '../proofs.ts'
import { frameOf } from './second-step.ts'
import type { Way } from './second-step.ts'

/** A passkey of whoever has proved who they are. */
export function createPasskeyWay(deps: PasskeyAnswerDeps): Way {
  return {
    method: 'passkey',
    page: (visit, step, { csrf }) =>
      passkeyStepPage({
        ...frameOf(visit, step, 'confirm-passkey'),
        csrf,
        passkey: passkeyOfferOf(visit, 'confirm-passkey'),
      }),
    answers: {
      async 'confirm-passkey'(visit, form) {
        const [first] = proofsOf(visit)
        if (!first) return
        // Q53: of nobody else
        const isExpected = ({ id }: { readonly id: string }) => id === first.accountId
        await provePasskey(visit, form, { ...deps, isExpected })
      },
    },
  }
}
