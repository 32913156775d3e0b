import type { Account, Accounts } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import type { Clock } from '#kit/clock.ts'
import type { AccountId, TenantId } from '#kit/ids.ts'
import type { Sealer } from '#kit/sealer.ts'
import type { EmailChangeStore } from '#login/email-change/email-change.ts'
import type { FactorKind, RemoveFactor } from '#login/factor-reset/factor-reset.ts'
import { createFactorResets } from '#login/factor-reset/service.ts'
import type { PriorCredential } from '#login/email-code/email-code.ts'
import { createFactorNotices } from '#login/factor-notice/mails.ts'
import { createPostgresFactorTries } from '#login/factor-tries/postgres.ts'
import { createPasskeyNotices } from '#login/passkey/notices.ts'
import type { PasskeyStore } from '#login/passkey/passkey.ts'
import { createPostgresPasskeyStore } from '#login/passkey/postgres.ts'
import { createPasskeys, createRemoveAllPasskeys } from '#login/passkey/service.ts'
import type { StrongMethod } from '#login/password/change/change.ts'
import type { PasswordHasher, Passwords } from '#login/password/password.ts'
import { createPostgresRecoveryCodeStore } from '#login/recovery-code/postgres.ts'
import type { RecoveryCodes } from '#login/recovery-code/recovery-code.ts'
import { createRecoveryCodes } from '#login/recovery-code/service.ts'
import { createPostgresTotpStore } from '#login/totp/postgres.ts'
import { createTotp } from '#login/totp/service.ts'
import type { OtherFactors } from '#login/totp/totp.ts'
import { createPostgresTrustedDeviceStore } from '#login/trusted-device/postgres.ts'
import type { Outbox } from '#mail/mail.ts'
import type { Database, Transaction } from '#storage/storage.ts'
import type { Logger, Metrics } from '#telemetry/telemetry.ts'
import { secondFactorRule } from '#tenant/tenant.ts'
import type { Stores } from './stores.ts'

export type SecondFactorFacts = Pick<OtherFactors, 'isDemanded'> & {
  readonly accounts: Accounts
  readonly audit: Audit
  readonly outbox: Outbox
  readonly sealer: Sealer
  readonly hasher: PasswordHasher
  readonly keptAddresses: EmailChangeStore
  readonly passwords: Pick<Passwords, 'hasPassword'>
  readonly connectedAccounts: StrongMethod
}

type Input = { readonly clock: Clock; readonly logger: Logger; readonly metrics: Metrics }

/** What people have besides their password, and what stands in for it. */
export function createSecondFactors(
  { clock, logger, metrics }: Input,
  { database, ephemeral, throttle }: Stores,
  facts: SecondFactorFacts,
) {
  const { keptAddresses, isDemanded, passwords, connectedAccounts } = facts
  const formerAddresses = async (
    { tenantId, id }: Pick<Account, 'tenantId' | 'id'>,
    within: Transaction | undefined,
  ) => (await keptAddresses.list(tenantId, id, within)).map(({ oldEmail }) => oldEmail)
  const notices = createFactorNotices({ ...facts, clock, formerAddresses })
  const tries = createPostgresFactorTries({ database, clock })
  const common = { ...facts, clock, logger, metrics, notices, tries, throttle, ephemeral }
  const apps = createPostgresTotpStore({ database })
  const hasApp = async (tenantId: TenantId, id: AccountId, within?: Transaction) =>
    (await apps.find(tenantId, id, within)) !== undefined
  const keys = createPostgresPasskeyStore({ database })
  const countKeys = async (tenantId: TenantId, accountId: AccountId, within?: Transaction) =>
    (await keys.list({ tenantId, accountId }, within)).length
  const recoveryCodes = createRecoveryCodes({
    ...common,
    store: createPostgresRecoveryCodeStore({ database }),
    backedUp: {
      count: async (tenantId, id, within) =>
        (await countKeys(tenantId, id, within)) + Number(await hasApp(tenantId, id, within)),
    },
  })
  const passkeys = createPasskeys({
    ...common,
    store: keys,
    tell: createPasskeyNotices({ ...facts, clock, formerAddresses }),
    otherWays: {
      isThereAnother: async ({ settings }, { tenantId, id }, within) =>
        settings.email_code !== 'off' ||
        (await passwords.hasPassword(tenantId, id, within)) ||
        connectedAccounts.wasUsed(tenantId, id, within),
      async isNeeded(tenant, account, within) {
        if (secondFactorRule(tenant.settings, account.groups) === 'passkey') return true
        return !(await hasApp(tenant.id, account.id, within)) && isDemanded(tenant, account)
      },
      async lastIsGone(account, actor, within) {
        if (await hasApp(account.tenantId, account.id, within)) return
        await recoveryCodes.remove(account, actor, within)
      },
    },
  })
  const others = { isDemanded, count: countKeys, backups: recoveryCodes }
  const totp = createTotp({ ...common, store: apps, others })
  const remove = createRemovals({ ...facts, database, clock, totp, recoveryCodes, hasApp, keys })
  return {
    passkeys,
    recoveryCodes,
    totp,
    factorResets: createFactorResets({ ...facts, notices, remove }),
  }
}

/** How each kind is taken away, and what says how many there were. */
function createRemovals(deps: {
  readonly database: Database
  readonly clock: Clock
  readonly audit: Audit
  readonly totp: PriorCredential
  readonly recoveryCodes: Pick<RecoveryCodes, 'count' | 'remove'>
  readonly keys: PasskeyStore
  readonly hasApp: (...whose: Parameters<RecoveryCodes['count']>) => Promise<boolean>
}): Readonly<Record<FactorKind, RemoveFactor>> {
  const { database, clock, audit, totp, recoveryCodes, keys, hasApp } = deps
  const trusted = createPostgresTrustedDeviceStore({ database, clock })
  return {
    async totp(account, actor, within) {
      const had = await hasApp(account.tenantId, account.id, within)
      await totp.remove(account, actor, within)
      return Number(had)
    },
    async recoveryCodes(account, actor, within) {
      const left = await recoveryCodes.count(account.tenantId, account.id, within)
      await recoveryCodes.remove(account, actor, within)
      return left
    },
    passkeys: createRemoveAllPasskeys({ store: keys, audit }),
    trustedDevices: (account, _actor, within) => trusted.removeAll(account, within),
  }
}
