import type { AccountId, ConnectionId, SessionUid, TenantId } from '#kit/ids.ts'
import type { EndedBy, OpenedElsewhere } from '#session/session.ts'
import type { LogoutMessage, SamlReason } from '../inbound/inbound.ts'
import type { SignedOut } from '../../federation.ts'
import type { SamlPlace, SamlSent } from '../saml.ts'
import type { ForeignName } from './names.ts'

/**
 * Single logout (SAML Profiles §4.4), in both directions. Who signs out over there is signed out here, whatever is set: what
 * they say is over, is over. Who signs out here is led there only where `single_logout` is on.
 */

/** By which session over there one of ours came. What names it is kept as hashes: it is compared, never shown. */
export type SamlSession = {
  readonly tenantId: TenantId
  readonly connectionId: ConnectionId
  readonly sessionUid: SessionUid
  /** Whose it was then. */
  readonly accountId: AccountId
  readonly nameKey: string
  /** Empty where they gave no SessionIndex. */
  readonly indexKey: string
}

/** Port. Rows go with the session, the account and the connection. */
export type SamlSessionStore = {
  /** Keeps it once; nothing where the session or the connection is gone by now. */
  insert(session: SamlSession): Promise<void>
  /** Each session once, and only while it is still that person's. No `indexKeys`: all of the name. */
  find(
    named: Pick<SamlSession, 'tenantId' | 'connectionId' | 'nameKey'> & {
      readonly indexKeys: readonly string[]
    },
  ): Promise<readonly FoundSession[]>
}

export type FoundSession = Pick<SamlSession, 'sessionUid' | 'accountId'>

export type SamlSessions = {
  /** Rejects with an `AppError` where they ended it before it came to be one of ours (SAML Core §3.7.3.1). */
  remember(opened: OpenedElsewhere): Promise<void>
  /** Those it names. What comes of an assertion that is still on its way is refused from now on. */
  named(logout: {
    readonly tenantId: TenantId
    readonly connectionId: ConnectionId
    readonly name: ForeignName
    /** Empty: all of them. */
    readonly sessionIndexes: readonly string[]
    /** When they said so, epoch seconds by their clock. */
    readonly at: number
  }): Promise<readonly FoundSession[]>
}

/** Stable: they stand in audit events and metrics. */
export type LogoutReason =
  | SamlReason
  /** A LogoutRequest that was followed already. */
  | 'replayed'
  /** Begun in another browser. */
  | 'other_browser'
  /** They say that it did not work, or not everywhere. */
  | 'partial'
  | 'upstream_unavailable'

export type LogoutProblem = { readonly reason: LogoutReason; readonly detail: string }

/** What came to the single logout endpoint, as it came. */
export type LogoutCame = SamlPlace & {
  readonly message: LogoutMessage
  /** Of a form; in an address it is part of the message. */
  readonly relayState: string | undefined
}

/** Begun over there. */
export type LogoutRequests = {
  /** Ends what a LogoutRequest names, once; ends nothing where it is refused. `by`: whose browser brought it. */
  follow(came: LogoutCame, by: Omit<EndedBy, 'actor'>): Promise<FollowedLogout>
}

export type FollowedLogout =
  /** `departure`: undefined where they told no address for the answer. */
  | { readonly kind: 'followed'; readonly departure: SamlSent | undefined }
  | ({ readonly kind: 'refused' } & LogoutProblem)

/** Begun here. Our own sign-out is over by then, whatever comes of it. */
export type LogoutsThere = {
  /** The address of our page that leads there; undefined where nobody is to go there, or can. See `SignOutElsewhere`. */
  begin(leaving: SignedOut): Promise<string | undefined>
  /** The way there. */
  leave(place: SamlPlace, id: string, browser: string | undefined): Promise<LeftThere>
  /** Their answer by redirect. */
  answered(came: LogoutCame, browser: string | undefined): Promise<LogoutAnswer>
  /** Their answer by POST, which comes without cookies: the handle for our own GET; undefined where nobody waits for it. */
  receive(came: LogoutCame): Promise<string | undefined>
  redeem(place: SamlPlace, handle: string, browser: string | undefined): Promise<LogoutAnswer>
}

export type LeftThere =
  /** `next`: for who does not want to go there. */
  { readonly kind: 'leaving'; readonly departure: SamlSent; readonly next: string } | LogoutAnswer

export type LogoutAnswer =
  /** Signed out there as well. */
  | { readonly kind: 'done'; readonly next: string }
  /** Signed out here; of there nobody knows. */
  | ({ readonly kind: 'unconfirmed'; readonly next: string } & LogoutProblem)
  /** Of nobody who is known in this browser. */
  | ({ readonly kind: 'refused' } & LogoutProblem)
