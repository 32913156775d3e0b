import type { Account } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import type { Clock } from '#kit/clock.ts'
import type { RequestId } from '#kit/ids.ts'
import { newReference } from '#kit/random.ts'
import type { Throttle, ThrottleRule } from '#login/login.ts'
import type { DeviceCookies } from '#login/password/password.ts'
import type { Risks } from '#login/risk/risk.ts'
import type { Outbox } from '#mail/mail.ts'
import type { Sessions, Visitor, Whereabouts } from '#session/session.ts'
import type { Transactor } from '#storage/storage.ts'
import { mailFrameOf, type Tenant } from '#tenant/tenant.ts'
import { newSignInMail } from '#views/mail/new-sign-in.ts'

export type NewDeviceDeps = {
  readonly sessions: Pick<Sessions, 'whereabouts' | 'isFirstSignIn'>
  readonly devices: Pick<DeviceCookies, 'matches'>
  readonly risks: Pick<Risks, 'learn'>
  readonly throttle: Pick<Throttle, 'attempt'>
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly audit: Pick<Audit, 'append'>
  readonly transactor: Transactor
  readonly clock: Clock
}

/** A sign-in that has just been accepted. */
export type AcceptedSignIn = {
  readonly tenant: Tenant
  readonly account: Account
  /** Value of this browser's device cookie for the account, unverified. */
  readonly device: string | undefined
  readonly visitor: Visitor
  readonly requestId: RequestId | undefined
}

/** Five at once, then one an hour: whoever has the password cannot fill its owner's mailbox with it. */
const noticeRule: ThrottleRule = {
  name: 'session.new_device_mail',
  free: 5,
  wait: () => 3600,
  window: 24 * 3600,
}

/**
 * Tells the owner of an account that it was signed in to on a browser without a device cookie of it (Q91, ASVS 6.3.5);
 * not at the very first sign-in, where every browser is new. What is usual for them is learnt from every one.
 */
export function createNewDeviceNotice(
  deps: NewDeviceDeps,
): (signIn: AcceptedSignIn) => Promise<void> {
  return async (signIn) => {
    const { tenant, account, device, visitor } = signIn
    const isKnown = deps.devices.matches(tenant.id, account.id, device, account.endedAt)
    const [isFirst] = await Promise.all([
      !isKnown && deps.sessions.isFirstSignIn(account),
      deps.risks.learn({ tenant, account, ip: visitor.ip ?? 'unknown' }),
    ])
    if (isKnown || isFirst) return
    const where = deps.sessions.whereabouts(visitor)
    const { allowed } = await deps.throttle.attempt(noticeRule, tenant.id, account.id)
    const event = eventOf(signIn, where, allowed)
    if (!allowed) return deps.audit.append(event)
    const mail = newSignInMail({ ...factsOf(signIn, where), at: new Date(deps.clock.now()) })
    const about = { tenantId: tenant.id, kind: 'new_sign_in', to: account.email }
    await deps.transactor.transaction(async (within) => {
      await deps.outbox.enqueue({ ...about, ...mail }, within)
      await deps.audit.append(event, within) // last: it holds up every other event of the tenant
    })
  }
}

function factsOf({ tenant, account }: AcceptedSignIn, { device, ip, place }: Whereabouts) {
  return {
    ...mailFrameOf(tenant, account.profile.locale),
    ...device,
    ...place,
    ip,
    reference: newReference(),
    accountUrl: `${tenant.issuer}/account/activity`,
  }
}

function eventOf(
  { tenant, account, visitor, requestId }: AcceptedSignIn,
  { device, ip }: Whereabouts,
  isTold: boolean,
) {
  return {
    tenantId: tenant.id,
    type: 'session.new_device',
    outcome: 'success',
    actor: { kind: 'account', id: account.id },
    accountId: account.id,
    ip,
    userAgent: visitor.headers['user-agent'],
    requestId,
    detail: { told: isTold, ...(device.browser !== undefined && { browser: device.browser }) },
  } as const
}
