import type { Account, Accounts } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import type { Connections, HomeRealms } from '#federation/federation.ts'
import {
  createConnectedAccounts,
  createRemoveAllIdentities,
} from '#federation/identity/connected.ts'
import type { AccountRulesOf, KeepTokens } from '#federation/identity/identity.ts'
import { createIdentityNotices } from '#federation/identity/notices.ts'
import { createPostgresIdentityStore } from '#federation/identity/postgres.ts'
import { createIdentities } from '#federation/identity/service.ts'
import type { Clock } from '#kit/clock.ts'
import type { EmailChangeStore } from '#login/email-change/email-change.ts'
import type { PriorCredential } from '#login/email-code/email-code.ts'
import { createPostgresPasskeyStore } from '#login/passkey/postgres.ts'
import type { Passwords } from '#login/password/password.ts'
import type { Outbox } from '#mail/mail.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Metrics } from '#telemetry/telemetry.ts'
import type { Stores } from './stores.ts'

export type ConnectedAccountFacts = {
  readonly accounts: Accounts
  readonly audit: Audit
  readonly outbox: Outbox
  readonly keptAddresses: Pick<EmailChangeStore, 'list'>
  readonly passwords: Pick<Passwords, 'hasPassword'>
  readonly connections: Pick<Connections, 'find'>
  readonly homeRealms: HomeRealms
  readonly accountRulesOf: AccountRulesOf
  readonly keepTokens: KeepTokens
}

type Input = { readonly clock: Clock; readonly metrics: Metrics }

/** What people have elsewhere, and whose account that is here. */
export function createConnectedWays(
  { clock, metrics }: Input,
  { database, ephemeral }: Stores,
  facts: ConnectedAccountFacts,
) {
  const { keptAddresses, passwords } = facts
  const formerAddresses = async (
    { tenantId, id }: Pick<Account, 'tenantId' | 'id'>,
    within: Transaction | undefined,
  ) => (await keptAddresses.list(tenantId, id, within)).map(({ oldEmail }) => oldEmail)
  const store = createPostgresIdentityStore({ database })
  const passkeys = createPostgresPasskeyStore({ database })
  const tell = createIdentityNotices({ ...facts, clock, formerAddresses })
  const removeAll = createRemoveAllIdentities({ ...facts, store })
  const common = { ...facts, store, tell, clock, metrics }
  return {
    removeAllIdentities: removeAll,
    connectedAccounts: createConnectedAccounts({
      ...common,
      otherWays: async ({ settings }, { tenantId, id: accountId }, within) =>
        settings.email_code !== 'off' ||
        (await passwords.hasPassword(tenantId, accountId, within)) ||
        (await passkeys.list({ tenantId, accountId }, within)).length > 0,
    }),
    /** `credentials`: all but the identities themselves. */
    identitiesOver: (credentials: readonly PriorCredential[]) =>
      createIdentities({
        ...common,
        credentials,
        removeAll,
        rulesOf: facts.accountRulesOf,
        ephemeral,
        transactor: database,
      }),
  }
}
