import { z } from 'zod'
import { newId } from '#kit/random.ts'
import { codeLifetime } from '#login/email-code/email-code.ts'
import { endpoint } from '../api.ts'
import type { Endpoint } from '../api.ts'
import { clientRefusals, directCall, refusedClient } from './clients.ts'
import { clientFields, email } from './fields.ts'
import { codeField, handleField, joinHandle, mailed, newBrowser, splitHandle } from './handle.ts'
import type { LoginDeps } from './login.ts'
import { createSignIn } from './sign-in.ts'
import { refuseEnforced } from './sso-required.ts'
import type { SsoRequired } from './sso-required.ts'
import { deviceField, notSignedIn, sign, signedIn } from './sign.ts'

/** A code by mail as the way to sign in: asked for, and typed. */
export function magicLinkEndpoints(deps: LoginDeps): readonly Endpoint[] {
  return [askEndpoint(deps), typeEndpoint(deps)]
}

function askEndpoint({ direct, emailCode, enforcement }: LoginDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/auth/magic-link',
    summary: 'Mail a code to sign in with, where the tenant allows it',
    security: 'client',
    body: z.strictObject({
      ...clientFields,
      email,
      device_token: deviceField,
    }),
    answers: { 202: { description: 'The same for every address', schema: mailed } },
    refusals: [...clientRefusals, 'api.method_off', 'api.sso_required'],
    handle: async (call) => {
      const { tenant, body } = call
      const browser = newBrowser()
      const outcome = await direct.asClient<Asked>(directCall(call), async () => {
        if (tenant.settings.email_code === 'off') return { kind: 'done', result: undefined }
        const elsewhere = await refuseEnforced(tenant.id, body.email, enforcement)
        if (elsewhere) return { kind: 'done', result: elsewhere }
        const { handle } = await emailCode.send({
          tenant,
          email: body.email,
          browser,
          uid: newId(), // no interaction: the link ends on a page that shows the code
          requester: { ...call.requester, deviceCookie: body.device_token },
          locale: tenant.settings.default_locale,
        })
        return { kind: 'done', result: { handle } }
      })
      if (outcome.kind === 'refused') return refusedClient(outcome, 'api.client_refused')
      const result = outcome.kind === 'done' ? outcome.result : undefined
      if (result === undefined) return { refused: 'api.method_off' }
      if ('refused' in result) return result
      const { handle } = result
      const answer = { handle: joinHandle({ handle, browser }), expires_in: codeLifetime }
      return { status: 202, body: answer }
    },
  })
}

type Asked = { readonly handle: string } | SsoRequired | undefined

function typeEndpoint(deps: LoginDeps): Endpoint {
  const signIn = createSignIn(deps)

  return endpoint({
    method: 'post',
    path: '/auth/magic-link/verify',
    summary: 'Sign in with the code that was mailed',
    security: 'client',
    body: z.strictObject({
      ...clientFields,
      handle: handleField,
      code: codeField,
      device_token: deviceField,
    }),
    answers: signedIn,
    refusals: notSignedIn,
    handle: (call) => {
      const { tenant, body } = call
      const requester = { ...call.requester, deviceCookie: body.device_token }
      const mail = splitHandle(body.handle)
      return sign(deps, directCall(call), async (client) =>
        mail
          ? signIn.byCode(client, { tenant, mail, code: body.code, requester })
          : { kind: 'done', result: { refused: 'api.code_over' } },
      )
    },
  })
}
