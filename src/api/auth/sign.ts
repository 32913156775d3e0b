import { z } from 'zod'
import type { Client } from '#client/client.ts'
import type { AccountId } from '#kit/ids.ts'
import type { DirectCall, DirectTokens, Done, SignIn } from '#oidc/direct/direct.ts'
import type { Refused } from '../api.ts'
import type { RefusalCode } from '../refusals.ts'
import type { SignInDeps } from './auth.ts'
import { clientRefusals, refusedClient, tokenBody } from './clients.ts'
import { plainText, tokens } from './fields.ts'

/** Every way to sign in may send it: a mark that this device is the person's own. */
export const deviceField = plainText(200)
  .describe('What the last sign-in from this device answered: others cannot lock it out')
  .optional()

export const signedIn = {
  200: {
    description: 'Signed in',
    schema: tokens.extend({
      device_token: z.string().describe('To be kept on the device, and sent next time'),
    }),
  },
} as const

export const notSignedIn = [
  ...clientRefusals,
  'api.invalid_credentials',
  'api.code_wrong',
  'api.code_over',
  'api.locked',
  'api.mfa_required',
  'api.enrolment_required',
  'api.sign_in_refused',
  'api.sso_required',
] as const

type SignedIn = { readonly status: 200; readonly body: z.input<(typeof signedIn)[200]['schema']> }
type NotSigned = Refused<(typeof clientRefusals)[number] | 'api.invalid_credentials'>

/** Lets the engine authenticate the application, the work prove the person, and answers for both. */
export async function sign<Code extends RefusalCode>(
  deps: Pick<SignInDeps, 'issueDevice'> & { readonly direct: Pick<DirectTokens, 'asClient'> },
  call: DirectCall,
  work: (client: Client) => Promise<SignIn | Done<Refused<Code>>>,
): Promise<SignedIn | NotSigned | Refused<Code>> {
  let account: AccountId | undefined
  const outcome = await deps.direct.asClient(call, async (client) => {
    const result = await work(client)
    if (result.kind === 'sign_in') account = result.accountId
    return result
  })
  if (outcome.kind === 'refused') return refusedClient(outcome, 'api.invalid_credentials')
  if (outcome.kind === 'done') return outcome.result
  if (account === undefined) throw new Error('tokens without an account')
  const device_token = deps.issueDevice(call.tenant, account)
  return { status: 200, body: { ...tokenBody(outcome), device_token } }
}
