import { gracePeriod } from './domain.ts'
import type { ConnectionDomain, DomainProof, DomainStore } from './domain.ts'

type Claim = Omit<ConnectionDomain, 'proof'>
type Key = Pick<Claim, 'tenantId' | 'connectionId' | 'domain'>
type Proved = Key & { readonly proof: DomainProof }

export function createMemoryDomainStore(): DomainStore {
  const claims = new Map<string, Claim>()
  const proofs = new Map<string, Proved>()
  const claimKey = (key: Key) => `${key.tenantId} ${key.connectionId} ${key.domain}`
  const proofKey = (key: Key) => `${key.tenantId} ${key.domain}`

  function proofOf(key: Key): DomainProof | undefined {
    const proved = proofs.get(proofKey(key))
    return proved?.connectionId === key.connectionId ? proved.proof : undefined
  }

  function all(): readonly ConnectionDomain[] {
    return [...claims.values()].map((claim) => ({ ...claim, proof: proofOf(claim) }))
  }

  return {
    list: async (tenantId, connectionId) =>
      all()
        .filter((claim) => claim.tenantId === tenantId)
        .filter((claim) => connectionId === undefined || claim.connectionId === connectionId)
        .sort((a, b) => (a.domain + a.connectionId < b.domain + b.connectionId ? -1 : 1)),

    async claim(claim) {
      const before = claims.get(claimKey(claim)) ?? claim
      claims.set(claimKey(claim), { ...before, isEnforced: claim.isEnforced })
    },

    async release(key) {
      if (proofOf(key)) proofs.delete(proofKey(key))
      return claims.delete(claimKey(key))
    },

    async prove(key, { by, at }) {
      if (!claims.has(claimKey(key))) return false
      const owner = proofs.get(proofKey(key))
      const isOwn = owner?.connectionId === key.connectionId
      const missing = owner?.proof.missingSince?.getTime() ?? Infinity
      if (owner && !isOwn && missing > at.getTime() - gracePeriod) return false
      const provedAt = isOwn ? owner.proof.provedAt : at
      proofs.set(proofKey(key), {
        ...key,
        proof: { by, provedAt, checkedAt: at, missingSince: undefined },
      })
      return true
    },

    async miss(key, at) {
      const before = proofOf(key)
      if (!before) return false
      const proof = { ...before, checkedAt: at, missingSince: before.missingSince ?? at }
      proofs.set(proofKey(key), { ...key, proof })
      return before.missingSince === undefined
    },

    disprove: async (key) => proofOf(key) !== undefined && proofs.delete(proofKey(key)),

    due: async (before, limit) =>
      all()
        .filter(({ proof }) => proof?.by === 'dns' && proof.checkedAt < before)
        .sort((a, b) => Number(a.proof?.checkedAt) - Number(b.proof?.checkedAt))
        .slice(0, limit),
  }
}
