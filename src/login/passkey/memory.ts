import type { Passkey, PasskeyOwner, PasskeyStore } from './passkey.ts'

export function createMemoryPasskeyStore(): PasskeyStore {
  const handles = new Map<string, string>()
  const passkeys = new Map<string, Passkey>()
  const keyOf = (tenantId: string, id: string) => JSON.stringify([tenantId, id])
  const isOf = ({ tenantId, accountId }: PasskeyOwner, passkey: Passkey | undefined) =>
    passkey?.tenantId === tenantId && passkey.accountId === accountId
  const listed = (owner: PasskeyOwner) => [...passkeys.values()].filter((one) => isOf(owner, one))

  return {
    async handleOf({ tenantId, accountId }, fresh) {
      const key = keyOf(tenantId, accountId)
      const handle = handles.get(key) ?? fresh
      handles.set(key, handle)
      return handle
    },

    async find(tenantId, credentialId) {
      return passkeys.get(keyOf(tenantId, credentialId))
    },

    async list(owner) {
      return listed(owner).sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime())
    },

    async insert(passkey) {
      const key = keyOf(passkey.tenantId, passkey.credentialId)
      if (passkeys.has(key)) return false
      passkeys.set(key, passkey)
      return true
    },

    async use(passkey, { signCount, backedUp, userVerified, at }) {
      const key = keyOf(passkey.tenantId, passkey.credentialId)
      const kept = passkeys.get(key)
      if (!kept || !isOf(passkey, kept)) return false
      const grows = signCount > kept.signCount || (signCount === 0 && kept.signCount === 0)
      if (!kept.backupEligible && !grows) return false
      const verifiedAt = userVerified ? at : kept.verifiedAt
      const counted = Math.max(signCount, kept.signCount)
      passkeys.set(key, { ...kept, signCount: counted, backedUp, lastUsedAt: at, verifiedAt })
      return true
    },

    async rename(owner, credentialId, name) {
      const key = keyOf(owner.tenantId, credentialId)
      const kept = passkeys.get(key)
      if (!kept || !isOf(owner, kept)) return false
      passkeys.set(key, { ...kept, name })
      return true
    },

    async remove(owner, credentialId) {
      const key = keyOf(owner.tenantId, credentialId)
      return isOf(owner, passkeys.get(key)) && passkeys.delete(key)
    },

    async removeAll(owner) {
      const all = listed(owner)
      for (const { tenantId, credentialId } of all) passkeys.delete(keyOf(tenantId, credentialId))
      return all.length
    },

    async isKnown(credentialId) {
      return [...passkeys.values()].some((passkey) => passkey.credentialId === credentialId)
    },
  }
}
