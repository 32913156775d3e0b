import { createPrivateKey, createPublicKey } from 'node:crypto'
import type { JsonWebKey, KeyObject } from 'node:crypto'
import { sha256 } from '#kit/hash.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Sealer } from '#kit/sealer.ts'
import { sealingPlace } from './generate.ts'
import { signingAlgorithms } from './key.ts'
import type { KeySet, KeyState, LoadedKey, SigningKey, StoredSigningKey } from './key.ts'

const stateOrder: readonly KeyState[] = ['current', 'next', 'retired']

/** Those still published at `at`: what signs first, retired ones last. */
export function publishedKeys<Key extends SigningKey>(
  keys: readonly Key[],
  at: number,
): readonly Key[] {
  const rank = (key: Key) =>
    stateOrder.indexOf(key.state) * signingAlgorithms.length + signingAlgorithms.indexOf(key.alg)
  return keys
    .filter((key) => key.expiresAt === undefined || key.expiresAt.getTime() > at)
    .toSorted((a, b) => rank(a) - rank(b) || b.changedAt.getTime() - a.changedAt.getTime())
}

export function keySetVersion(keys: readonly SigningKey[]): string {
  return sha256(
    keys
      .map(({ kid, state }) => `${kid} ${state}`)
      .sort()
      .join('\n'),
  )
}

export function loadKeySet(
  tenantId: TenantId,
  published: readonly StoredSigningKey[],
  sealer: Sealer,
): KeySet {
  return {
    tenantId,
    version: keySetVersion(published),
    keys: published.map((stored) => load(stored, sealer)),
  }
}

function load(stored: StoredSigningKey, sealer: Sealer): LoadedKey {
  const publicJwk = stored.publicJwk as JsonWebKey // jose's type is wider than node's
  return {
    ...publicPart(stored),
    publicKey: createPublicKey({ key: publicJwk, format: 'jwk' }),
    privateKey: stored.state === 'current' ? openPrivateKey(stored, sealer) : undefined,
  }
}

function openPrivateKey(stored: StoredSigningKey, sealer: Sealer): KeyObject {
  const text = sealer.open(stored.sealedPrivateJwk, sealingPlace(stored.tenantId, stored.kid))
  const privateJwk = JSON.parse(text) as JsonWebKey // we sealed it ourselves
  return createPrivateKey({ key: privateJwk, format: 'jwk' })
}

/** An allow-list: whatever else is stored one day does not leave with it (Q82). */
export function publicPart(stored: StoredSigningKey): SigningKey {
  const { tenantId, kid, alg, state, publicJwk, createdAt, changedAt, expiresAt } = stored
  return { tenantId, kid, alg, state, publicJwk, createdAt, changedAt, expiresAt }
}
