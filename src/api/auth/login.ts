import { z } from 'zod'
import type { DirectTokens } from '#oidc/direct/direct.ts'
import { endpoint } from '../api.ts'
import type { Endpoint } from '../api.ts'
import type { SignInDeps } from './auth.ts'
import { directCall } from './clients.ts'
import { clientFields, email, password } from './fields.ts'
import { createSignIn } from './sign-in.ts'
import { deviceField, notSignedIn, sign, signedIn } from './sign.ts'

export type LoginDeps = SignInDeps & { readonly direct: Pick<DirectTokens, 'asClient'> }

export function loginEndpoint(deps: LoginDeps): Endpoint {
  const signIn = createSignIn(deps)

  return endpoint({
    method: 'post',
    path: '/auth/login',
    summary: 'Sign in with e-mail address and password',
    security: 'client',
    body: z.strictObject({ ...clientFields, email, password, device_token: deviceField }),
    answers: signedIn,
    refusals: notSignedIn,
    handle: (call) => {
      const { tenant, requester, body } = call
      const { email, password, device_token: deviceCookie } = body
      const attempt = { tenant, email, password, requester: { ...requester, deviceCookie } }
      return sign(deps, directCall(call), (client) => signIn.byPassword(client, attempt))
    },
  })
}
