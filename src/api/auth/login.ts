import { z } from 'zod'
import type { AccountId } from '#kit/ids.ts'
import type { DirectTokens } from '#oidc/direct/direct.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { endpoint } from '../api.ts'
import type { Endpoint, Refused } from '../api.ts'
import type { SignInDeps } from './auth.ts'
import { clientRefusals, directCall, refusedClient, tokenBody } from './clients.ts'
import { clientFields, email, password, plainText, tokens } from './fields.ts'
import { createSignIn } from './sign-in.ts'
import type { NotSignedIn } from './sign-in.ts'

export type LoginDeps = SignInDeps & { readonly direct: DirectTokens }

export function loginEndpoint(deps: LoginDeps): Endpoint {
  const signIn = createSignIn(deps)

  return endpoint({
    method: 'post',
    path: '/auth/login',
    summary: 'Sign in with e-mail address and password',
    security: 'client',
    body: z.strictObject({
      ...clientFields,
      email,
      password,
      device_token: plainText(200)
        .describe('What the last sign-in from this device answered: others cannot lock it out')
        .optional(),
    }),
    answers: {
      200: {
        description: 'Signed in',
        schema: tokens.extend({
          device_token: z.string().describe('To be kept on the device, and sent next time'),
        }),
      },
    },
    refusals: [...clientRefusals, 'api.invalid_credentials', 'api.mfa_required', 'api.locked'],
    handle: async (call) => {
      const { tenant, requester: from, body } = call
      const { email, password, device_token: deviceCookie } = body
      const attempt = { tenant, email, password, requester: { ...from, deviceCookie } }
      let account: AccountId | undefined
      const outcome = await deps.direct.asClient(directCall(call), async (client) => {
        const result = await signIn(client, attempt)
        if (result.kind === 'sign_in') account = result.accountId
        return result
      })
      if (outcome.kind === 'refused') return refusedClient(outcome, 'api.invalid_credentials')
      if (outcome.kind === 'done') return notSignedIn(outcome.result)
      return {
        status: 200,
        body: { ...tokenBody(outcome), device_token: deviceOf(tenant, account) },
      }
    },
  })

  function deviceOf(tenant: Tenant, account: AccountId | undefined): string {
    if (account === undefined) throw new Error('tokens without an account')
    return deps.issueDevice(tenant, account)
  }
}

function notSignedIn(
  result: NotSignedIn,
): Refused<'api.invalid_credentials' | 'api.mfa_required' | 'api.throttled' | 'api.locked'> {
  switch (result.kind) {
    case 'refused':
      return { refused: 'api.invalid_credentials' }
    case 'throttled':
    case 'locked':
      return { refused: `api.${result.kind}`, retryAfter: result.retryAfter }
    case 'mfa_required': {
      const { handle, methods, expiresIn } = result
      return { refused: 'api.mfa_required', details: { handle, methods, expires_in: expiresIn } }
    }
  }
}
