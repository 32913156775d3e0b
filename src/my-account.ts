import { createDepartures } from '#account/departure.ts'
import type { DepartureDeps } from '#account/departure.ts'
import { accountClientSecret } from '#client/client.ts'
import type { ConsentStore } from '#consent/consent.ts'
import { createConsents } from '#consent/service.ts'
import { createSealedCookies } from '#http/cookies.ts'
import { createCsrf } from '#http/csrf.ts'
import { readForm } from '#http/form.ts'
import type { KeyDeriver, Sealer } from '#kit/sealer.ts'
import type { EmailChanges } from '#login/email-change/email-change.ts'
import { authenticatorName, type PasskeyOwner } from '#login/passkey/passkey.ts'
import type { Factors } from '#login/login.ts'
import type { Passwords } from '#login/password/password.ts'
import type { AgreementStore } from '#login/registration/registration.ts'
import type { Risks } from '#login/risk/risk.ts'
import type { Outbox } from '#mail/mail.ts'
import { createAccountClient } from '#oidc/account-client.ts'
import type { AccountClientDeps } from '#oidc/account-client.ts'
import type { createArtifactEnder } from '#oidc/ender.ts'
import type { ArtifactStore } from '#oidc/oidc.ts'
import { createLeavingNotice } from '#portal/leaving-notice.ts'
import type { ExportPart } from '#portal/export.ts'
import { createPortal } from '#portal/service.ts'
import type { PortalInput } from '#portal/service.ts'
import { deviceOf } from '#session/device.ts'
import type { Tenants } from '#tenant/tenant.ts'
import { createAcrToChange } from './sign-in-policy.ts'

export type OwnAffairsDeps = Omit<DepartureDeps, 'noticeFor'> & {
  readonly consents: ConsentStore
  readonly ender: ReturnType<typeof createArtifactEnder>
  readonly tenants: Tenants
  readonly outbox: Outbox
  readonly emailChanges: Pick<EmailChanges, 'formerAddresses'>
}

/** What people decide about themselves beyond how they sign in: what applications may do, and whether they stay. */
export function createOwnAffairs(deps: OwnAffairsDeps) {
  return {
    givenConsents: createConsents({ ...deps, store: deps.consents }),
    departures: createDepartures({
      ...deps,
      noticeFor: createLeavingNotice({
        ...deps,
        formerAddresses: deps.emailChanges.formerAddresses,
      }),
    }),
  }
}

type MadeHere =
  | 'acrToChange'
  | 'client'
  | 'deviceOf'
  | 'exportParts'
  | 'sealedCookies'
  | 'csrf'
  | 'readForm'

export type MyAccountDeps = Omit<PortalInput, MadeHere> &
  Pick<AccountClientDeps, 'registry' | 'keys'> & {
    readonly artifacts: ArtifactStore
    readonly keyring: KeyDeriver
    readonly agreements: Pick<AgreementStore, 'list'>
    readonly factors: Factors
    readonly passwords: Passwords
    readonly risks: Pick<Risks, 'habitsOf'>
    readonly sealer: Sealer
  }

/** The composition of My account. */
export function createMyAccount(deps: MyAccountDeps) {
  const { keyring, passwords } = deps
  const exportedPasskeys = async (owner: PasskeyOwner) =>
    (await deps.passkeys.list(owner)).map((one) => ({
      id: one.credentialId,
      name: one.name ?? authenticatorName(one.aaguid),
      synced: one.backupEligible,
      created_at: one.createdAt,
      last_used_at: one.lastUsedAt,
    }))
  return createPortal({
    ...deps,
    client: createAccountClient({
      ...deps,
      store: deps.artifacts,
      secretOf: (tenantId) => accountClientSecret(keyring, tenantId),
    }),
    deviceOf: (userAgent) => {
      const { browser, system } = deviceOf({ 'user-agent': userAgent })
      return browser === undefined && system === undefined ? undefined : { browser, system }
    },
    acrToChange: createAcrToChange(deps),
    exportParts: {
      credentials: async ({ tenant, account }) => {
        const app = await deps.totp.find(tenant.id, account.id)
        const codes = await deps.recoveryCodes.find(tenant.id, account.id)
        return {
          password: await passwords.hasPassword(tenant.id, account.id),
          passkeys: await exportedPasskeys({ tenantId: tenant.id, accountId: account.id }),
          authenticator_app: app && { set_up_at: app.enrolledAt, last_used_at: app.lastUsedAt },
          recovery_codes: codes && { made_at: codes.madeAt, left: codes.left },
        }
      },
      connected_accounts: async ({ tenant, account }) =>
        (await deps.connectedAccounts.list(tenant.id, account.id)).map((one) => ({
          connection: one.connectionId,
          issuer: one.issuer,
          subject: one.subject,
          email: one.email,
          connected_at: one.createdAt,
          last_used_at: one.lastUsedAt,
        })),
      former_addresses: async ({ account }) =>
        deps.emailChanges.formerAddresses(account, undefined),
      ...whereAndWhen(deps),
      agreements: async ({ tenant, account }) => {
        const given = await deps.agreements.list(tenant.id, account.id)
        return given.map(({ document, version, agreedAt }) => ({
          document,
          version,
          agreed_at: agreedAt,
        }))
      },
    },
    sealedCookies: createSealedCookies(deps),
    csrf: createCsrf(keyring.deriveAll('csrf')),
    readForm,
  })
}

/** What is known of where and when a person signs in, for the export. */
function whereAndWhen(deps: MyAccountDeps): Readonly<Record<string, ExportPart>> {
  return {
    sign_in_habits: async ({ account }) => deps.risks.habitsOf(account),
    trusted_devices: async ({ tenant, account }) => {
      const trusted = await deps.trustedDevices.list(tenant, account)
      return trusted.map(({ device, place, trustedAt, lastUsedAt, expiresAt }) => {
        const times = { last_used_at: lastUsedAt, expires_at: expiresAt }
        return { device, place, trusted_at: trustedAt, ...times }
      })
    },
    sessions: async ({ tenant, account }) => {
      const owned = await deps.sessions.list({ tenantId: tenant.id, id: account.id })
      return owned.map(({ device, ip, place, openedAt, lastSeenAt, amr }) => {
        const seen = { opened_at: openedAt, last_seen_at: lastSeenAt }
        return { device, ip, place, ...seen, amr }
      })
    },
  }
}
