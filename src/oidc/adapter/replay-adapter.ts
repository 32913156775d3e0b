import { decodeJwt } from 'jose'
import { sha256 } from '#kit/hash.ts'
import { errors } from 'oidc-provider'
import type { AdapterDeps, EngineAdapter } from './adapter-deps.ts'
import { createArtifactAdapter } from './artifact-adapter.ts'
import { createCodec } from './codec.ts'
import { currentRequest } from './request.ts'

/**
 * Seconds. The engine takes a proof dated up to five minutes ahead, which is then good for ten, but asks for a mark that
 * lives only five.
 */
const longestProof = 600

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
      const isAssertion = isMarkOfAssertion(id, payload.iss)
      const mark = codec.encode(id, payload, isAssertion ? ttl : longestProof)
      if (await deps.store.insert(deps.tenantId, mark)) return
      throw isAssertion
        ? new errors.InvalidClientAuth('client assertion tokens must only be used once')
        : new errors.InvalidDpopProof('DPoP proof JWT replay detected')
    },
  }
}

function isMarkOfAssertion(id: string, issuer: string | undefined): boolean {
  const assertion: unknown = currentRequest()?.oidc.params?.['client_assertion']
  return typeof assertion === 'string' && markOf(assertion, issuer) === id
}

function markOf(assertion: string, issuer: string | undefined): string | undefined {
  try {
    return sha256(`${issuer}${decodeJwt(assertion).jti}`)
  } catch {
    return undefined
  }
}
