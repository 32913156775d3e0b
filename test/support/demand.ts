import type { Acr } from '#client/client.ts'
import { emptyProgress } from '#interaction/interaction.ts'
import type { Prover, Situation } from '#interaction/interaction.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, ConnectionId } from '#kit/ids.ts'
import type { EnrolledFactors, MethodId, Proof } from '#login/login.ts'
import { tenantSettings } from '#tenant/tenant.ts'

export const ada = { id: brandId<AccountId>('ada'), email: 'ada@example.test', name: undefined }
export const proof = (method: Proof['method'], userVerified?: boolean): Proof => ({
  method,
  accountId: ada.id,
  amr: [method],
  at: 1,
  userVerified,
})
/** Proved to somebody else. */
export const elsewhere = (isMultiFactor: boolean): Proof => ({
  ...proof('federated'),
  federated: { connectionId: brandId<ConnectionId>('acme'), isMultiFactor, until: undefined },
})
export const password = proof('password')
export const none: EnrolledFactors = { password: true, totp: false, passkeys: 0, recoveryCodes: 0 }
export const app = { ...none, totp: true, recoveryCodes: 10 }
export const keys = { ...none, passkeys: 2 }

/** Somebody who has proved who they are, what they have, and what is wanted of them. */
export type Row = {
  readonly when: string
  readonly settings?: object
  readonly prover?: Partial<Prover>
  readonly proofs?: readonly Proof[]
  readonly way?: MethodId
  readonly needed?: Acr
  readonly required?: Acr
  /** `signed_in`, `unmet`, or the ways, the one that is asked for first. */
  readonly comes: 'signed_in' | 'unmet' | readonly MethodId[]
  readonly trustDays?: number
}

export const wish = (needed: Acr) => ({ needed })
export const demand = (required: Acr) => ({ needed: required, required })

export function situationOf(row: Row): Situation {
  const { needed, required } = row
  const prover = {
    email: ada.email,
    emailVerified: true,
    groups: [],
    factors: none,
    isTrustedHere: false,
  }
  return {
    details: {
      prompt: 'login',
      reasons: ['no_session'],
      loginHint: undefined,
      session: undefined,
      acr: needed && { needed, required, named: [] },
    },
    progress: { ...emptyProgress, proofs: row.proofs ?? [password], way: row.way },
    policy: {
      ...tenantSettings.parse(row.settings ?? {}),
      mayRegister: false,
      enrollable: [],
      putOffUntil: undefined,
    },
    prover: { ...prover, ...row.prover },
    signedIn: undefined,
    remembered: [],
  }
}
