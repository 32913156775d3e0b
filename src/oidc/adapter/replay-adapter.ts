import { decodeJwt } from 'jose'
import { epochSeconds } from '#kit/clock.ts'
import { sha256 } from '#kit/hash.ts'
import { errors } from 'oidc-provider'
import type { AdapterDeps, EngineAdapter } from './adapter-deps.ts'
import { createArtifactAdapter } from './artifact-adapter.ts'
import { createCodec } from './codec.ts'
import { currentRequest } from './request.ts'

/** Seconds a DPoP proof is good before and after its date (Q24); the engine would take five minutes either way. */
const proofWindow = 60
/** Seconds a nonce of the engine's is good, before and after: with one, the nonce is the clock (RFC 9449 §8). */
const nonceWindow = 300

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
      // the engine asks for a mark that lives shorter than a proof dated ahead
      const lifetime = isAssertion ? ttl : 2 * windowOfProof(epochSeconds(deps.clock))
      const mark = codec.encode(id, payload, lifetime)
      if (await deps.store.insert(deps.tenantId, mark)) return
      throw isAssertion
        ? new errors.InvalidClientAuth('client assertion tokens must only be used once')
        : new errors.InvalidDpopProof('DPoP proof JWT replay detected')
    },
  }
}

/** Whoever's clock is wrong is sent for a nonce, which the engine puts into the answer. */
function windowOfProof(now: number): number {
  const proof = currentRequest()?.get('dpop') ?? ''
  const { iat, nonce } = decodeJwt(proof) // the engine has verified it
  // an empty one is none to the engine
  if (nonce) return nonceWindow
  if (Number.isSafeInteger(iat) && Math.abs(now - Number(iat)) <= proofWindow) return proofWindow
  throw new errors.UseDpopNonce('DPoP proof iat is not recent enough, use a DPoP nonce instead')
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
