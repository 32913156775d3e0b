import type { Account, Accounts } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import type { Clock } from '#kit/clock.ts'
import { newReference } from '#kit/random.ts'
import type { Requester, Throttle, ThrottleRule } from '#login/login.ts'
import type { Outbox } from '#mail/mail.ts'
import type { Sessions } from '#session/session.ts'
import type { Transactor } from '#storage/storage.ts'
import { mailFrameOf } from '#tenant/tenant.ts'
import { signInRefusedMail } from '#views/mail/sign-in-refused.ts'
import type { Context } from 'koa'
import type { ProgressStore } from './interaction.ts'
import { nextStep } from './next-step.ts'
import { proofsOf } from './proofs.ts'
import type { Visit } from './visit.ts'

export type RefusalNoticeDeps = {
  readonly accounts: Pick<Accounts, 'find'>
  readonly progress: ProgressStore
  readonly sessions: Pick<Sessions, 'whereabouts'>
  readonly throttle: Pick<Throttle, 'attempt'>
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly audit: Pick<Audit, 'append'>
  readonly transactor: Transactor
  readonly requesterOf: (ctx: Context) => Omit<Requester, 'deviceCookie'>
  readonly clock: Clock
}

/** Five at once, then one an hour: nobody's mailbox is filled with it. */
const noticeRule: ThrottleRule = {
  name: 'risk.refusal_mail',
  free: 5,
  wait: () => 3600,
  window: 24 * 3600,
}

/** Called after a POST: tells the owner, once for each sign-in, that somebody got it right and was kept out all the same. */
export type TellOfRefusal = (visit: Visit) => Promise<void>

export function createRefusalNotice(deps: RefusalNoticeDeps): TellOfRefusal {
  const { accounts, audit, outbox, transactor, throttle } = deps

  async function tell({ ctx, details: { tenant, client } }: Visit, account: Account) {
    const requester = deps.requesterOf(ctx)
    const { ip, userAgent, requestId } = requester
    const where = deps.sessions.whereabouts({ ip, headers: ctx.headers })
    const { allowed } = await throttle.attempt(noticeRule, tenant.id, account.id)
    const mail = signInRefusedMail({
      ...mailFrameOf(tenant, account.profile.locale),
      ...where.device,
      city: where.place?.city,
      country: where.place?.country,
      ip,
      at: new Date(deps.clock.now()),
      reference: newReference(),
      resetUrl: `${tenant.issuer}/recover`,
    })
    await transactor.transaction(async (within) => {
      await audit.append(
        {
          tenantId: tenant.id,
          type: 'risk.refused',
          outcome: 'failure',
          actor: { kind: 'account', id: account.id },
          accountId: account.id,
          clientId: client.clientId,
          ip,
          userAgent,
          requestId,
          detail: { told: allowed },
        },
        within,
      )
      const about = { tenantId: tenant.id, kind: 'sign_in_refused', to: account.email }
      if (allowed) await outbox.enqueue({ ...about, ...mail }, within)
    })
  }

  return async (visit) => {
    if (nextStep(visit).kind !== 'refused') return
    const { tenant, uid } = visit.details
    const [first] = proofsOf(visit)
    const account = first && (await accounts.find(tenant.id, first.accountId))
    if (!account) return
    let isFirst = false
    await deps.progress.change(tenant.id, uid, (before) => {
      isFirst = before.doubt?.isTold === false
      return { ...before, doubt: before.doubt && { ...before.doubt, isTold: true } }
    })
    if (isFirst) await tell(visit, account)
  }
}
