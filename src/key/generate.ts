import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { calculateJwkThumbprint } from 'jose'
import type { JWK } from 'jose'
import type { TenantId } from '#kit/ids.ts'
import type { Sealer } from '#kit/sealer.ts'
import type { KeyState, SigningAlgorithm, StoredSigningKey } from './key.ts'

const keyPair = promisify(generateKeyPair)

/** Where a private key is sealed to: a copy in another row, table or tenant does not open (Q87). */
export function sealingPlace(tenantId: TenantId, kid: string): readonly string[] {
  return [tenantId, 'signing_keys', kid]
}

export async function generateSigningKey(
  slot: {
    readonly tenantId: TenantId
    readonly alg: SigningAlgorithm
    readonly state: KeyState
    readonly at: Date
  },
  sealer: Sealer,
): Promise<StoredSigningKey> {
  const { tenantId, alg, state, at } = slot
  // Asynchronous: an RSA key of 3072 bits (Q13) takes a few hundred milliseconds off the event loop.
  const { publicKey, privateKey } =
    alg === 'ES256'
      ? await keyPair('ec', { namedCurve: 'P-256' })
      : await keyPair('rsa', { modulusLength: 3072 })
  const bare = publicKey.export({ format: 'jwk' }) as JWK // node's own type is wider than jose's
  const kid = await calculateJwkThumbprint(bare)
  const privateJwk = JSON.stringify(privateKey.export({ format: 'jwk' }))
  return {
    tenantId,
    kid,
    alg,
    state,
    publicJwk: { ...bare, kid, alg, use: 'sig' },
    createdAt: at,
    changedAt: at,
    expiresAt: undefined,
    sealedPrivateJwk: sealer.seal(privateJwk, sealingPlace(tenantId, kid)),
  }
}
