import type { KoaContextWithOIDC } from 'oidc-provider'
import { epochSeconds } from '#kit/clock.ts'
import { sha256 } from '#kit/hash.ts'
import type { AdapterDeps, EngineAdapter } from './adapter-deps.ts'
import { createArtifactAdapter } from './artifact-adapter.ts'
import { createCodec } from './codec.ts'
import { currentRequest } from './request.ts'

/** Grants each request has read. */
const readBy = new WeakMap<KoaContextWithOIDC, readonly string[]>()

/** More requests at once than a browser makes. */
const mostRaces = 20

/**
 * A Grant that a request read and now adds to is only changed, never made anew: revoked meanwhile, it stays revoked
 * (Q17, F14).
 */
export function createGrantAdapter(deps: AdapterDeps): Required<EngineAdapter> {
  const { tenantId, store, clock } = deps
  const artifacts = createArtifactAdapter('Grant', deps)
  const codec = createCodec('Grant', deps)

  function wasRead(id: string): boolean {
    const ctx = currentRequest()
    return ctx !== undefined && (readBy.get(ctx)?.includes(id) ?? false)
  }

  return {
    ...artifacts,

    async find(id) {
      const payload = await artifacts.find(id)
      const ctx = currentRequest()
      if (payload && ctx?.oidc.session) readBy.set(ctx, [...(readBy.get(ctx) ?? []), id])
      return payload
    },

    async upsert(id, payload, ttl) {
      if (!wasRead(id)) return artifacts.upsert(id, payload, ttl)
      const artifact = codec.encode(id, payload, ttl)
      for (let race = 0; race < mostRaces; race += 1) {
        const now = await store.find(tenantId, 'Grant', sha256(id), epochSeconds(clock))
        if (!now || (await store.update(tenantId, artifact, now.payload))) return
      }
    },
  }
}
