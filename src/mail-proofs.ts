import type { Accounts } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import type { RemoveAllIdentities } from '#federation/identity/identity.ts'
import { cookies } from '#http/cookies.ts'
import type { Clock } from '#kit/clock.ts'
import type { KeyDeriver } from '#kit/sealer.ts'
import { createBrowserCookie } from '#login/email-code/browser-cookie.ts'
import type { PriorCredential } from '#login/email-code/email-code.ts'
import { createEmailCodeLogin } from '#login/email-code/login.ts'
import { createForeignMailbox } from '#login/email-code/foreign-mailbox.ts'
import { createEmailVerification } from '#login/email-code/verification.ts'
import { createMailboxOwnership } from '#login/email-code/ownership.ts'
import { createEmailSecondStep } from '#login/email-code/second-step.ts'
import { createEmailCodes } from '#login/email-code/service.ts'
import { createPostgresPasskeyStore } from '#login/passkey/postgres.ts'
import { createRemoveAllPasskeys } from '#login/passkey/service.ts'
import { createDeviceCookies } from '#login/password/device-cookie.ts'
import type { Passwords } from '#login/password/password.ts'
import { createInvitations } from '#login/registration/invitations.ts'
import {
  createPostgresAgreementStore,
  createPostgresInvitationStore,
} from '#login/registration/postgres.ts'
import { createRegistrations } from '#login/registration/service.ts'
import { createPostgresHabitStore } from '#login/risk/postgres.ts'
import { createPostgresTrustedDeviceStore } from '#login/trusted-device/postgres.ts'
import type { Outbox } from '#mail/mail.ts'
import type { Logger, Metrics } from '#telemetry/telemetry.ts'
import type { Stores } from './stores.ts'

export type MailProofFacts = {
  readonly accounts: Accounts
  readonly audit: Audit
  readonly outbox: Outbox
  readonly passwords: Passwords
  readonly totp: PriorCredential
  readonly recoveryCodes: PriorCredential
  readonly removeAllIdentities: RemoveAllIdentities
  readonly keyring: KeyDeriver
}

type Input = { readonly clock: Clock; readonly logger: Logger; readonly metrics: Metrics }

/** Proofs of a mailbox, the browsers they belong to, and who comes in by one. */
export function createMailProofs(
  { clock, logger, metrics }: Input,
  { database, ephemeral, throttle }: Stores,
  facts: MailProofFacts,
) {
  const { accounts, audit, outbox, passwords, keyring: keys } = facts
  const devices = createDeviceCookies({ keys, clock })
  const about = { clock, logger, metrics }
  const emailCodes = createEmailCodes({ ...about, ...facts, ephemeral, throttle, devices, keys })
  const trustedDevices = createPostgresTrustedDeviceStore({ database, clock })
  const habits = createPostgresHabitStore({ database, clock })
  const priorCredentials: readonly PriorCredential[] = [
    { remove: (account, actor, within) => passwords.removePassword({ account, actor }, within) },
    { remove: (account, _actor, within) => habits.remove(account, within) },
    { remove: (account, _actor, within) => trustedDevices.removeAll(account, within) },
    facts.totp,
    facts.recoveryCodes,
    {
      remove: createRemoveAllPasskeys({ store: createPostgresPasskeyStore({ database }), audit }),
    },
  ]
  const allCredentials = [...priorCredentials, { remove: facts.removeAllIdentities }]
  const owned = { accounts, audit, clock, credentials: allCredentials }
  const ownership = createMailboxOwnership(owned)
  const store = createPostgresInvitationStore({ database })
  const agreements = createPostgresAgreementStore({ database })
  const change = { ...facts, clock, transactor: database }
  return {
    devices,
    priorCredentials,
    allCredentials,
    emailCodes,
    ownership,
    agreements,
    emailCode: createEmailCodeLogin({ emailCodes, ownership, accounts, audit, metrics }),
    emailSecondStep: createEmailSecondStep({ emailCodes, accounts, audit, metrics }),
    emailVerification: createEmailVerification({ ...about, emailCodes, accounts, audit }),
    foreignMailbox: createForeignMailbox({ ...about, emailCodes, audit }),
    registrations: createRegistrations({ ...change, emailCodes, agreements, invitations: store }),
    invitations: createInvitations({ ...change, store, outbox }),
    browserCookie: createBrowserCookie(cookies),
  }
}
