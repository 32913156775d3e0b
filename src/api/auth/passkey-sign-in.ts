import { z } from 'zod'
import type { Client } from '#client/client.ts'
import { sha256 } from '#kit/hash.ts'
import { randomToken } from '#kit/random.ts'
import { challengeLifetime } from '#login/passkey/passkey.ts'
import type { PasskeyLogin } from '#login/passkey/passkey.ts'
import type { Done, SignIn } from '#oidc/direct/direct.ts'
import { endpoint } from '../api.ts'
import type { Endpoint, Refused } from '../api.ts'
import { clientRefusals, directCall, refusedClient } from './clients.ts'
import { clientFields, plainText } from './fields.ts'
import type { LoginDeps } from './login.ts'
import { credentialField, passkeyOptions } from './passkey-fields.ts'
import { passkeyRefused } from './second-step.ts'
import { createSignIn } from './sign-in.ts'
import type { NotSignedIn } from './sign-in.ts'
import { deviceField, notSignedIn, sign, signedIn } from './sign.ts'

export type PasskeySignInDeps = LoginDeps & { readonly passkeys: PasskeyLogin }

/** Signing in with a passkey and nothing else: the browser says who it is. */
export function passkeySignInEndpoints(deps: PasskeySignInDeps): readonly Endpoint[] {
  return [optionsEndpoint(deps), verifyEndpoint(deps)]
}

/** SECURITY: a challenge is for the application that asked, and the one who holds its handle (Q51). */
const bindingOf = ({ clientId }: Client, handle: string): string =>
  `api_sign_in:${clientId}:${sha256(handle)}`

function optionsEndpoint({ direct, passkeys }: PasskeySignInDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/passkeys/sign-in/options',
    summary: 'What a browser needs to sign in with a passkey, whoever it is',
    security: 'client',
    body: z.strictObject(clientFields),
    answers: {
      200: {
        description: 'The same for everybody, but for the challenge',
        schema: passkeyOptions.extend({ handle: z.string().describe('Goes with the answer') }),
      },
    },
    refusals: clientRefusals,
    handle: async (call) => {
      const handle = randomToken()
      const outcome = await direct.asClient(directCall(call), async (client) => {
        const binding = bindingOf(client, handle)
        const result = await passkeys.request({ tenant: call.tenant, binding })
        return { kind: 'done', result }
      })
      if (outcome.kind === 'refused') return refusedClient(outcome, 'api.client_refused')
      if (outcome.kind !== 'done') throw new Error('tokens without a proof')
      const options = { ...outcome.result }
      return { status: 200, body: { options, expires_in: challengeLifetime, handle } }
    },
  })
}

type Outcome = Promise<SignIn | Done<NotSignedIn | Refused<'api.passkey_refused'>>>

function verifyEndpoint(deps: PasskeySignInDeps): Endpoint {
  const signIn = createSignIn(deps)

  return endpoint({
    method: 'post',
    path: '/passkeys/sign-in/verify',
    summary: 'Sign in with the answer of a passkey',
    security: 'client',
    body: z.strictObject({
      ...clientFields,
      handle: plainText(100),
      credential: credentialField,
      device_token: deviceField,
    }),
    answers: signedIn,
    refusals: [...notSignedIn, 'api.passkey_refused'],
    handle: (call) => {
      const { tenant, body } = call
      const requester = { ...call.requester, deviceCookie: body.device_token }
      const credential = JSON.stringify(body.credential)
      return sign(deps, directCall(call), async (client): Outcome => {
        const binding = bindingOf(client, body.handle)
        const verdict = await deps.passkeys.verify({ tenant, requester, binding, credential })
        return verdict.kind === 'proved'
          ? signIn.byProof(client, { tenant, requester }, verdict.proof)
          : { kind: 'done', result: passkeyRefused(verdict) }
      })
    },
  })
}
