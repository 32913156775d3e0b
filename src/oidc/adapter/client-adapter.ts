import { AppError } from '#kit/errors.ts'
import type { AdapterDeps, EngineAdapter } from './adapter-deps.ts'

/**
 * Dynamic registration writes here (RFC 7591); reading goes through the client cache (`client-models.ts`), which knows
 * that a secret is only kept as a hash.
 */
export function createClientAdapter(deps: AdapterDeps): EngineAdapter {
  const { tenantId, clients } = deps

  function notUsed(): never {
    throw new Error('clients are read through client-models')
  }

  return {
    async upsert(_id, payload) {
      const result = await clients.create({ tenantId, origin: 'registration', metadata: payload })
      if (result.outcome === 'saved') return
      // the engine asked our validator before it came here
      throw new AppError({
        code: 'client.registration_refused',
        status: 400,
        message: 'The client could not be registered.',
        details: result,
      })
    },
    find: notUsed,
    findByUid: notUsed,
    findByUserCode: notUsed,
    consume: notUsed,
    destroy: notUsed,
    revokeByGrantId: notUsed,
  }
}
