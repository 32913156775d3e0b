import type { Router } from '@koa/router'
import type { Context } from 'koa'
import type { Accounts, Departures } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import type { Clients } from '#client/client.ts'
import type { Consents } from '#consent/consent.ts'
import type { Connections, Enforcement } from '#federation/federation.ts'
import type { ConnectedAccounts } from '#federation/identity/identity.ts'
import type { Csrf, ReadForm, SealedCookies } from '#http/http.ts'
import type { Clock } from '#kit/clock.ts'
import type { EmailChanges } from '#login/email-change/email-change.ts'
import type { BrowserCookie } from '#login/email-code/email-code.ts'
import type { Passkeys } from '#login/passkey/passkey.ts'
import type { PasswordChanges } from '#login/password/change/change.ts'
import type { DeviceCookies, Passwords } from '#login/password/password.ts'
import type { RecoveryCodes } from '#login/recovery-code/recovery-code.ts'
import type { Totp } from '#login/totp/totp.ts'
import type { TrustedDevices } from '#login/trusted-device/trusted-device.ts'
import type { AccountClient } from '#oidc/oidc.ts'
import type { Sessions } from '#session/session.ts'
import type { Ephemeral } from '#storage/storage.ts'
import type { PageOf } from '#tenant/tenant.ts'
import { createActivitySection } from './activity-section.ts'
import { createAppsSection } from './apps-section.ts'
import { createAttemptCookie } from './cookies.ts'
import { createConnectedSection } from './connected-section.ts'
import { createDataSection } from './data-section.ts'
import { createEmailSection } from './email-section.ts'
import { createExport } from './export.ts'
import type { ExportPart } from './export.ts'
import { createLeaveSection } from './leave-section.ts'
import { createLinkErrands } from './link-errands.ts'
import { createLinkArrivals, createLinkRouter } from './link-routes.ts'
import type { LinkRouteDeps } from './link-routes.ts'
import { createMethodsSection } from './methods-section.ts'
import { createNotices } from './notices.ts'
import { createPasskeysSection } from './passkeys-section.ts'
import type { AcrToChange, DescribeDevice, Visit } from './portal.ts'
import { createProfileSection } from './profile-section.ts'
import { createRecoveryCodesSection } from './recovery-codes-section.ts'
import { createPortalRouter } from './routes.ts'
import { createSessionsSection } from './sessions-section.ts'
import { createPortalSessions } from './sessions.ts'
import { createPortalSignIn } from './sign-in.ts'
import { createTrustedDevicesSection } from './trusted-devices-section.ts'
import { createTwoStepSection } from './two-step-section.ts'
import { createPortalVisits } from './visit.ts'

export type PortalInput = Omit<LinkRouteDeps, 'linkErrands' | 'connections'> & {
  readonly client: AccountClient
  readonly accounts: Accounts
  readonly audit: Audit
  readonly departures: Departures
  readonly passwords: Passwords
  readonly passwordChanges: PasswordChanges
  readonly passkeys: Passkeys
  readonly connectedAccounts: ConnectedAccounts
  readonly connections: Connections
  readonly enforcement: Pick<Enforcement, 'stands'>
  readonly totp: Totp
  readonly recoveryCodes: RecoveryCodes
  readonly emailChanges: EmailChanges
  readonly browserCookie: BrowserCookie
  readonly sessions: Sessions
  readonly trustedDevices: TrustedDevices
  readonly clients: Clients
  readonly givenConsents: Consents
  readonly deviceOf: DescribeDevice
  readonly exportParts: Readonly<Record<string, ExportPart>>
  readonly ephemeral: Ephemeral
  readonly sealedCookies: SealedCookies
  readonly csrf: Csrf
  readonly readForm: ReadForm
  readonly devices: DeviceCookies
  readonly acrToChange: AcrToChange
  readonly requesterOf: (ctx: Context) => Visit['requester']
  readonly pageOf: PageOf
  readonly clock: Clock
}

/** The whole of My account: its pages, the way out to connect an account elsewhere, and the way back. */
export function createPortal(input: PortalInput) {
  const linking = { ...input, linkErrands: createLinkErrands(input) }
  return {
    routers: [createPages(linking), createLinkRouter(linking)],
    linkArrivals: createLinkArrivals(linking),
  }
}

function createPages(input: PortalInput & Pick<LinkRouteDeps, 'linkErrands'>): Router {
  const own = { ...input, sessions: createPortalSessions(input) }
  const consents = input.givenConsents
  const exportOf = createExport({ ...input, consents, parts: input.exportParts })
  const notices = createNotices(input.ephemeral)
  return createPortalRouter({
    ...own,
    visit: createPortalVisits(own),
    signIn: createPortalSignIn({
      ...own,
      attempts: createAttemptCookie(input.sealedCookies),
      ipOf: (ctx) => input.requesterOf(ctx).ip,
    }),
    sections: [
      createProfileSection({ ...input, notices }),
      createMethodsSection({ ...input, notices }),
      createPasskeysSection({ ...input, notices }),
      createConnectedSection(input),
      createEmailSection({ ...input, notices }),
      createTwoStepSection({ ...input, notices }),
      createRecoveryCodesSection({ ...input, notices }),
      createSessionsSection({ ...input, notices }),
      createTrustedDevicesSection({ ...input, notices }),
      createAppsSection({ ...input, consents, notices }),
      createActivitySection(input),
      createLeaveSection(input),
      createDataSection({ ...input, exportOf }),
    ],
  })
}
