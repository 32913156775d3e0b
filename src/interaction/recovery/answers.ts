import type { Context } from 'koa'
import { mayProve, type Accounts } from '#account/account.ts'
import type { Enforcement } from '#federation/federation.ts'
import type { Form } from '#http/http.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import type { CodeVerdict, EmailCodes } from '#login/email-code/email-code.ts'
import type { Requester } from '#login/login.ts'
import type { PasswordChanges } from '#login/password/change/change.ts'
import { mailFrameOf, type Tenant } from '#tenant/tenant.ts'
import type { Page } from '#views/layout.ts'
import { codeMail } from '#views/mail/code-mail.ts'
import type { RememberedAccounts } from '../remembered-accounts.ts'
import type { RecoveryCookie } from './cookie.ts'
import {
  emptyRecovery,
  recoveryStep,
  type Recovery,
  type RecoveryNotice,
  type RecoveryStore,
} from './recovery.ts'

export type RecoveryAnswerDeps = {
  readonly recoveries: RecoveryStore
  readonly cookie: RecoveryCookie
  readonly accounts: Pick<Accounts, 'findByEmail'>
  readonly emailCodes: Pick<EmailCodes, 'issue' | 'verify'>
  readonly passwordChanges: Pick<PasswordChanges, 'reset'>
  readonly requesterOf: (ctx: Context) => Omit<Requester, 'deviceCookie'>
  /** Who signed in on this browser before, and the mark it was given then (Q37). */
  readonly remembered: Pick<RememberedAccounts, 'read'>
  readonly enforcement: Pick<Enforcement, 'ofEmail'>
  readonly clock: Clock
}

/** One request of one browser in its recovery. */
export type RecoveryVisit = {
  readonly ctx: Context
  readonly tenant: Tenant
  readonly page: Page
  readonly key: string
  readonly recovery: Recovery
}

type Answer = (visit: RecoveryVisit, form: Form) => Promise<void>

/** By the last part of the address they are posted to. What is not asked now is not answered (Q55). */
export function createRecoveryAnswers(deps: RecoveryAnswerDeps): Readonly<Record<string, Answer>> {
  return {
    identifier: identify(deps),
    send: sendAgain(deps),
    code: proveMailbox(deps),
    password: setPassword(deps),
    restart: async ({ tenant, key, recovery }) => {
      const { interaction } = recovery
      await deps.recoveries.change(tenant.id, key, () => ({ ...emptyRecovery, interaction }))
    },
  }
}

const telling =
  (notice: RecoveryNotice | undefined) =>
  (before: Recovery): Recovery => ({ ...before, notice })

function identify(deps: RecoveryAnswerDeps): Answer {
  const send = createSend(deps)
  return async (visit, form) => {
    const { tenant, key, recovery } = visit
    if (recoveryStep(recovery).kind !== 'identifier') return
    const typed = (form.get('email') ?? '').trim()
    if (canonicalEmail(typed) === undefined) {
      const notice: RecoveryNotice =
        typed === '' ? { kind: 'email_required' } : { kind: 'email_invalid', typed }
      return deps.recoveries.change(tenant.id, key, telling(notice))
    }
    // SECURITY: a new password would open nothing; of the domain, never of an account (Q73)
    const instead = await deps.enforcement.ofEmail(tenant.id, typed)
    if (!instead) return send(visit, typed)
    const { name: connection } = instead
    return deps.recoveries.change(tenant.id, key, telling({ kind: 'elsewhere', typed, connection }))
  }
}

function sendAgain(deps: RecoveryAnswerDeps): Answer {
  const send = createSend(deps)
  return async (visit) => {
    const step = recoveryStep(visit.recovery)
    if (step.kind === 'code') await send(visit, step.email)
  }
}

/**
 * SECURITY: the same lookup, the same records and one mail in the outbox whoever the address belongs to: an address that
 * has no account to reset gets a mail that says so, and a code that no input fits (Q73).
 */
function createSend(deps: RecoveryAnswerDeps) {
  const { accounts, emailCodes, recoveries, remembered, requesterOf } = deps
  return async (visit: RecoveryVisit, email: string): Promise<void> => {
    const { ctx, tenant, page, key, recovery } = visit
    const found = await accounts.findByEmail(tenant.id, email)
    const account = found && mayProve(found) ? found : undefined
    const here = remembered.read(tenant, ctx.req).find(({ id }) => id === account?.id)
    const { handle, nextAt, fresh } = await emailCodes.issue({
      tenant,
      purpose: 'reset_password',
      email: account?.email ?? canonicalEmail(email) ?? email,
      accountId: account?.id,
      decoy: account === undefined,
      browser: key,
      requester: { ...requesterOf(ctx), deviceCookie: here?.device },
      letter: ({ code, lifetime }) => ({
        kind: 'password_reset_code',
        ...codeMail({
          ...mailFrameOf(tenant, page.locale),
          purpose: 'reset_password',
          isDecoy: account === undefined,
          issuer: tenant.issuer,
          code,
          lifetime,
        }),
      }),
    })
    await recoveries.change(tenant.id, key, (before) => ({
      ...before,
      email,
      code: { handle, nextAt },
      notice: fresh || !recovery.code ? undefined : { kind: 'code_too_soon' },
    }))
  }
}

function proveMailbox(deps: RecoveryAnswerDeps): Answer {
  const { cookie, emailCodes, recoveries, requesterOf, clock } = deps
  return async ({ ctx, tenant, key, recovery }, form) => {
    const step = recoveryStep(recovery)
    if (step.kind !== 'code') return
    const code = form.get('code') ?? ''
    if (code.trim() === '') {
      return recoveries.change(tenant.id, key, telling({ kind: 'code_required' }))
    }
    const verdict = await emailCodes.verify({
      tenant,
      purpose: 'reset_password',
      handle: step.handle,
      browser: key,
      code,
      requester: { ...requesterOf(ctx), deviceCookie: undefined },
    })
    if (verdict.kind !== 'proved' || verdict.accountId === undefined) {
      return recoveries.change(tenant.id, key, telling(noticeOf(verdict, epochSeconds(clock))))
    }
    const { accountId, email, issuedAt: askedAt } = verdict
    // SECURITY: a new name for what is proved: whoever planted the old one in this browser is left behind.
    await recoveries.change(tenant.id, cookie.renew(ctx), () => ({
      ...recovery,
      notice: undefined,
      proofs: [{ method: 'email_code', accountId, email, askedAt }],
    }))
    await recoveries.remove(tenant.id, key)
  }
}

function noticeOf(verdict: CodeVerdict, now: number): RecoveryNotice {
  switch (verdict.kind) {
    case 'wrong':
      return { kind: 'code_wrong', left: verdict.left }
    case 'too_many':
      return { kind: 'code_too_many' }
    case 'throttled':
      return { kind: 'throttled', until: now + verdict.retryAfter }
    case 'expired':
    case 'proved':
      return { kind: 'code_expired' }
  }
}

function setPassword({ passwordChanges, recoveries, requesterOf }: RecoveryAnswerDeps): Answer {
  return async ({ ctx, tenant, key, recovery }, form) => {
    const step = recoveryStep(recovery)
    if (step.kind !== 'new_password') return
    const newPassword = form.get('new_password') ?? ''
    const tell = (notice: RecoveryNotice) => recoveries.change(tenant.id, key, telling(notice))
    if (newPassword === '') return tell({ kind: 'password_required' })

    let isClaimed = false
    const claim = async () => (isClaimed = await recoveries.finish(tenant.id, key))
    const startAnew = () =>
      recoveries.change(tenant.id, key, (before) =>
        // of several at once, the one that won has finished: that stays
        before.isDone && !isClaimed
          ? before
          : { ...emptyRecovery, interaction: before.interaction, notice: { kind: 'over' } },
      )
    const { accountId, email, askedAt } = step.proof
    const requester = { ...requesterOf(ctx), deviceCookie: undefined }
    const input = { tenant, accountId, email, askedAt, newPassword, requester, claim }
    const result = await passwordChanges.reset(input).catch(async (error: unknown) => {
      if (isClaimed) await startAnew().catch(() => undefined) // the first failure tells more
      throw error
    })
    if (result.kind === 'refused') return tell({ kind: 'password_refused', reason: result.reason })
    if (result.kind === 'over') await startAnew()
  }
}
