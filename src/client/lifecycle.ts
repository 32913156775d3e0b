import { sha256 } from '#kit/hash.ts'
import { randomToken } from '#kit/random.ts'
import type { AuditActor } from '#audit/audit.ts'
import { hasSecret } from './client.ts'
import type { Clients } from './client.ts'
import type { ChangeDeps } from './change.ts'

/** What happens to a client that is here: its secret, its status, its end. */
export function createLifecycle(
  deps: ChangeDeps,
): Pick<Clients, 'rotateSecret' | 'setStatus' | 'remove'> {
  const { store, ender, inTransaction, record, after, forget } = deps
  const system: AuditActor = { kind: 'system' }

  const changeStatus: Clients['setStatus'] = (tenantId, clientId, status, actor = system) =>
    inTransaction(undefined, async (within) => {
      const before = await store.find(tenantId, clientId, within)
      if (!before) return false
      if (before.status === status) return true
      const changed = { ...before, status, updatedAt: after(before.updatedAt) }
      await store.update(changed, within)
      const type = status === 'active' ? 'client.enabled' : 'client.disabled'
      await record(changed, type, actor, within)
      return true
    })

  // Ending comes after the commit: from then on nothing new is issued. It is repeated when asked again, because the
  // first time may have failed between the two.
  const setStatus: Clients['setStatus'] = async (tenantId, clientId, status, actor) => {
    const isKnown = await changeStatus(tenantId, clientId, status, actor)
    forget(tenantId, clientId)
    if (isKnown && status === 'disabled') await ender.endClient(tenantId, clientId)
    return isKnown
  }

  return {
    setStatus,

    async rotateSecret(tenantId, clientId, actor = system) {
      const fresh = await inTransaction(undefined, async (within) => {
        const before = await store.find(tenantId, clientId, within)
        if (!before || !hasSecret(before)) return undefined
        const secret = randomToken(32)
        const secretHashes = [sha256(secret), ...before.secretHashes.slice(0, 1)]
        const changed = { ...before, secretHashes, updatedAt: after(before.updatedAt) }
        await store.update(changed, within)
        await record(changed, 'client.secret_rotated', actor, within)
        return secret
      })
      forget(tenantId, clientId)
      return fresh
    },

    async remove(tenantId, clientId, actor = system) {
      const isKnown = await setStatus(tenantId, clientId, 'disabled', actor)
      if (!isKnown) return false
      const isRemoved = await inTransaction(undefined, async (within) => {
        const before = await store.find(tenantId, clientId, within)
        if (!before || !(await store.remove(tenantId, clientId, within))) return false
        await record(before, 'client.removed', actor, within)
        return true
      })
      forget(tenantId, clientId)
      return isRemoved
    },
  }
}
