import { epochSeconds } from '#kit/clock.ts'
import { sha256 } from '#kit/hash.ts'
import { brandId } from '#kit/ids.ts'
import type { GrantId, SessionUid } from '#kit/ids.ts'
import type { Artifact } from '../oidc.ts'
import type { AdapterDeps, EnginePayload } from './adapter-deps.ts'
import { addedAuthorizations, isRotation, merge, seenNow } from './session-seen.ts'
import type { Seen } from './session-seen.ts'

/** More requests at once than a browser makes. */
const mostRaces = 20

/** How a session is kept at the end of a request, whatever happened to it since that request began. */
export type SessionWriter = {
  write(id: string, artifact: Artifact, payload: EnginePayload): Promise<void>
  /**
   * The session ended while this request ran: what the request gave in its name ends as well. A code on its way to the
   * application opens nothing then, not even for `offline_access` (Q17).
   */
  takeBack(payload: EnginePayload): Promise<void>
}

export function createSessionWriter(deps: AdapterDeps): SessionWriter {
  const { tenantId, store, clock } = deps

  async function insertNew(artifact: Artifact, payload: EnginePayload): Promise<void> {
    if (payload.accountId === undefined) deps.admitFlow()
    await store.upsert(tenantId, artifact)
    const before = seenNow()
    if (!before || !isRotation(before.id)) return
    const now = epochSeconds(clock)
    const retired = await store.find(tenantId, 'Session', sha256(before.id), now)
    if (retired) return takeOver(artifact, retired.payload, before)
    // Ended between the two steps of the rotation: whoever ended it may not have seen the successor (Q65).
    await store.destroy(tenantId, 'Session', artifact.id)
    await takeBack(payload)
  }

  /** What another request wrote under the old id since this one read it belongs to the successor. */
  async function takeOver(artifact: Artifact, retired: string, before: Seen): Promise<void> {
    if (retired === before.stored) return
    const theirs = JSON.parse(retired) as EnginePayload // written by the codec
    const merged = merge(artifact.payload, theirs, before.stored)
    if (merged === undefined) return
    await store.update(tenantId, { ...artifact, payload: merged }, artifact.payload)
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
      const merged = newest && merge(newest.payload, payload, before.stored)
      if (!newest || merged === undefined) return takeBack(payload)
      const next = { ...artifact, id: newest.id, payload: merged }
      if (await store.update(tenantId, next, newest.payload)) return
    }
  }

  async function takeBack(payload: EnginePayload): Promise<void> {
    for (const [, { grantId }] of addedAuthorizations(payload, seenNow()?.stored)) {
      if (grantId) await store.destroyByGrant(tenantId, brandId<GrantId>(grantId))
    }
  }

  return {
    takeBack,
    async write(id, artifact, payload) {
      const before = seenNow()
      // What was read before is only changed: ended meanwhile, it stays ended (Q65).
      if (before?.id === id) await change(artifact, payload, before)
      else await insertNew(artifact, payload)
    },
  }
}
