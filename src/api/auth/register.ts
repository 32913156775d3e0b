import { z } from 'zod'
import { epochSeconds } from '#kit/clock.ts'
import type { Clock } from '#kit/clock.ts'
import { codeLifetime } from '#login/email-code/email-code.ts'
import type { Proof, Requester } from '#login/login.ts'
import type {
  Applicant,
  Invitations,
  RegistrationProblem,
  Registrations,
} from '#login/registration/registration.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { endpoint } from '../api.ts'
import type { Endpoint, Refused } from '../api.ts'
import { clientRefusals, directCall, refusedClient } from './clients.ts'
import { clientFields, email, password, plainText } from './fields.ts'
import { codeField, handleField, joinHandle, mailed, newBrowser, splitHandle } from './handle.ts'
import type { LoginDeps } from './login.ts'
import type { MailboxProofs } from './mailbox-proofs.ts'
import { codeRefused, createSignIn } from './sign-in.ts'
import type { CodeRefused, NotSignedIn } from './sign-in.ts'
import { refuseEnforced } from './sso-required.ts'
import type { SsoRequired } from './sso-required.ts'
import { deviceField, notSignedIn, sign, signedIn } from './sign.ts'

export type RegisterDeps = LoginDeps & {
  readonly registrations: Pick<Registrations, 'begin' | 'verify' | 'create'>
  readonly invitations: Pick<Invitations, 'find'>
  readonly applicants: MailboxProofs<Applicant>
  readonly clock: Clock
}

/** The address is proved first; only then is there an account, and only then a password (Q62). */
export function registerEndpoint(deps: RegisterDeps): Endpoint {
  const { direct, registrations, invitations, enforcement } = deps

  return endpoint({
    method: 'post',
    path: '/auth/register',
    summary: 'Begin an account: a code is mailed to its address',
    security: 'client',
    body: z.strictObject({
      ...clientFields,
      email,
      name: plainText(200),
      agreed: z.boolean().describe('To the terms and the privacy policy, where there are any'),
      invitation: plainText(200).describe('Token of an invitation').optional(),
    }),
    answers: { 202: { description: 'The same for every address', schema: mailed } },
    refusals: [
      ...clientRefusals,
      'api.registration_closed',
      'api.registration_refused',
      'api.sso_required',
    ],
    handle: async (call) => {
      const { tenant, body } = call
      const { email, name, agreed } = body
      const browser = newBrowser()
      const outcome = await direct.asClient<Beginning>(directCall(call), async () => {
        const elsewhere = await refuseEnforced(tenant.id, email, enforcement)
        if (elsewhere) return { kind: 'done', result: elsewhere }
        const result = await registrations.begin({
          tenant,
          email,
          name,
          agreed,
          invitation: await invitations.find(tenant, body.invitation),
          browser,
          requester: { ...call.requester, deviceCookie: undefined },
          locale: tenant.settings.default_locale,
        })
        return { kind: 'done', result }
      })
      if (outcome.kind === 'refused') return refusedClient(outcome, 'api.client_refused')
      if (outcome.kind !== 'done') throw new Error('tokens nobody asked for')
      const { result } = outcome
      if ('refused' in result) return result
      if (result.outcome === 'refused') return refusedBeginning(result.reason)
      const handle = joinHandle({ handle: result.handle, browser })
      return { status: 202, body: { handle, expires_in: codeLifetime } }
    },
  })
}

type Beginning = Awaited<ReturnType<RegisterDeps['registrations']['begin']>> | SsoRequired

function refusedBeginning(
  reason: RegistrationProblem,
): Refused<'api.registration_closed' | 'api.registration_refused'> {
  if (reason === 'closed') return { refused: 'api.registration_closed' }
  return { refused: 'api.registration_refused', details: { reason } }
}

export function verifyEmailEndpoint(deps: RegisterDeps): Endpoint {
  const signIn = createSignIn(deps)

  return endpoint({
    method: 'post',
    path: '/auth/verify-email',
    summary: 'Prove the address, choose a password, and be signed in',
    security: 'client',
    body: z.strictObject({
      ...clientFields,
      handle: handleField,
      code: codeField,
      password: password
        .describe('May be left out where people sign in by mail. Refused? Send another')
        .optional(),
      device_token: deviceField,
    }),
    answers: signedIn,
    refusals: [...notSignedIn, 'api.password_refused'],
    handle: (call) => {
      const { tenant, body } = call
      const { handle, code, password, device_token: deviceCookie } = body
      const requester = { ...call.requester, deviceCookie }
      const asked = { tenant, handle, code, password, requester }
      return sign<Unregistered>(deps, directCall(call), async (client) => {
        const outcome = await register(deps, asked)
        if ('refused' in outcome) return { kind: 'done', result: outcome }
        return signIn.byProof(client, asked, outcome)
      })
    },
  })
}

type Unregistered = NotSignedIn['refused'] | 'api.password_refused'

type Registering = {
  readonly tenant: Tenant
  readonly handle: string
  readonly code: string
  readonly password: string | undefined
  readonly requester: Requester
}

/** Makes the account; the proof is what its owner has just given. */
async function register(
  deps: RegisterDeps,
  asked: Registering,
): Promise<Proof | CodeRefused | Refused<'api.password_refused'>> {
  const { tenant, handle, password, requester } = asked
  const applicant = await proveAddress(deps, asked)
  if ('refused' in applicant) return applicant
  const result = await deps.registrations.create({ tenant, applicant, password, requester })
  if (result.outcome === 'refused')
    return { refused: 'api.password_refused', details: { reason: result.reason } }
  await deps.applicants.claim(tenant, handle)
  if (result.outcome === 'over') return { refused: 'api.code_over' }
  const amr = password === undefined ? ['otp'] : ['otp', 'pwd'] // RFC 8176 §2
  const { id: accountId } = result.account
  return { method: 'email_code', accountId, amr, at: epochSeconds(deps.clock) }
}

/** Now, or by an earlier try whose password was refused. */
async function proveAddress(
  { registrations, applicants }: RegisterDeps,
  { tenant, handle, code, requester }: Registering,
): Promise<Applicant | CodeRefused> {
  const known = await applicants.find(tenant, handle)
  if (known) return known
  const mail = splitHandle(handle)
  if (!mail) return { refused: 'api.code_over' }
  const verdict = await registrations.verify({ tenant, code, requester, ...mail })
  if (verdict.kind !== 'proved') return codeRefused(verdict)
  await applicants.keep(tenant, handle, verdict.applicant)
  return verdict.applicant
}
