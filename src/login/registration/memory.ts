import { invitationKept } from './registration.ts'
import type { Agreement, AgreementStore, Invitation, InvitationStore } from './registration.ts'

export function createMemoryAgreementStore(): AgreementStore {
  const agreements = new Map<string, Agreement>()
  const keyOf = ({ tenantId, accountId, document, version }: Agreement) =>
    JSON.stringify([tenantId, accountId, document, version])

  return {
    async put(added) {
      for (const agreement of added) {
        const key = keyOf(agreement)
        if (!agreements.has(key)) agreements.set(key, agreement)
      }
    },

    async list(tenantId, accountId) {
      return [...agreements.values()]
        .filter((known) => known.tenantId === tenantId && known.accountId === accountId)
        .sort((a, b) => a.agreedAt.getTime() - b.agreedAt.getTime())
    },
  }
}

export function createMemoryInvitationStore(): InvitationStore {
  const invitations = new Map<string, Invitation>()
  const keyOf = (tenantId: string, id: string) => JSON.stringify([tenantId, id])

  return {
    async insert(invitation) {
      invitations.set(keyOf(invitation.tenantId, invitation.id), invitation)
    },

    async findByToken(tenantId, tokenHash) {
      return [...invitations.values()].find(
        (known) => known.tenantId === tenantId && known.tokenHash === tokenHash,
      )
    },

    async list(tenantId) {
      return [...invitations.values()]
        .filter((known) => known.tenantId === tenantId)
        .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
    },

    async use(tenantId, id, at) {
      const known = invitations.get(keyOf(tenantId, id))
      if (!known || known.usedAt || known.revokedAt || known.expiresAt <= at) return false
      invitations.set(keyOf(tenantId, id), { ...known, usedAt: at })
      return true
    },

    async revoke(tenantId, id, at) {
      const known = invitations.get(keyOf(tenantId, id))
      if (!known || known.usedAt || known.revokedAt) return false
      invitations.set(keyOf(tenantId, id), { ...known, revokedAt: at })
      return true
    },

    async removeExpired(before, limit) {
      const over = [...invitations].filter(
        ([, { expiresAt }]) => expiresAt.getTime() < (before - invitationKept) * 1000,
      )
      const removed = over.slice(0, limit)
      for (const [key] of removed) invitations.delete(key)
      return removed.length
    },
  }
}
