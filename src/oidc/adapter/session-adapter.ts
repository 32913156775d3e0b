import type { KoaContextWithOIDC } from 'oidc-provider'
import { epochSeconds } from '#kit/clock.ts'
import { sha256 } from '#kit/hash.ts'
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

  return {
    ...artifacts,

    async find(id) {
      const payload = await artifacts.find(id)
      if (!payload || isOver(payload, epochSeconds(clock))) return undefined
      // The grace is for people who are signed in. A planted cookie that was nobody's stays nobody's: CWE-384.
      if (payload.consumed !== undefined && payload.accountId === undefined) return undefined
      remember(id, payload)
      return payload
    },

    async findByUid(uid) {
      const payload = await artifacts.findByUid(uid)
      return payload && !isOver(payload, epochSeconds(clock)) ? payload : undefined
    },

    async upsert(id, payload, ttl) {
      if (!isWorthWriting(id, payload)) return
      const artifact = codec.encode(id, payload, ttl)
      // What was read before is only changed: ended meanwhile, it stays ended (Q65).
      if (isSeen(id)) await store.update(tenantId, artifact)
      else await insertNew(artifact, payload)
    },

    async destroy(id) {
      if (!isRotation(id)) return artifacts.destroy(id)
      const now = epochSeconds(clock)
      const hashedId = sha256(id)
      const isRotated = await store.consume(tenantId, 'Session', hashedId, now)
      // Not even a used one is there: it was ended meanwhile, and its successor must not live.
      if (!isRotated && !(await store.find(tenantId, 'Session', hashedId, now))) rememberEnd()
      await store.expire(tenantId, 'Session', hashedId, now + sessionRotationGrace)
    },
  }
}

function remember(id: string, payload: EnginePayload): void {
  const ctx = currentRequest()
  if (!ctx) return
  seenBy.set(ctx, {
    id,
    content: contentOf(payload),
    exp: payload.exp ?? 0,
    superseded: payload.consumed !== undefined,
  })
}

/** Requests whose session ended while they ran. */
const ended = new WeakSet<KoaContextWithOIDC>()

function rememberEnd(): void {
  const ctx = currentRequest()
  if (ctx) ended.add(ctx)
}

function isSeen(id: string): boolean {
  const ctx = currentRequest()
  return ctx !== undefined && seenBy.get(ctx)?.id === id
}

function isWorthWriting(id: string, payload: EnginePayload): boolean {
  const ctx = currentRequest()
  if (ctx && ended.has(ctx)) return false
  const seen = ctx && seenBy.get(ctx)
  if (seen?.id !== id) return true
  if (seen.superseded) return false
  return seen.content !== contentOf(payload) || (payload.exp ?? 0) - seen.exp >= touchInterval
}

function contentOf(payload: EnginePayload): string {
  const { iat: _iat, exp: _exp, jti: _jti, consumed: _consumed, ...content } = payload
  // a session that was just signed in to has its members in another order than one that was read
  return JSON.stringify(Object.entries(content).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
