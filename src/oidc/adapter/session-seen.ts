import { isDeepStrictEqual } from 'node:util'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { elsewhereOf } from '../federated-session.ts'
import type { FormerAuthorization, StoredSession } from '../stored-session.ts'
import type { EnginePayload } from './adapter-deps.ts'
import { currentRequest } from './request.ts'

/** Seconds within which sliding the expiry of an unchanged session is not worth a write. */
const touchInterval = 60

export type Seen = {
  readonly id: string
  readonly content: string
  readonly exp: number
  readonly superseded: boolean
  /** The row's payload, to the letter. */
  readonly stored: string
}

/** What each request has read, so that its own write at the end can be judged. */
const seenBy = new WeakMap<KoaContextWithOIDC, Seen>()

/** Requests whose session ended while they ran. */
const ended = new WeakSet<KoaContextWithOIDC>()

export function remember(id: string, payload: EnginePayload, stored: string): void {
  const ctx = currentRequest()
  if (!ctx) return
  seenBy.set(ctx, {
    id,
    content: contentOf(payload),
    exp: payload.exp ?? 0,
    superseded: payload.consumed !== undefined,
    stored,
  })
}

export function seenNow(): Seen | undefined {
  const ctx = currentRequest()
  return ctx && seenBy.get(ctx)
}

export function rememberEnd(): void {
  const ctx = currentRequest()
  if (ctx) ended.add(ctx)
}

export function hasEnded(): boolean {
  const ctx = currentRequest()
  return ctx !== undefined && ended.has(ctx)
}

/** What the engine's types leave out. */
function engineSession(
  ctx: KoaContextWithOIDC | undefined,
): { id?: string; oldId?: string } | undefined {
  return ctx?.oidc.session as { id?: string; oldId?: string } | undefined
}

/** The engine destroys the old id right before it saves the new one; a sign-out destroys the current id. */
export function isRotation(id: string): boolean {
  return engineSession(currentRequest())?.oldId === id
}

/** True when this request came with a cookie that was rotated away: it must not write it back into the browser. */
export function cameWithRotatedCookie(ctx: KoaContextWithOIDC): boolean {
  const seen = seenBy.get(ctx)
  return seen?.superseded === true && engineSession(ctx)?.id === seen.id
}

/** Somebody proved who they are during this request; perhaps elsewhere, where it was proved no later than the last time. */
export function holdsNewProof(session: EnginePayload): boolean {
  const before = seenNow()
  if (!before) return true
  const read = JSON.parse(before.stored) as StoredSession // written by the codec
  if (read.accountId !== session.accountId || read.loginTs !== session.loginTs) return true
  return !isDeepStrictEqual(elsewhereOf(read).foreign, elsewhereOf(session).foreign)
}

export function isWorthWriting(id: string, payload: EnginePayload): boolean {
  const seen = seenNow()
  if (seen?.id !== id) return true
  if (seen.content !== contentOf(payload)) return true
  return !seen.superseded && (payload.exp ?? 0) - seen.exp >= touchInterval
}

/**
 * What another request stored, with what this one changed since it read `base`; undefined when it is somebody else's. Two
 * that signed in to one application at once have a Grant each, and the session knows but one: the other is kept in mind.
 */
export function merge(stored: string, ours: EnginePayload, base: string): string | undefined {
  const theirs = JSON.parse(stored) as StoredSession // both written by the codec
  if (theirs.accountId !== ours.accountId) return undefined
  const added = addedAuthorizations(ours, base)
  const replaced = added.flatMap(([clientId, { grantId }]): FormerAuthorization[] => {
    const former = theirs.authorizations?.[clientId]
    return former && former.grantId !== grantId ? [{ clientId, ...former }] : []
  })
  const { state, exp, usedAt } = ours
  return JSON.stringify({
    ...theirs,
    authorizations: { ...theirs.authorizations, ...Object.fromEntries(added) },
    former: [...(theirs.former ?? []), ...replaced],
    state,
    exp,
    usedAt,
  })
}

/** What of ours the engine drops: it goes along with each write. */
export function carried(): Pick<StoredSession, 'former'> {
  const before = seenNow()
  if (!before) return {}
  const { former } = JSON.parse(before.stored) as StoredSession // written by the codec
  return former ? { former } : {}
}

type Authorizations = NonNullable<EnginePayload['authorizations']>

/** By client, what this request changed since it read `base`. */
export function addedAuthorizations(
  ours: EnginePayload,
  base: string | undefined,
): [string, Authorizations[string]][] {
  const read = base === undefined ? {} : (JSON.parse(base) as EnginePayload) // written by the codec
  return Object.entries(ours.authorizations ?? {}).filter(
    ([clientId, entry]) => !isDeepStrictEqual(entry, read.authorizations?.[clientId]),
  )
}

function contentOf(payload: EnginePayload): string {
  const { iat: _1, exp: _2, jti: _3, usedAt: _4, former: _5, consumed: _6, ...content } = payload
  // a session that was just signed in to has its members in another order than one that was read
  return JSON.stringify(Object.entries(content).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
