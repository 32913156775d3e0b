import type { Account } from '#account/account.ts'
import type { AuditActor } from '#audit/audit.ts'
import type { AccountId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'

/** For whoever has lost everything but their password, once somebody who runs the installation knows that it is them. */
export type FactorResets = {
  /**
   * Takes every second factor, and every device that stands in for one, from an account of any status, ends all it has
   * open, and tells all its addresses: one transaction, as `Accounts.hold`. Undefined where there is no such account.
   *
   * SECURITY: takes factors away, and nothing of what the tenant asks for. Where it demands a second factor, a password
   * alone opens as little as before.
   */
  reset(input: {
    readonly tenant: Tenant
    readonly accountId: AccountId
    readonly actor: AuditActor
  }): Promise<RemovedFactors | undefined>
}

export type FactorKind = 'totp' | 'recoveryCodes' | 'passkeys' | 'trustedDevices'

/** How many there were of each. Of recovery codes, those that were left. */
export type RemovedFactors = Readonly<Record<FactorKind, number>>

/** Port: takes one kind of factor away, all there is; how many that were. */
export type RemoveFactor = (
  account: Account,
  actor: AuditActor,
  within: Transaction | undefined,
) => Promise<number>
