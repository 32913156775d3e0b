import { decodeJwt } from 'jose'
import { sha256 } from '#kit/hash.ts'
import { errors } from 'oidc-provider'
import type { AdapterDeps, EngineAdapter } from './adapter-deps.ts'
import { createArtifactAdapter } from './artifact-adapter.ts'
import { createCodec } from './codec.ts'
import { currentRequest } from './request.ts'

/**
 * Marks of client assertions (RFC 7523 §3) and DPoP proofs (RFC 9449 §11.1) already seen. The engine looks first and
 * writes then (F2); here writing is looking: whoever does not insert is a replay.
 */
export function createReplayAdapter(deps: AdapterDeps): Required<EngineAdapter> {
  const codec = createCodec('ReplayDetection', deps)

  return {
    ...createArtifactAdapter('ReplayDetection', deps),
    async find() {
      return undefined
    },
    async upsert(id, payload, ttl) {
      const isFirst = await deps.store.insert(deps.tenantId, codec.encode(id, payload, ttl))
      if (!isFirst) throw replayed(id, payload.iss)
    },
  }
}

function replayed(id: string, issuer: string | undefined): Error {
  const assertion: unknown = currentRequest()?.oidc.params?.['client_assertion']
  return typeof assertion === 'string' && markOf(assertion, issuer) === id
    ? new errors.InvalidClientAuth('client assertion tokens must only be used once')
    : new errors.InvalidDpopProof('DPoP proof JWT replay detected')
}

function markOf(assertion: string, issuer: string | undefined): string | undefined {
  try {
    return sha256(`${issuer}${decodeJwt(assertion).jti}`)
  } catch {
    return undefined
  }
}
