import type { Accounts } from '#account/account.ts'
import type { SignInDeps } from '#api/auth/auth.ts'
import { loginEndpoint } from '#api/auth/login.ts'
import { meEndpoint } from '#api/auth/me.ts'
import { createPendingSignIns } from '#api/auth/pending-sign-ins.ts'
import { refreshEndpoint } from '#api/auth/refresh.ts'
import { createCallerOf } from '#api/caller.ts'
import { createCors } from '#api/cors.ts'
import { createApi } from '#api/router.ts'
import type { ApiDeps } from '#api/router.ts'
import type { Clients } from '#client/client.ts'
import type { PasswordLogin } from '#login/login.ts'
import type { DeviceCookies } from '#login/password/password.ts'
import { createDirectTokens } from '#oidc/direct/service.ts'
import type { DirectTokenDeps } from '#oidc/direct/service.ts'
import type { ArtifactStore } from '#oidc/oidc.ts'
import type { Ephemeral } from '#storage/storage.ts'

export type JsonApiDeps = Pick<DirectTokenDeps, 'registry' | 'keys' | 'clock'> &
  Pick<ApiDeps, 'requesterOf'> & {
    readonly accounts: Accounts
    readonly artifacts: ArtifactStore
    readonly clients: Clients
    readonly devices: DeviceCookies
    readonly ephemeral: Ephemeral
    readonly passwords: PasswordLogin
  }

/** The composition of `/api/v1`. */
export function createJsonApi(deps: JsonApiDeps) {
  const { accounts, devices, passwords } = deps
  const direct = createDirectTokens({ ...deps, store: deps.artifacts })
  const signIn: SignInDeps = {
    password: passwords,
    accounts,
    pending: createPendingSignIns(deps.ephemeral),
    // nothing but a password can be proved here yet
    policy: { missing: async () => [] },
    issueDevice: ({ id }, accountId) => devices.issue(id, accountId),
  }
  return createApi({
    ...deps,
    cors: createCors(deps),
    callerOf: createCallerOf({ accounts, direct }),
    endpoints: [loginEndpoint({ ...signIn, direct }), refreshEndpoint({ direct }), meEndpoint()],
  })
}
