import { pendingLifetime, type Missing, type SignInPolicy } from '#api/auth/auth.ts'
import { stepInDoubt } from '#interaction/doubt.ts'
import { createRefusalLetter, type RefusalLetterDeps } from '#interaction/refusal-notice.ts'
import { sha256 } from '#kit/hash.ts'
import type { Factors } from '#login/login.ts'
import { riskLevels, type RiskLevel, type Risks } from '#login/risk/risk.ts'
import type { Ephemeral } from '#storage/storage.ts'

export type SignInDoubtDeps = RefusalLetterDeps & {
  readonly factors: Factors
  readonly risks: Pick<Risks, 'assess'>
  readonly ephemeral: Pick<Ephemeral, 'get' | 'put'>
}

type Situation = Parameters<SignInPolicy['missing']>[0]

const refused: Missing = { ways: [], enrollable: [], isRefused: true }

/** A doubtful sign-in by the API proves what one by the pages proves, before anything else is asked of it. */
export function withDoubts(policy: SignInPolicy, deps: SignInDoubtDeps): SignInPolicy {
  const levelOf = createLevelOf(deps)
  const tell = createRefusalLetter(deps)

  async function refuse({ tenant, account, client, requester }: Situation, isNew: boolean) {
    const { ip, userAgent, requestId } = requester
    const visitor = { ip, headers: { 'user-agent': userAgent } }
    if (isNew) await tell({ tenant, account, visitor, clientId: client.clientId, requestId })
    return refused
  }

  return {
    async missing(situation) {
      const { account, tenant, proofs } = situation
      const { email, emailVerified, groups } = account
      // the mailbox first, as on the pages (Q62)
      if (!emailVerified) return policy.missing(situation)
      const { level: risk, isNew } = await levelOf(situation)
      const factors = await deps.factors(tenant.id, account.id)
      const prover = { email, emailVerified, groups, factors, isTrustedHere: false, risk }
      const step = stepInDoubt({ prover, policy: tenant.settings, way: undefined }, proofs)
      if (!step) return policy.missing(situation)
      if (step.kind === 'second_step') return { ways: step.ways, enrollable: [] }
      if (step.kind === 'password') return { ways: ['password'], enrollable: [] }
      return refuse(situation, isNew)
    },
  }
}

/**
 * Judged with the first proof, and kept while the sign-in waits for more. SECURITY: for these facts only: whoever goes on from
 * elsewhere, or on another device, is judged anew.
 */
function createLevelOf({ risks, ephemeral }: Pick<SignInDoubtDeps, 'risks' | 'ephemeral'>) {
  return async ({ tenant, account, client, proofs, requester }: Situation) => {
    const { ip, userAgent, requestId, deviceCookie: device } = requester
    const [first] = proofs
    const facts = [client.clientId, account.id, first?.method, first?.at, ip, userAgent, device]
    const id = sha256(JSON.stringify(facts))
    const key = { tenantId: tenant.id, kind: 'api_doubt', id }
    const kept = await ephemeral.get(key)
    const known: RiskLevel | undefined = riskLevels.find((level) => level === kept)
    if (known) return { level: known, isNew: false }
    const { level } = await risks.assess({ tenant, account, ip, userAgent, requestId, device })
    await ephemeral.put(key, level, pendingLifetime)
    return { level, isNew: true }
  }
}
