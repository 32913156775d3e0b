import { z } from 'zod'
import { codeLifetime } from '#login/email-code/email-code.ts'
import { methodIds } from '#login/login.ts'
import { challengeLifetime } from '#login/passkey/passkey.ts'
import { endpoint } from '../api.ts'
import type { Call, Endpoint } from '../api.ts'
import { clientRefusals, directCall, refusedClient } from './clients.ts'
import { clientFields, password, plainText } from './fields.ts'
import { codeField, joinHandle, mailed, splitHandle } from './handle.ts'
import type { LoginDeps } from './login.ts'
import { credentialField, passkeyOptions } from './passkey-fields.ts'
import { createSecondStep, mailTo, stepBinding } from './second-step.ts'
import type { SecondStepDeps, Step, Waiting } from './second-step.ts'
import { deviceField, notSignedIn, sign, signedIn } from './sign.ts'

export type Login2faDeps = LoginDeps & SecondStepDeps

/** One more proof, where `/auth/login` answered `api.mfa_required`; and what has to be asked for before. */
export function login2faEndpoints(deps: Login2faDeps): readonly Endpoint[] {
  return [proveEndpoint(deps), emailEndpoint(deps), passkeyEndpoint(deps)]
}

const handle = plainText(100).describe('As `api.mfa_required` answered it')
const waitingFields = { ...clientFields, handle, device_token: deviceField }
const waitingRefusals = [...clientRefusals, 'api.sign_in_over', 'api.method_off'] as const

function proveEndpoint(deps: Login2faDeps): Endpoint {
  const secondStep = createSecondStep(deps)

  return endpoint({
    method: 'post',
    path: '/auth/login/2fa',
    summary: 'Go on with a sign-in that waits for one more proof',
    security: 'client',
    body: z.strictObject({
      ...waitingFields,
      method: z.enum(methodIds).describe('One of those that `api.mfa_required` named'),
      code: codeField.describe('For `totp`, `recovery_code` and `email_code`').optional(),
      mail_handle: plainText(200)
        .describe('For `email_code`: as the request for the mail answered it')
        .optional(),
      password: password.describe('For `password`').optional(),
      credential: credentialField
        .describe('For `passkey`: `PublicKeyCredential.toJSON()`')
        .optional(),
    }),
    answers: signedIn,
    refusals: [
      ...notSignedIn,
      'api.sign_in_over',
      'api.method_off',
      'api.factor_locked',
      'api.passkey_refused',
      'api.invalid_input',
    ],
    handle: async (call) => {
      const step = stepOf(call.body)
      if ('field' in step) return { refused: 'api.invalid_input', details: [step] }
      return sign(deps, directCall(call), (client) =>
        secondStep.prove(client, waitingOf(call), step),
      )
    },
  })
}

function emailEndpoint(deps: Login2faDeps): Endpoint {
  const { ask } = createSecondStep(deps)

  return endpoint({
    method: 'post',
    path: '/auth/login/2fa/email',
    summary: 'Mail the code of the method `email_code`',
    security: 'client',
    body: z.strictObject(waitingFields),
    answers: { 202: { description: 'It is on its way', schema: mailed } },
    refusals: waitingRefusals,
    handle: async (call) => {
      const waiting = waitingOf(call)
      // who waits is the one who asks: asked again too soon, it is the same code and no other mail
      const browser = waiting.handle
      const outcome = await deps.direct.asClient(directCall(call), (client) =>
        ask(client, waiting, 'email_code', (account) => mailTo(account, waiting, browser, deps)),
      )
      if (outcome.kind === 'refused') return refusedClient(outcome, 'api.sign_in_over')
      if (outcome.kind !== 'done') throw new Error('tokens without a proof')
      const { result } = outcome
      if ('refused' in result) return result
      const sent = { handle: joinHandle({ handle: result.handle, browser }) }
      return { status: 202, body: { ...sent, expires_in: codeLifetime } }
    },
  })
}

function passkeyEndpoint(deps: Login2faDeps): Endpoint {
  const { ask } = createSecondStep(deps)

  return endpoint({
    method: 'post',
    path: '/auth/login/2fa/passkey',
    summary: 'What a browser needs for the method `passkey`',
    security: 'client',
    body: z.strictObject(waitingFields),
    answers: { 200: { description: 'For one answer', schema: passkeyOptions } },
    refusals: waitingRefusals,
    handle: async (call) => {
      const { tenant } = call
      const waiting = waitingOf(call)
      const outcome = await deps.direct.asClient(directCall(call), (client) =>
        ask(client, waiting, 'passkey', ({ id: accountId }) =>
          deps.passkeys.request({ tenant, accountId, binding: stepBinding(waiting.handle) }),
        ),
      )
      if (outcome.kind === 'refused') return refusedClient(outcome, 'api.sign_in_over')
      if (outcome.kind !== 'done') throw new Error('tokens without a proof')
      const { result } = outcome
      if ('refused' in result) return result
      return { status: 200, body: { options: { ...result }, expires_in: challengeLifetime } }
    },
  })
}

type Asked = Pick<Call<unknown, unknown, unknown, 'client'>, 'tenant' | 'requester'> & {
  readonly body: { readonly handle: string; readonly device_token?: string | undefined }
}

function waitingOf({ tenant, requester, body }: Asked): Waiting {
  const { handle, device_token: deviceCookie } = body
  return { tenant, handle, requester: { ...requester, deviceCookie } }
}

type Given = {
  readonly method: Step['method']
  readonly code?: string | undefined
  readonly mail_handle?: string | undefined
  readonly password?: string | undefined
  readonly credential?: object | undefined
}

/** What the method needs; or the field that it lacks. */
function stepOf({ method, code, mail_handle: mail, password, credential }: Given) {
  switch (method) {
    case 'password':
      return password === undefined ? lacking('password') : { method, password }
    case 'passkey':
      if (credential === undefined) return lacking('credential')
      return { method, credential: JSON.stringify(credential) }
    case 'email_code':
      if (mail === undefined) return lacking('mail_handle')
      return code === undefined ? lacking('code') : { method, code, mail: splitHandle(mail) }
    case 'totp':
    case 'recovery_code':
      return code === undefined ? lacking('code') : { method, code }
  }
}

function lacking(field: string) {
  return { field, message: 'is needed for this method' }
}
