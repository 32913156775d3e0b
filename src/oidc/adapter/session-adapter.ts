import { isDeepStrictEqual } from 'node:util'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { epochSeconds } from '#kit/clock.ts'
import { sha256 } from '#kit/hash.ts'
import { brandId } from '#kit/ids.ts'
import type { SessionUid } from '#kit/ids.ts'
import { isOver } from '#session/session.ts'
import type { Artifact } from '../oidc.ts'
import type { AdapterDeps, EngineAdapter, EnginePayload } from './adapter-deps.ts'
import { createArtifactAdapter } from './artifact-adapter.ts'
import { createCodec } from './codec.ts'
import { currentRequest } from './request.ts'

/**
 * Seconds a rotated session cookie still opens what it opened before (two tabs, a request in flight). The row keeps
 * its state from before the rotation, so a planted cookie gains nothing from the victim's sign-in (CWE-384).
 */
export const sessionRotationGrace = 10

/** Seconds within which sliding the expiry of an unchanged session is not worth a write. */
const touchInterval = 60

type Seen = {
  readonly id: string
  readonly content: string
  readonly exp: number
  readonly superseded: boolean
  /** The row's payload, to the letter. */
  readonly stored: string
}

/** What each request has read, so that its own write at the end can be judged. */
const seenBy = new WeakMap<KoaContextWithOIDC, Seen>()

/** True when this request came with a cookie that was rotated away: it must not write it back into the browser. */
export function cameWithRotatedCookie(ctx: KoaContextWithOIDC): boolean {
  const seen = seenBy.get(ctx)
  return seen?.superseded === true && engineSession(ctx)?.id === seen.id
}

/** What the engine's types leave out. */
function engineSession(ctx: KoaContextWithOIDC): { id?: string; oldId?: string } | undefined {
  return ctx.oidc.session as { id?: string; oldId?: string } | undefined
}

export function createSessionAdapter(deps: AdapterDeps): Required<EngineAdapter> {
  const { tenantId, store, clock } = deps
  const artifacts = createArtifactAdapter('Session', deps)
  const codec = createCodec('Session', deps)

  /** The engine destroys the old id right before it saves the new one; a sign-out destroys the current id. */
  function isRotation(id: string): boolean {
    const ctx = currentRequest()
    return ctx !== undefined && engineSession(ctx)?.oldId === id
  }

  async function insertNew(artifact: Artifact, payload: EnginePayload): Promise<void> {
    if (payload.accountId === undefined) deps.admitFlow()
    await store.upsert(tenantId, artifact)
  }

  /**
   * Writes over what was read. Where another request wrote meanwhile, into this row or into the one the cookie was rotated
   * to, only what this one added is added there: each has a code that is bound to its entry.
   */
  async function change(artifact: Artifact, payload: EnginePayload, before: Seen): Promise<void> {
    if (!before.superseded && (await store.update(tenantId, artifact, before.stored))) return
    for (let race = 0; race < mostRaces; race += 1) {
      const uid = brandId<SessionUid>(payload.uid ?? '')
      const newest = await store.findByUid(tenantId, uid, epochSeconds(clock))
      if (!newest) return
      const merged = merge(newest.payload, payload, before.stored)
      if (merged === undefined) return
      const next = { ...artifact, id: newest.id, payload: merged }
      if (await store.update(tenantId, next, newest.payload)) return
    }
  }

  return {
    ...artifacts,

    async find(id) {
      const found = await store.find(tenantId, 'Session', sha256(id), epochSeconds(clock))
      const payload = found && codec.decode(found, id)
      if (!payload || isOver(payload, epochSeconds(clock))) return undefined
      // The grace is for people who are signed in. A planted cookie that was nobody's stays nobody's: CWE-384.
      if (payload.consumed !== undefined && payload.accountId === undefined) return undefined
      remember(id, payload, found.payload)
      return payload
    },

    async findByUid(uid) {
      const payload = await artifacts.findByUid(uid)
      return payload && !isOver(payload, epochSeconds(clock)) ? payload : undefined
    },

    async upsert(id, payload, ttl) {
      if (!isWorthWriting(id, payload)) return
      const artifact = codec.encode(id, payload, ttl)
      const before = seenNow()
      // What was read before is only changed: ended meanwhile, it stays ended (Q65).
      if (before?.id === id) await change(artifact, payload, before)
      else await insertNew(artifact, payload)
    },

    async destroy(id) {
      if (!isRotation(id)) return artifacts.destroy(id)
      const now = epochSeconds(clock)
      const hashedId = sha256(id)
      const isRotated = await store.consume(tenantId, 'Session', hashedId, now)
      // Not even a used one is there: it was ended meanwhile, and its successor must not live.
      // An id that never was in the store is what the engine invents for a cookie that opens nothing.
      if (!isRotated && seenNow()?.id === id) {
        if (!(await store.find(tenantId, 'Session', hashedId, now))) rememberEnd()
      }
      await store.expire(tenantId, 'Session', hashedId, now + sessionRotationGrace)
    },
  }
}

function remember(id: string, payload: EnginePayload, stored: string): void {
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

/** Requests whose session ended while they ran. */
const ended = new WeakSet<KoaContextWithOIDC>()

function rememberEnd(): void {
  const ctx = currentRequest()
  if (ctx) ended.add(ctx)
}

function seenNow(): Seen | undefined {
  const ctx = currentRequest()
  return ctx && seenBy.get(ctx)
}

/** More requests at once than a browser makes. */
const mostRaces = 20

/** What another request stored, with what this one changed since it read `base`; undefined when it is somebody else's. */
function merge(stored: string, ours: EnginePayload, base: string): string | undefined {
  const theirs = JSON.parse(stored) as EnginePayload // both written by the codec
  const read = JSON.parse(base) as EnginePayload
  if (theirs.accountId !== ours.accountId) return undefined
  const changed = Object.entries(ours.authorizations ?? {}).filter(
    ([clientId, entry]) => !isDeepStrictEqual(entry, read.authorizations?.[clientId]),
  )
  const authorizations = { ...theirs.authorizations, ...Object.fromEntries(changed) }
  return JSON.stringify({ ...theirs, authorizations, state: ours.state, exp: ours.exp })
}

function isWorthWriting(id: string, payload: EnginePayload): boolean {
  const ctx = currentRequest()
  if (ctx && ended.has(ctx)) return false
  const seen = ctx && seenBy.get(ctx)
  if (seen?.id !== id) return true
  if (seen.content !== contentOf(payload)) return true
  return !seen.superseded && (payload.exp ?? 0) - seen.exp >= touchInterval
}

function contentOf(payload: EnginePayload): string {
  const { iat: _iat, exp: _exp, jti: _jti, consumed: _consumed, ...content } = payload
  // a session that was just signed in to has its members in another order than one that was read
  return JSON.stringify(Object.entries(content).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
