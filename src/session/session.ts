import type { IncomingHttpHeaders } from 'node:http'
import type { AuditEvent } from '#audit/audit.ts'
import { acrMultiFactor, meetsAcr } from '#client/client.ts'
import type { AccountId, ClientId, ConnectionId, SessionUid, TenantId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'

/**
 * How long a sign-in lasts (Q63). The engine only slides a session; idle and absolute limits are decided here, from
 * what was proved and when.
 */
export type SessionLimits = {
  /** Seconds since the session was last used. */
  readonly idle: number
  /** Seconds since the person signed in; never extended. */
  readonly absolute: number
}

const hour = 3600
const day = 24 * hour

const passwordLimits: SessionLimits = { idle: 24 * hour, absolute: 30 * day }
const multiFactorLimits: SessionLimits = { idle: 1 * hour, absolute: 24 * hour }
/** A session nobody signed in to: it only carries a flow in progress. */
const anonymousLimits: SessionLimits = { idle: hour / 2, absolute: hour / 2 }

/** Seconds a proof is fresh enough for what changes an account (Q64). */
export const stepUpLifetime = 300

/** True when this person proved who they are just now. Both in epoch seconds; a proof of the future is none. */
export function isSteppedUp(provedAt: number, now: number): boolean {
  return provedAt <= now && now - provedAt <= stepUpLifetime
}

export type SessionFacts = {
  readonly accountId?: string | undefined
  readonly acr?: string | undefined
  /** When the person signed in, epoch seconds. */
  readonly loginTs?: number | undefined
  /** Whoever signed this person in elsewhere says that it ends no later; epoch seconds (SAML Core §2.7.2). */
  readonly until?: number | undefined
}

export function sessionLimits(session: SessionFacts): SessionLimits {
  if (session.accountId === undefined) return anonymousLimits
  return meetsAcr(session.acr, acrMultiFactor) ? multiFactorLimits : passwordLimits
}

/** Seconds this session may live on if used now, at least 1: the engine refuses zero (F6). */
export function remainingLifetime(session: SessionFacts, now: number): number {
  const { idle, absolute } = sessionLimits(session)
  const left = absolute - (now - (session.loginTs ?? now))
  return Math.max(1, Math.min(idle, left, (session.until ?? Infinity) - now))
}

/** True when the absolute limit has passed, whatever its stored expiry says (F6). */
export function isOver(session: SessionFacts, now: number): boolean {
  if (session.accountId === undefined || session.loginTs === undefined) return false
  if (session.until !== undefined && now >= session.until) return true
  return now - session.loginTs >= sessionLimits(session).absolute
}

/** What a person recognises a browser by. Names only: the header itself is not kept. */
export type Device = {
  /** Such as `Firefox`. */
  readonly browser: string | undefined
  /** Such as `Windows`. */
  readonly system: string | undefined
}

/** Degrees, as a file of places has them: good to some tens of kilometres. */
export type Position = { readonly latitude: number; readonly longitude: number }

/** Roughly where an address is. */
export type Place = {
  /** By its English name. */
  readonly city: string | undefined
  /** ISO 3166-1 alpha-2, such as `AT`. */
  readonly country: string | undefined
  /** Not kept with a session. */
  readonly position?: Position | undefined
}

/** Port: looks in a file of the operator's, asks nobody. Undefined for what is not in it, and where there is no file. */
export type Geography = (ip: string) => Place | undefined

/** Who came, as far as the request tells. */
export type Visitor = {
  readonly ip: string | undefined
  readonly headers: IncomingHttpHeaders
}

/** Where somebody was when they proved who they are. */
export type Whereabouts = {
  readonly device: Device
  readonly ip: string | undefined
  readonly place: Place | undefined
}

/**
 * One sign-in on one browser, beside the session of the engine. It goes when that session does, at the latest when the
 * absolute limit has passed; so does the address in it.
 */
export type SessionRecord = Whereabouts & {
  readonly tenantId: TenantId
  /** Stays while the cookie changes. Opens nothing: it may be shown. */
  readonly uid: SessionUid
  readonly accountId: AccountId
  readonly acr: string | undefined
  /** RFC 8176 values. */
  readonly amr: readonly string[]
  /** When this person last proved here who they are. */
  readonly provedAt: Date
  /** First seen. */
  readonly openedAt: Date
  /** Epoch seconds: the absolute limit. */
  readonly expiresAt: number
}

/** Whose sessions. */
export type SessionOwner = { readonly tenantId: TenantId; readonly id: AccountId }

/** Port: our rows. A session of another account, or of another tenant, is not there (Q77). */
export type SessionStore = {
  /** Writes the row, or writes it anew; the same person's keeps the time it was first seen. */
  put(record: SessionRecord): Promise<void>
  /** The latest proofs first. */
  list(owner: SessionOwner, limit: number): Promise<readonly SessionRecord[]>
  uidsOf(owner: SessionOwner): Promise<readonly SessionUid[]>
  /**
   * One atomic step: `begun` for exactly one of any number of concurrent callers, `again` for the others until the row is
   * removed; undefined where there is none.
   */
  beginEnd(
    owner: SessionOwner,
    uid: SessionUid,
    at: Date,
    within?: Transaction,
  ): Promise<'begun' | 'again' | undefined>
  remove(tenantId: TenantId, uids: readonly SessionUid[]): Promise<void>
  removeOf(owner: SessionOwner): Promise<void>
  /** True for exactly one caller per account, ever. */
  markFirstSignIn(owner: SessionOwner, at: Date): Promise<boolean>
  /** Removes at most `limit` rows that expired before `before` (epoch seconds); how many were removed. */
  removeExpired(before: number, limit: number): Promise<number>
}

/** What the engine knows of a session that lives. */
export type LiveSession = {
  readonly accountId: AccountId
  /** To the minute: it is written along with the session, never by itself. */
  readonly lastSeenAt: Date
  /** Applications this browser is signed in to. */
  readonly clientIds: readonly ClientId[]
}

/** Port: the sessions of the engine. Implemented by `oidc`. */
export type LiveSessions = {
  find(tenantId: TenantId, uid: SessionUid): Promise<LiveSession | undefined>
  /**
   * Ends the session, its grants and all that hangs on them, and queues a logout token to each application signed in
   * there (Q17, Q65, Q86). Nothing of it comes back because a request was under way. May be called again after a failure.
   */
  end(tenantId: TenantId, uid: SessionUid): Promise<void>
}

/** A session as its owner sees it. */
export type SessionView = Omit<SessionRecord, 'tenantId' | 'accountId' | 'expiresAt'> &
  Pick<LiveSession, 'lastSeenAt' | 'clientIds'> & {
    /** The one that asks. */
    readonly isCurrent: boolean
  }

/** On whose word, for the audit. */
export type EndedBy = Pick<AuditEvent, 'actor' | 'ip' | 'userAgent' | 'requestId'>

/** What names somebody's session with whoever signed them in elsewhere, in the words of their protocol. */
export type ForeignSession = {
  /** Who it is there, as JSON of the protocol's own; for SAML the whole NameID. */
  readonly hint: string
  readonly index?: string | undefined
  /** When it was begun there, epoch seconds by their clock. */
  readonly at: number
}

/** A session that came by another one, which may end it. */
export type OpenedElsewhere = Pick<OpenedSession, 'tenantId' | 'uid' | 'accountId'> & {
  readonly via: ConnectionId
  readonly foreign: ForeignSession
}

/** Somebody signed in, or proved once more who they are: told before the engine keeps its session. */
export type OpenedSession = Visitor & {
  readonly tenantId: TenantId
  readonly uid: SessionUid
  readonly accountId: AccountId
  readonly acr: string | undefined
  readonly amr: readonly string[]
  /** Epoch seconds. */
  readonly provedAt: number
  /** By which session elsewhere, where it is known. */
  readonly elsewhere?: Pick<OpenedElsewhere, 'via' | 'foreign'> | undefined
}

/** Told by the engine's room of what happens to its sessions. */
export type SessionRegister = {
  opened(session: OpenedSession): Promise<void>
  /** It was signed out of. */
  closed(tenantId: TenantId, uid: SessionUid): Promise<void>
}

/** Use cases. Each ending is felt by every process at once; tokens that are JWTs live out their ten minutes (Q17). */
export type Sessions = SessionRegister & {
  /** Those that live, last seen first. */
  list(owner: SessionOwner, currentUid?: SessionUid): Promise<readonly SessionView[]>
  /** `unknown`: not one of this person's, whosever it is (Q77). */
  end(owner: SessionOwner, uid: SessionUid, by: EndedBy): Promise<'ended' | 'unknown'>
  /** Ends all but one; how many. */
  endOthers(owner: SessionOwner, currentUid: SessionUid, by: EndedBy): Promise<number>
  /** Ends all of them, every other grant and token, and voids what was proved before; how many sessions lived. */
  endAll(owner: SessionOwner, by: EndedBy): Promise<number>
  whereabouts(visitor: Visitor): Whereabouts
  /** True exactly once for each account, whoever asks. */
  isFirstSignIn(owner: SessionOwner): Promise<boolean>
}
