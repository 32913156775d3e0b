import { z } from 'zod'
import { mayProve } from '#account/account.ts'
import type { Accounts } from '#account/account.ts'
import type { Enforcement } from '#federation/federation.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import type { AccountId } from '#kit/ids.ts'
import { codeLifetime } from '#login/email-code/email-code.ts'
import type { EmailCodes } from '#login/email-code/email-code.ts'
import type { PasswordChanges, ResetPasswordResult } from '#login/password/change/change.ts'
import type { Requester } from '#login/login.ts'
import type { DirectTokens } from '#oidc/direct/direct.ts'
import { mailFrameOf } from '#tenant/tenant.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { codeMail } from '#views/mail/code-mail.ts'
import { endpoint } from '../api.ts'
import type { Endpoint, Refused } from '../api.ts'
import { clientRefusals, directCall, refusedClient } from './clients.ts'
import { clientFields, email, password } from './fields.ts'
import { codeField, handleField, joinHandle, mailed, newBrowser, splitHandle } from './handle.ts'
import type { MailboxProofs } from './mailbox-proofs.ts'
import { codeRefused } from './sign-in.ts'
import type { CodeRefused } from './sign-in.ts'
import { refuseEnforced } from './sso-required.ts'

export type ResetDeps = {
  readonly direct: Pick<DirectTokens, 'asClient'>
  readonly accounts: Pick<Accounts, 'findByEmail'>
  readonly emailCodes: Pick<EmailCodes, 'issue' | 'verify'>
  readonly passwordChanges: Pick<PasswordChanges, 'reset'>
  readonly proofs: MailboxProofs<ResetProof>
  readonly enforcement: Pick<Enforcement, 'ofEmail'>
}

/** A mailbox that was proved to set a password anew. */
export type ResetProof = {
  readonly accountId: AccountId
  readonly email: string
  /** Epoch seconds. */
  readonly askedAt: number
}

export function forgotPasswordEndpoint(deps: ResetDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/auth/forgot-password',
    summary: 'Mail a code to set a lost password anew with',
    security: 'client',
    body: z.strictObject({ ...clientFields, email }),
    answers: { 202: { description: 'The same for every address', schema: mailed } },
    refusals: [...clientRefusals, 'api.sso_required'],
    handle: async (call) => {
      const requester = { ...call.requester, deviceCookie: undefined }
      const mail = { tenant: call.tenant, email: call.body.email, requester }
      const outcome = await deps.direct.asClient(directCall(call), async () => {
        const elsewhere = await refuseEnforced(call.tenant.id, mail.email, deps.enforcement)
        return { kind: 'done', result: elsewhere ?? (await sendCode(deps, mail)) }
      })
      if (outcome.kind === 'refused') return refusedClient(outcome, 'api.client_refused')
      if (outcome.kind !== 'done') throw new Error('tokens nobody asked for')
      const { result } = outcome
      if (typeof result !== 'string') return result
      return { status: 202, body: { handle: result, expires_in: codeLifetime } }
    },
  })
}

type Mail = { readonly tenant: Tenant; readonly email: string; readonly requester: Requester }

/** The same lookup, the same record and one mail in the outbox, whoever the address belongs to (Q73). */
async function sendCode(
  { accounts, emailCodes }: ResetDeps,
  { tenant, email, requester }: Mail,
): Promise<string> {
  const browser = newBrowser()
  const found = await accounts.findByEmail(tenant.id, email)
  const account = found && mayProve(found) ? found : undefined
  const { handle } = await emailCodes.issue({
    tenant,
    purpose: 'reset_password',
    // SECURITY: as it is stored; what a stranger typed only in its plain form (Q58)
    email: account?.email ?? canonicalEmail(email) ?? email,
    accountId: account?.id,
    decoy: account === undefined,
    browser,
    requester,
    letter: ({ code, lifetime }) => ({
      kind: 'password_reset_code',
      ...codeMail({
        ...mailFrameOf(tenant, account?.profile.locale),
        purpose: 'reset_password',
        isDecoy: account === undefined,
        issuer: tenant.issuer,
        code,
        lifetime,
      }),
    }),
  })
  return joinHandle({ handle, browser })
}

export function resetPasswordEndpoint(deps: ResetDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/auth/reset-password',
    summary:
      'Set a new password; every session and token of the person ends, and they sign in anew',
    security: 'client',
    body: z.strictObject({
      ...clientFields,
      handle: handleField,
      code: codeField,
      new_password: password.describe('Refused? Send another with the same handle and code'),
    }),
    answers: { 204: { description: 'The password is the new one' } },
    refusals: [...clientRefusals, 'api.code_wrong', 'api.code_over', 'api.password_refused'],
    handle: async (call) => {
      const { tenant, body } = call
      const requester = { ...call.requester, deviceCookie: undefined }
      const { handle, code, new_password: newPassword } = body
      const outcome = await deps.direct.asClient(directCall(call), async () => ({
        kind: 'done',
        result: await reset(deps, { tenant, handle, code, newPassword, requester }),
      }))
      if (outcome.kind === 'refused') return refusedClient(outcome, 'api.client_refused')
      if (outcome.kind !== 'done') throw new Error('tokens nobody asked for')
      return outcome.result ?? { status: 204 }
    },
  })
}

type Reset = {
  readonly tenant: Tenant
  readonly handle: string
  readonly code: string
  readonly newPassword: string
  readonly requester: Requester
}

type NotReset = CodeRefused | Refused<'api.password_refused'>

/** A proof is kept until a password is accepted with it: the code itself is used up by the first right try. */
async function reset(deps: ResetDeps, input: Reset): Promise<NotReset | undefined> {
  const { tenant, handle, newPassword, requester } = input
  const refusal = await proveMailbox(deps, input)
  if (refusal) return refusal
  const proof = await deps.proofs.find(tenant, handle)
  if (!proof) return { refused: 'api.code_over' }
  const claim = () => deps.proofs.claim(tenant, handle)
  const result = await deps.passwordChanges.reset({
    ...proof,
    tenant,
    newPassword,
    requester,
    claim,
  })
  return refusedReset(result)
}

/** Undefined when it is proved, now or by an earlier try. */
async function proveMailbox(
  { emailCodes, proofs }: ResetDeps,
  { tenant, handle, code, requester }: Reset,
): Promise<NotReset | undefined> {
  if (await proofs.find(tenant, handle)) return undefined
  const mail = splitHandle(handle)
  if (!mail) return { refused: 'api.code_over' }
  const asked = { tenant, purpose: 'reset_password', code, requester, ...mail } as const
  const verdict = await emailCodes.verify(asked)
  if (verdict.kind === 'proved') {
    const { accountId, email, issuedAt: askedAt } = verdict
    if (accountId === undefined) return { refused: 'api.code_over' }
    await proofs.keep(tenant, handle, { accountId, email, askedAt })
    return undefined
  }
  return codeRefused(verdict)
}

function refusedReset(result: ResetPasswordResult): NotReset | undefined {
  switch (result.kind) {
    case 'reset':
      return undefined
    case 'over':
      return { refused: 'api.code_over' }
    case 'refused':
      return { refused: 'api.password_refused', details: { reason: result.reason } }
  }
}
