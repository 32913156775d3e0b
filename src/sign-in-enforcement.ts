import type { SignInPolicy } from '#api/auth/auth.ts'
import type { Enforcement } from '#federation/federation.ts'
import { signInOf } from '#interaction/proofs.ts'

/** Nobody of a domain that signs in elsewhere gets in by the API, whatever they proved here; and before more is asked. */
export function withEnforcement(
  policy: SignInPolicy,
  { enforcement }: { readonly enforcement: Pick<Enforcement, 'instead' | 'stands'> },
): SignInPolicy {
  return {
    async missing(situation) {
      const { account, proofs } = situation
      const signIn = signInOf(proofs)
      const instead = await enforcement.instead(account, signIn)
      if (instead) return { ways: [], enrollable: [], instead: instead.id }
      if (!(await enforcement.stands(account, signIn)))
        return { ways: [], enrollable: [], isRefused: true }
      return policy.missing(situation)
    },
  }
}
