import type { Account } from '#account/account.ts'
import { secondFactorRule, type Tenant } from '#tenant/tenant.ts'

/** Whether a second factor is demanded of this person: then the last one cannot be turned off. */
export async function isSecondFactorDemanded(
  { settings }: Pick<Tenant, 'settings'>,
  { groups }: Pick<Account, 'groups'>,
): Promise<boolean> {
  const rule = secondFactorRule(settings, groups)
  return rule === 'required' || rule === 'passkey'
}
