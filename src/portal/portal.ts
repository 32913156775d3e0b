import type { Context } from 'koa'
import type { Account } from '#account/account.ts'
import type { Acr } from '#client/client.ts'
import type { AuditEvent } from '#audit/audit.ts'
import type { Requester } from '#login/login.ts'
import type { AccountId, SessionUid } from '#kit/ids.ts'
import { isSteppedUp } from '#session/session.ts'
import type { Device, Place } from '#session/session.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { basePathOf } from '#tenant/tenant.ts'
import type { Page } from '#views/layout.ts'

/**
 * My account: what a person sees and decides about themselves. It signs people in as any application would, with a session
 * of its own that hangs on the provider's.
 */

/** Seconds an unused session of My account lives (Q63: an hour at most). A new one costs a person no password. */
export const portalIdle = 30 * 60
/** Seconds any session of My account lives. */
export const portalAbsolute = 12 * 3600

export type PortalSession = {
  readonly accountId: AccountId
  /** The provider's session it hangs on. */
  readonly sessionUid: SessionUid
  /** When the person last proved who they are, epoch seconds. */
  readonly authTime: number
  /** What they proved then. */
  readonly acr?: string | undefined
  /** Epoch seconds. */
  readonly seenAt: number
  /** To be shown at sign-out. */
  readonly idToken: string
}

/** One request of somebody signed in to My account, everything about them looked up just now. */
export type Visit = {
  readonly ctx: Context
  readonly tenant: Tenant
  /** Active, and not ended since they signed in. */
  readonly account: Account
  readonly session: PortalSession
  /** Names the session without being worth anything: forms and notices are bound to it. */
  readonly sessionKey: string
  /** What every form of this session carries (Q67). */
  readonly csrf: string
  readonly page: Page
  readonly requester: Omit<Requester, 'deviceCookie'>
  /** Of this session: strangers who guess elsewhere lock nobody out of here (Q37). */
  readonly deviceCookie: string
  /** What this person has to prove before anything is changed that opens the account; undefined: whatever they have. */
  readonly acrToChange: Acr | undefined
  /** When they last proved it, epoch seconds; 0 where this session was opened with less. */
  readonly provedAt: number
  /** Epoch seconds. */
  readonly now: number
}

/** Port: what somebody has to prove before what opens their account is changed; asked past every cache (Q64). */
export type AcrToChange = (tenant: Tenant, account: Account) => Promise<Acr | undefined>

/** Address of a page of My account. */
export function accountPath(tenant: Pick<Tenant, 'issuer'>, page = ''): string {
  return `${basePathOf(tenant)}/account${page === '' ? '' : `/${page}`}`
}

/** Whether the person proved all they have, and lately enough for what cannot be taken back (Q64). */
export function isFresh({ provedAt, now }: Pick<Visit, 'provedAt' | 'now'>): boolean {
  return isSteppedUp(provedAt, now)
}

/** What the token of a form belongs to: one session of My account. */
export const csrfBinding = (sessionKey: string): string => `account:${sessionKey}`

/** On whose word something is changed here: the person's own (Q91). */
export function byThem({ account, requester }: Pick<Visit, 'account' | 'requester'>) {
  return { ...requester, actor: { kind: 'account', id: account.id } } as const
}

/** Whose things are shown and changed here: the session's, never a form's (Q77). */
export function ownerOf({ tenant, account }: Pick<Visit, 'tenant' | 'account'>) {
  return { tenantId: tenant.id, id: account.id }
}

/** Such as `Vienna, AT`. */
export function placeText({ city, country }: Place): string | undefined {
  return [city, country].filter((part) => part !== undefined).join(', ') || undefined
}

/** Something the person did here, to be recorded with the change (Q91). */
export function eventOf(
  visit: Pick<Visit, 'tenant' | 'account' | 'requester'>,
  type: string,
): AuditEvent {
  const { tenant, account } = visit
  const owner = { tenantId: tenant.id, accountId: account.id }
  return { ...byThem(visit), ...owner, type, outcome: 'success' }
}

/** What a person recognises a browser by; undefined where nothing is known. */
export type DescribeDevice = (userAgent: string | undefined) => Device | undefined
