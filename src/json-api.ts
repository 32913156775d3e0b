import type { Accounts } from '#account/account.ts'
import type { SignInDeps } from '#api/auth/auth.ts'
import { loginEndpoint } from '#api/auth/login.ts'
import { login2faEndpoints } from '#api/auth/login-2fa.ts'
import type { Login2faDeps } from '#api/auth/login-2fa.ts'
import { meEndpoint } from '#api/auth/me.ts'
import { createPendingSignIns } from '#api/auth/pending-sign-ins.ts'
import { createGlassNotice } from '#interaction/federation/glass.ts'
import { createNewDeviceNotice } from '#interaction/new-device.ts'
import type { NewDeviceDeps } from '#interaction/new-device.ts'
import { magicLinkEndpoints } from '#api/auth/magic-link.ts'
import { forgotPasswordEndpoint, resetPasswordEndpoint } from '#api/auth/reset-password.ts'
import { createMailboxProofs } from '#api/auth/mailbox-proofs.ts'
import { registerEndpoint, verifyEmailEndpoint } from '#api/auth/register.ts'
import type { RegisterDeps } from '#api/auth/register.ts'
import type { ResetDeps } from '#api/auth/reset-password.ts'
import type { EmailCodeLogin, EmailCodes } from '#login/email-code/email-code.ts'
import type { Invitations, Registrations } from '#login/registration/registration.ts'
import type { PasswordChanges } from '#login/password/change/change.ts'
import { createLinkCodes, createSsoCodes } from '#api/auth/sso-codes.ts'
import { linkEndpoints } from '#api/auth/sso-link.ts'
import { createLinkTickets } from '#api/auth/sso-link-start.ts'
import { ssoEndpoints } from '#api/auth/sso.ts'
import { passkeySignInEndpoints } from '#api/auth/passkey-sign-in.ts'
import { connectedEndpoints, type ConnectedDeps } from '#api/auth/connected.ts'
import { upstreamTokenEndpoint, type UpstreamTokenDeps } from '#api/auth/upstream-token.ts'
import { passkeyEndpoints } from '#api/auth/passkeys.ts'
import type { PasskeyDeps } from '#api/auth/passkeys.ts'
import { refreshEndpoint } from '#api/auth/refresh.ts'
import { sessionEndpoints } from '#api/auth/sessions.ts'
import { twoStepEndpoints } from '#api/auth/two-step.ts'
import type { TwoStepDeps } from '#api/auth/two-step.ts'
import { connectionEndpoints } from '#api/connections/connections.ts'
import type { ConnectionApiDeps } from '#api/connections/named.ts'
import { createCallerOf } from '#api/caller.ts'
import { createCors } from '#api/cors.ts'
import { createApi } from '#api/router.ts'
import type { ApiDeps } from '#api/router.ts'
import type { Clients } from '#client/client.ts'
import type {
  Connections,
  Enforcement,
  Identities,
  TellAdministrators,
} from '#federation/federation.ts'
import type { Factors, PasswordLogin } from '#login/login.ts'
import type { DeviceCookies } from '#login/password/password.ts'
import { createDirectTokens } from '#oidc/direct/service.ts'
import type { DirectTokenDeps } from '#oidc/direct/service.ts'
import type { ArtifactStore } from '#oidc/oidc.ts'
import type { Sessions } from '#session/session.ts'
import type { Ephemeral } from '#storage/storage.ts'
import { isSecondFactorDemanded } from './factors.ts'
import { createAcrToAdminister, createAcrToChange, createSignInPolicy } from './sign-in-policy.ts'
import { withEnforcement } from './sign-in-enforcement.ts'
import { withDoubts, type SignInDoubtDeps } from './sign-in-doubts.ts'

export type JsonApiDeps = NewDeviceDeps &
  SignInDoubtDeps &
  Pick<
    Login2faDeps,
    'totp' | 'recoveryCodes' | 'passkeys' | 'emailSecondStep' | 'emailVerification'
  > &
  Pick<PasskeyDeps, 'passkeys'> &
  Pick<ConnectedDeps, 'connectedAccounts'> &
  UpstreamTokenDeps &
  Pick<TwoStepDeps, 'totp' | 'recoveryCodes' | 'passkeys'> &
  Omit<ConnectionApiDeps, 'acrToAdminister' | 'clock'> &
  Pick<DirectTokenDeps, 'registry' | 'keys' | 'clock'> &
  Pick<ApiDeps, 'requesterOf'> & {
    readonly accounts: Accounts
    readonly artifacts: ArtifactStore
    readonly clients: Clients
    readonly devices: DeviceCookies
    readonly connections: Pick<Connections, 'find'>
    readonly enforcement: Enforcement
    readonly tellAdministrators: TellAdministrators
    readonly identities: Pick<Identities, 'linkKept'>
    readonly ephemeral: Ephemeral
    readonly emailCode: EmailCodeLogin
    readonly emailCodes: EmailCodes
    readonly registrations: Registrations
    readonly invitations: Invitations
    readonly factors: Factors
    readonly passwords: PasswordLogin
    readonly sessions: Sessions
    readonly passwordChanges: PasswordChanges
  }

/** The composition of `/api/v1`. */
export function createJsonApi(deps: JsonApiDeps) {
  const { accounts, devices, emailCode, passwords } = deps
  const acrToChange = createAcrToChange(deps)
  const own = {
    ...deps,
    password: passwords,
    acrToChange,
    acrToAdminister: createAcrToAdminister(acrToChange),
    isDemanded: isSecondFactorDemanded,
  }
  const direct = createDirectTokens({ ...deps, store: deps.artifacts })
  const signIn: SignInDeps = {
    password: passwords,
    emailCode,
    accounts,
    pending: createPendingSignIns(deps.ephemeral),
    enforcement: deps.enforcement,
    policy: withEnforcement(withDoubts(createSignInPolicy(deps), deps), deps),
    issueDevice: ({ id }, accountId) => devices.issue(id, accountId),
    noticeNewDevice: createNewDeviceNotice(deps),
    tellOfGlass: createGlassNotice(deps),
  }
  const login = { ...signIn, direct }
  const reset: ResetDeps = {
    ...deps,
    direct,
    proofs: createMailboxProofs(deps.ephemeral, 'api_reset'),
  }
  const register: RegisterDeps = {
    ...deps,
    ...login,
    applicants: createMailboxProofs(deps.ephemeral, 'api_applicant'),
  }
  return createApi({
    ...deps,
    cors: createCors(deps),
    callerOf: createCallerOf({ ...deps, direct }),
    endpoints: [
      loginEndpoint(login),
      ...login2faEndpoints({ ...deps, ...login }),
      ...ssoEndpoints({ ...deps, ...login, ssoCodes: createSsoCodes(deps.ephemeral) }),
      ...linkEndpoints({ ...own, ...linkStepsIn(deps.ephemeral) }),
      ...magicLinkEndpoints(login),
      registerEndpoint(register),
      verifyEmailEndpoint(register),
      refreshEndpoint({ direct }),
      meEndpoint(),
      ...sessionEndpoints(deps),
      ...connectionEndpoints(own),
      ...twoStepEndpoints(own),
      ...passkeyEndpoints(own),
      ...connectedEndpoints(own),
      upstreamTokenEndpoint(own),
      ...passkeySignInEndpoints({ ...deps, ...login }),
      forgotPasswordEndpoint(reset),
      resetPasswordEndpoint(reset),
    ],
  })
}

const linkStepsIn = (ephemeral: Ephemeral) => ({
  linkTickets: createLinkTickets(ephemeral),
  linkCodes: createLinkCodes(ephemeral),
})
