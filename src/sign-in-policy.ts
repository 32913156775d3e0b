import type { SignInPolicy } from '#api/auth/auth.ts'
import type { StepUpDeps } from '#api/auth/stepped-up.ts'
import { acrMultiFactor, acrPhishingResistant } from '#client/client.ts'
import type { Clients } from '#client/client.ts'
import { hasSecondFactor, nextDemand } from '#interaction/demand.ts'
import { putOffUntil } from '#interaction/visit.ts'
import type { Clock } from '#kit/clock.ts'
import type { Factors } from '#login/login.ts'
import { acrDemandOf } from '#oidc/acr-demand.ts'
import { secondFactorRule } from '#tenant/tenant.ts'

/**
 * What the pages ask of somebody, asked of who signs in by the API: the same demand, of the same facts. An application gets
 * its tokens at once, so what any of its APIs wants is wanted from the start. Nothing is set up on the way here: as long as the
 * tenant lets it be put off, it is.
 *
 * SECURITY: no device is trusted here: there is no cookie it could be known by.
 */
export function createSignInPolicy(deps: {
  readonly clients: Clients
  readonly factors: Factors
  readonly clock: Clock
}): SignInPolicy {
  return {
    async missing({ tenant, account, client, proofs }) {
      const { tenantId, id, email, emailVerified, groups } = account
      // nobody has shown yet that the address is theirs (Q62)
      if (!emailVerified) return { ways: ['email_code'], enrollable: [] }
      const resource = Object.keys(client.metadata.resources)
      const factors = await deps.factors(tenantId, id)
      const asking = {
        details: { acr: await acrDemandOf({ resource }, client, deps.clients) },
        policy: {
          ...tenant.settings,
          enrollable: ['passkey', 'totp'],
          putOffUntil: putOffUntil(tenant, deps.clock),
        },
        progress: { isPutOff: true },
        prover: { email, emailVerified, groups, factors, isTrustedHere: false },
      } as const
      return nextDemand(asking, proofs)
    },
  }
}

/**
 * Who has a second factor proves it before any is changed, were it one passkey where the tenant lets nobody in without; where it
 * asks nobody for one, no sign-in here could. Under a rule of passkeys, one of them.
 */
export function createAcrToChange({
  factors,
}: {
  readonly factors: Factors
}): StepUpDeps['acrToChange'] {
  return async ({ settings }, { tenantId, id, groups }) => {
    const rule = secondFactorRule(settings, groups)
    if (rule === 'off') return undefined
    const has = await factors(tenantId, id)
    if (rule === 'passkey' && has.passkeys > 0) return acrPhishingResistant
    const isOne = rule === 'required' && has.passkeys > 0
    return isOne || hasSecondFactor(has) ? acrMultiFactor : undefined
  }
}

/** What is demanded of everybody is proved to administer, whether somebody could put it off at their own sign-in or not. */
export function createAcrToAdminister(
  acrToChange: StepUpDeps['acrToChange'],
): StepUpDeps['acrToChange'] {
  return async (tenant, account) => {
    const rule = secondFactorRule(tenant.settings, account.groups)
    if (rule === 'passkey') return acrPhishingResistant
    return rule === 'required' ? acrMultiFactor : acrToChange(tenant, account)
  }
}
