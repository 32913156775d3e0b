import type { Account, Accounts } from '#account/account.ts'
import type { Audit, AuditEvent } from '#audit/audit.ts'
import type { Clock } from '#kit/clock.ts'
import { newReference } from '#kit/random.ts'
import type { Requester, Throttle, ThrottleRule } from '#login/login.ts'
import type { Outbox } from '#mail/mail.ts'
import type { Sessions, Visitor } from '#session/session.ts'
import type { Transactor } from '#storage/storage.ts'
import { mailFrameOf, type Tenant } from '#tenant/tenant.ts'
import { signInRefusedMail } from '#views/mail/sign-in-refused.ts'
import type { Context } from 'koa'
import type { ProgressStore } from './interaction.ts'
import { nextStep } from './next-step.ts'
import { proofsOf } from './proofs.ts'
import type { Visit } from './visit.ts'

export type RefusalLetterDeps = {
  readonly sessions: Pick<Sessions, 'whereabouts'>
  readonly throttle: Pick<Throttle, 'attempt'>
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly audit: Pick<Audit, 'append'>
  readonly transactor: Transactor
  readonly clock: Clock
}

export type RefusalNoticeDeps = RefusalLetterDeps & {
  readonly accounts: Pick<Accounts, 'find'>
  readonly progress: ProgressStore
  readonly requesterOf: (ctx: Context) => Omit<Requester, 'deviceCookie'>
}

/** A sign-in that was right in all that was proved, and refused all the same. */
export type RefusedSignIn = Pick<AuditEvent, 'clientId' | 'requestId'> & {
  readonly tenant: Tenant
  readonly account: Account
  readonly visitor: Visitor
}

/** Five at once, then one an hour: nobody's mailbox is filled with it. */
const noticeRule: ThrottleRule = {
  name: 'risk.refusal_mail',
  free: 5,
  wait: () => 3600,
  window: 24 * 3600,
}

/** Tells the owner, and the audit. */
export function createRefusalLetter(deps: RefusalLetterDeps) {
  const { audit, outbox, transactor, throttle } = deps

  return async ({ tenant, account, visitor, clientId, requestId }: RefusedSignIn) => {
    const { device, ip, place } = deps.sessions.whereabouts(visitor)
    const { allowed } = await throttle.attempt(noticeRule, tenant.id, account.id)
    const mail = signInRefusedMail({
      ...mailFrameOf(tenant, account.profile.locale),
      ...device,
      city: place?.city,
      country: place?.country,
      ip,
      at: new Date(deps.clock.now()),
      reference: newReference(),
      resetUrl: `${tenant.issuer}/recover`,
    })
    const event = {
      tenantId: tenant.id,
      type: 'risk.refused',
      outcome: 'failure',
      actor: { kind: 'account', id: account.id },
      accountId: account.id,
      clientId,
      ip,
      userAgent: visitor.headers['user-agent'],
      requestId,
      detail: { told: allowed },
    } as const
    await transactor.transaction(async (within) => {
      await audit.append(event, within)
      const about = { tenantId: tenant.id, kind: 'sign_in_refused', to: account.email }
      if (allowed) await outbox.enqueue({ ...about, ...mail }, within)
    })
  }
}

/** Called after a POST: tells the owner, once for each sign-in, that somebody got it right and was kept out all the same. */
export type TellOfRefusal = (visit: Visit) => Promise<void>

export function createRefusalNotice(deps: RefusalNoticeDeps): TellOfRefusal {
  const tell = createRefusalLetter(deps)

  return async (visit) => {
    if (nextStep(visit).kind !== 'refused') return
    const { tenant, uid, client } = visit.details
    const [first] = proofsOf(visit)
    const account = first && (await deps.accounts.find(tenant.id, first.accountId))
    if (!account) return
    let isFirst = false
    await deps.progress.change(tenant.id, uid, (before) => {
      isFirst = before.doubt?.isTold === false
      return { ...before, doubt: before.doubt && { ...before.doubt, isTold: true } }
    })
    if (!isFirst) return
    const { ip, requestId } = deps.requesterOf(visit.ctx)
    const visitor = { ip, headers: visit.ctx.headers }
    await tell({ tenant, account, visitor, clientId: client.clientId, requestId })
  }
}
