import type { Accounts } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import type { Clock } from '#kit/clock.ts'
import type { Sealer } from '#kit/sealer.ts'
import type { EmailChangeStore } from '#login/email-change/email-change.ts'
import { createFactorNotices } from '#login/factor-notice/mails.ts'
import { createPostgresFactorTries } from '#login/factor-tries/postgres.ts'
import type { PasswordHasher } from '#login/password/password.ts'
import { createPostgresRecoveryCodeStore } from '#login/recovery-code/postgres.ts'
import { createRecoveryCodes } from '#login/recovery-code/service.ts'
import { createPostgresTotpStore } from '#login/totp/postgres.ts'
import { createTotp } from '#login/totp/service.ts'
import type { OtherFactors } from '#login/totp/totp.ts'
import type { Outbox } from '#mail/mail.ts'
import type { Logger, Metrics } from '#telemetry/telemetry.ts'
import type { Stores } from './stores.ts'

export type SecondFactorFacts = Pick<OtherFactors, 'isDemanded'> & {
  readonly accounts: Accounts
  readonly audit: Audit
  readonly outbox: Outbox
  readonly sealer: Sealer
  readonly hasher: PasswordHasher
  readonly keptAddresses: EmailChangeStore
}

type Input = { readonly clock: Clock; readonly logger: Logger; readonly metrics: Metrics }

/** What people have besides their password, and what stands in for it. */
export function createSecondFactors(
  { clock, logger, metrics }: Input,
  { database, ephemeral, throttle }: Stores,
  facts: SecondFactorFacts,
) {
  const { keptAddresses, isDemanded } = facts
  const notices = createFactorNotices({
    ...facts,
    clock,
    formerAddresses: async ({ tenantId, id }, within) =>
      (await keptAddresses.list(tenantId, id, within)).map(({ oldEmail }) => oldEmail),
  })
  const tries = createPostgresFactorTries({ database, clock })
  const common = { ...facts, clock, logger, metrics, notices, tries, throttle, ephemeral }
  const apps = createPostgresTotpStore({ database })
  const recoveryCodes = createRecoveryCodes({
    ...common,
    store: createPostgresRecoveryCodeStore({ database }),
    backedUp: {
      count: async (tenantId, id, within) => ((await apps.find(tenantId, id, within)) ? 1 : 0),
    },
  })
  const others = { isDemanded, count: async () => 0, backups: recoveryCodes }
  return { recoveryCodes, totp: createTotp({ ...common, store: apps, others }) }
}
