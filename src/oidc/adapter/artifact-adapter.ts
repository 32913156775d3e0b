import { epochSeconds } from '#kit/clock.ts'
import { brandId } from '#kit/ids.ts'
import type { GrantId, SessionUid } from '#kit/ids.ts'
import { sha256 } from '#kit/hash.ts'
import { errors } from 'oidc-provider'
import type { ArtifactModel } from '../oidc.ts'
import type { AdapterDeps, EngineAdapter } from './adapter-deps.ts'
import { createCodec } from './codec.ts'
import { currentRequest, currentRoute } from './request.ts'

/** Longer than anything the engine hands out: refused before it costs a look-up. */
const longestId = 256

export function createArtifactAdapter(
  model: ArtifactModel,
  deps: AdapterDeps,
): Required<EngineAdapter> {
  const { tenantId, store, clock } = deps
  const codec = createCodec(model, deps)

  return {
    async upsert(id, payload, ttl) {
      if (isBegunByAnybody()) deps.admitFlow()
      await store.upsert(tenantId, codec.encode(id, payload, ttl))
    },

    async find(id) {
      if (id.length > longestId) return undefined
      const found = await store.find(tenantId, model, sha256(id), epochSeconds(clock))
      return found && codec.decode(found, id)
    },

    async findByUid(uid) {
      const found = await store.findByUid(tenantId, brandId<SessionUid>(uid), epochSeconds(clock))
      return found && codec.decode(found, undefined)
    },

    async findByUserCode(userCode) {
      const found = await store.findByUserCode(tenantId, sha256(userCode), epochSeconds(clock))
      return found && codec.decode(found, undefined)
    },

    async consume(id) {
      const won = await store.consume(tenantId, model, sha256(id), epochSeconds(clock))
      if (!won) throw usedBefore(model)
    },

    async destroy(id) {
      if (model === 'Grant') return store.destroyByGrant(tenantId, brandId<GrantId>(id))
      return store.destroy(tenantId, model, sha256(id))
    },

    async revokeByGrantId() {
      // Nothing to do: the engine asks this of each model and then destroys the Grant, which takes everything that hangs
      // on it. Where it keeps the Grant (RFC 7009 §2.1: one access token is revoked), the refresh token must live on.
    },
  }
}

const openRoutes: ReadonlySet<string | undefined> = new Set([
  'device_authorization',
  'pushed_authorization_request',
])

/** A public client's name is no secret: what it pushes is as good as anonymous. */
function isBegunByAnybody(): boolean {
  const client = currentRequest()?.oidc.client
  return openRoutes.has(currentRoute()) && client?.clientAuthMethod === 'none'
}

function usedBefore(model: ArtifactModel): Error {
  // RFC 9126 §7.3: a request URI is one-time; it is consumed at the authorization endpoint
  if (model === 'PushedAuthorizationRequest') {
    return new errors.InvalidRequestUri('request_uri is invalid, expired, or was already used')
  }
  // RFC 6749 §4.1.2, RFC 9700 §2.1.1
  return new errors.InvalidGrant('grant request is invalid')
}
