import type { Account } from '#account/account.ts'
import type { Factors } from '#login/login.ts'
import type { Passkeys } from '#login/passkey/passkey.ts'
import type { Passwords } from '#login/password/password.ts'
import type { RecoveryCodeLogin } from '#login/recovery-code/recovery-code.ts'
import type { TotpLogin } from '#login/totp/totp.ts'
import { secondFactorRule, type Tenant } from '#tenant/tenant.ts'

export type FactorDeps = {
  readonly passwords: Pick<Passwords, 'hasPassword'>
  readonly passkeys: Pick<Passkeys, 'count'>
  readonly totp: Pick<TotpLogin, 'isEnrolled'>
  readonly recoveryCodes: Pick<RecoveryCodeLogin, 'count'>
}

/** What a person can prove, asked of every room that keeps a kind of it. */
export function createFactors({ passwords, passkeys, totp, recoveryCodes }: FactorDeps): Factors {
  return async (tenantId, accountId) => ({
    password: await passwords.hasPassword(tenantId, accountId),
    totp: await totp.isEnrolled(tenantId, accountId),
    passkeys: await passkeys.count(tenantId, accountId),
    recoveryCodes: await recoveryCodes.count(tenantId, accountId),
  })
}

/** Whether a second factor is demanded of this person: then the last one cannot be turned off. */
export async function isSecondFactorDemanded(
  { settings }: Pick<Tenant, 'settings'>,
  { groups }: Pick<Account, 'groups'>,
): Promise<boolean> {
  const rule = secondFactorRule(settings, groups)
  return rule === 'required' || rule === 'passkey'
}
