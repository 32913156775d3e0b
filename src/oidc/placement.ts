import type { ArtifactModel, ArtifactStore } from './oidc.ts'

/** Lives minutes, or dies with its Grant: losing it costs a flow in progress or a refresh, never a session. */
const shortLivedModels: ReadonlySet<ArtifactModel> = new Set([
  'AccessToken',
  'AuthorizationCode',
  'ClientCredentials',
  'DeviceCode',
  'Interaction',
  'PushedAuthorizationRequest',
  'ReplayDetection',
])

/**
 * Two stores as one, where Redis is configured. ReplayDetection must not be lost either, but only for the few minutes a
 * `jti` is valid; when its store fails, so does the request.
 */
export function createPlacedArtifactStore(stores: {
  readonly durable: ArtifactStore
  readonly shortLived: ArtifactStore
}): ArtifactStore {
  const { durable, shortLived } = stores
  const of = (model: ArtifactModel) => (shortLivedModels.has(model) ? shortLived : durable)

  return {
    find: (tenantId, model, id, at) => of(model).find(tenantId, model, id, at),
    findByUid: (tenantId, uid, at) => of('Session').findByUid(tenantId, uid, at),
    findByUserCode: (tenantId, code, at) => of('DeviceCode').findByUserCode(tenantId, code, at),
    upsert: (tenantId, artifact) => of(artifact.model).upsert(tenantId, artifact),
    update: (tenantId, artifact, expected) =>
      of(artifact.model).update(tenantId, artifact, expected),
    insert: (tenantId, artifact) => of(artifact.model).insert(tenantId, artifact),
    consume: (tenantId, model, id, at) => of(model).consume(tenantId, model, id, at),
    undoRotation: (tenantId, model, rotation) => of(model).undoRotation(tenantId, model, rotation),
    expire: (tenantId, model, id, expiresAt) => of(model).expire(tenantId, model, id, expiresAt),
    destroy: (tenantId, model, id) => of(model).destroy(tenantId, model, id),
    destroyByUid: (tenantId, uid) => of('Session').destroyByUid(tenantId, uid),
    async destroyByGrant(tenantId, grantId) {
      await durable.destroyByGrant(tenantId, grantId) // first: the Grant is what every token is checked against
      await shortLived.destroyByGrant(tenantId, grantId)
    },
    async destroyByOwner(tenantId, owner) {
      await durable.destroyByOwner(tenantId, owner)
      await shortLived.destroyByOwner(tenantId, owner)
    },
    async destroyAccess(tenantId, accountId, clientId) {
      await durable.destroyAccess(tenantId, accountId, clientId)
      await shortLived.destroyAccess(tenantId, accountId, clientId)
    },
    async removeExpired(before, limit) {
      const removed = await durable.removeExpired(before, limit)
      return removed + (await shortLived.removeExpired(before, limit - removed))
    },
  }
}
