import type { KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import type { AuditActor } from '#audit/audit.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'

/**
 * Signing keys of a tenant. One lives in each state and algorithm, retired ones aside:
 *
 *   next ── published, not yet signing ──▶ current ── signs ──▶ retired ── published until all it signed is over
 */
export type KeyState = 'next' | 'current' | 'retired'
export type SigningAlgorithm = 'ES256' | 'RS256'

/** The one that signs by default comes first. */
export const signingAlgorithms: readonly SigningAlgorithm[] = ['ES256', 'RS256']

export type SigningKey = {
  readonly tenantId: TenantId
  /** RFC 7638 thumbprint. */
  readonly kid: string
  readonly alg: SigningAlgorithm
  readonly state: KeyState
  readonly publicJwk: JWK
  readonly createdAt: Date
  /** When it entered its state. */
  readonly changedAt: Date
  /** Retired keys only: when it may be forgotten. */
  readonly expiresAt: Date | undefined
}

/**
 * As stored: the private JWK sealed at (tenant, 'signing_keys', kid). Empty once retired: what will never sign again
 * cannot be stolen.
 */
export type StoredSigningKey = SigningKey & { readonly sealedPrivateJwk: string }

/** A tenant's whole published set, ready to sign. */
export type KeySet = {
  readonly tenantId: TenantId
  /** Changes whenever a key is added, changes state or is forgotten. */
  readonly version: string
  readonly keys: readonly LoadedKey[]
}

export type LoadedKey = SigningKey & {
  readonly publicKey: KeyObject
  /** Only of `current` keys: no other may sign. */
  readonly privateKey: KeyObject | undefined
}

export type KeyStore = {
  list(tenantId: TenantId, within?: Transaction): Promise<readonly StoredSigningKey[]>
  /**
   * Writes the keys whose (algorithm, state) this tenant has none in yet; false when another process was first with
   * any of them. Next and current are unique per (tenant, alg) in the store itself.
   */
  insert(keys: readonly StoredSigningKey[], within?: Transaction): Promise<boolean>
  /**
   * In one transaction: current → retired (until `retiredUntil`, its private half destroyed), next → current,
   * `successor` becomes next. False, with nothing changed, when `expectedNextKid` is no longer next: someone else rotated.
   */
  rotate(
    change: {
      readonly tenantId: TenantId
      readonly alg: SigningAlgorithm
      readonly expectedNextKid: string
      readonly successor: StoredSigningKey
      readonly at: Date
      readonly retiredUntil: Date
    },
    within?: Transaction,
  ): Promise<boolean>
  /** In one transaction: every key of the tenant is forgotten, these stand in their place. */
  replaceAll(
    tenantId: TenantId,
    keys: readonly StoredSigningKey[],
    within?: Transaction,
  ): Promise<void>
  removeExpired(at: Date): Promise<number>
}

export type Keys = {
  /** Generates the tenant's first keys when it has none. Cached for a second; several processes agree. */
  keySet(tenantId: TenantId): Promise<KeySet>
  /** The same, when it is known without asking the store. */
  peekKeySet(tenantId: TenantId): KeySet | undefined
  list(tenantId: TenantId): Promise<readonly SigningKey[]>
  /**
   * Promotes next to current for every algorithm. `emergency` instead drops every key from the published set at once
   * and begins with fresh ones: the next might be known to the thief as well (Q88).
   */
  rotate(
    tenantId: TenantId,
    options: { readonly emergency: boolean },
    actor?: AuditActor,
  ): Promise<readonly SigningKey[]>
}
