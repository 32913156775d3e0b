import type { Account } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import type { Enforcement, TellAdministrators } from '#federation/federation.ts'
import type { Proof, Requester } from '#login/login.ts'
import { signInOf } from '../proofs.ts'

/** Tells of an owner who gets in past a domain that is enforced, if that is what a sign-in is: whoever runs it must know. */
export type TellOfGlass = (
  account: Account,
  proofs: readonly Proof[],
  requester: Omit<Requester, 'deviceCookie'>,
) => Promise<void>

export function createGlassNotice(deps: {
  readonly enforcement: Pick<Enforcement, 'ofEmail'>
  readonly audit: Pick<Audit, 'append'>
  readonly tellAdministrators: TellAdministrators
}): TellOfGlass {
  return async (account, proofs, { ip, userAgent, requestId }) => {
    const { tenantId, id: accountId, email: who } = account
    const enforced = await deps.enforcement.ofEmail(tenantId, who)
    if (!enforced || enforced.id === signInOf(proofs).via) return
    await deps.audit.append({
      tenantId,
      type: 'federation.glass_broken',
      outcome: 'success',
      actor: { kind: 'account', id: accountId },
      accountId,
      ip,
      userAgent,
      requestId,
      detail: { connection: enforced.id },
    })
    const tell = await deps.tellAdministrators(tenantId)
    await tell(enforced.id, { what: 'glass_broken', who, ip }, undefined)
  }
}
