import { epochSeconds } from '#kit/clock.ts'
import { sha256 } from '#kit/hash.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, SessionUid } from '#kit/ids.ts'
import { isOver } from '#session/session.ts'
import { elsewhereOf } from '../federated-session.ts'
import type { AdapterDeps, EngineAdapter, EnginePayload } from './adapter-deps.ts'
import { createArtifactAdapter } from './artifact-adapter.ts'
import { createCodec } from './codec.ts'
import { currentRequest } from './request.ts'
import {
  carried,
  hasEnded,
  holdsNewProof,
  isRotation,
  isWorthWriting,
  remember,
  rememberEnd,
  seenNow,
} from './session-seen.ts'
import { createSessionWriter } from './session-writer.ts'

/**
 * Seconds a rotated session cookie still opens what it opened before (two tabs, a request in flight). The row keeps
 * its state from before the rotation, so a planted cookie gains nothing from the victim's sign-in (CWE-384).
 */
export const sessionRotationGrace = 10

export function createSessionAdapter(deps: AdapterDeps): Required<EngineAdapter> {
  const { tenantId, store, clock } = deps
  const artifacts = createArtifactAdapter('Session', deps)
  const codec = createCodec('Session', deps)
  const { write, takeBack } = createSessionWriter(deps)

  /** Before the session itself is kept: none lives that its owner cannot see. */
  async function register(session: EnginePayload): Promise<void> {
    const { uid, accountId, acr, amr, loginTs } = session
    const ctx = currentRequest()
    if (!ctx || !uid || !accountId || !holdsNewProof(session)) return
    const { via, foreign } = elsewhereOf(session)
    await deps.sessions.opened({
      tenantId,
      uid: brandId<SessionUid>(uid),
      accountId: brandId<AccountId>(accountId),
      acr,
      amr: amr ?? [],
      provedAt: loginTs ?? epochSeconds(clock),
      ip: ctx.ip,
      headers: ctx.headers,
      elsewhere: via && foreign && { via, foreign },
    })
  }

  async function signOut(id: string): Promise<void> {
    await artifacts.destroy(id)
    const uid = currentRequest()?.oidc.session?.uid
    if (uid) await deps.sessions.closed(tenantId, brandId<SessionUid>(uid))
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

    async upsert(id, state, ttl) {
      if (hasEnded()) return takeBack(state)
      if (!isWorthWriting(id, state)) return
      await register(state)
      // when it was last used goes along with a write there is anyway
      const payload = { ...state, ...carried(), usedAt: epochSeconds(clock) }
      await write(id, codec.encode(id, payload, ttl), payload)
    },

    async destroy(id) {
      if (!isRotation(id)) return signOut(id)
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
