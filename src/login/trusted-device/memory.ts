import type { Clock } from '#kit/clock.ts'
import type { SessionOwner } from '#session/session.ts'
import type { TrustedDevice, TrustedDeviceStore } from './trusted-device.ts'

export function createMemoryTrustedDeviceStore({
  clock,
}: {
  readonly clock: Clock
}): TrustedDeviceStore {
  let devices: readonly TrustedDevice[] = []
  const isOf = ({ tenantId, id }: SessionOwner) => {
    return (one: TrustedDevice) => one.tenantId === tenantId && one.accountId === id
  }
  const living = (owner: SessionOwner) =>
    devices.filter((one) => isOf(owner)(one) && one.expiresAt.getTime() > clock.now())

  function drop(isOver: (one: TrustedDevice) => boolean): number {
    const count = devices.length
    devices = devices.filter((one) => !isOver(one))
    return count - devices.length
  }

  return {
    async insert(device, instead) {
      const isOwn = isOf({ tenantId: device.tenantId, id: device.accountId })
      drop((one) => isOwn(one) && instead.includes(one.tokenHash))
      devices = [device, ...devices]
    },
    find: async (owner, hashes) =>
      living(owner)
        .toSorted((a, b) => b.trustedAt.getTime() - a.trustedAt.getTime())
        .find(({ tokenHash }) => hashes.includes(tokenHash)),
    async touch({ tenantId, id }, at) {
      devices = devices.map((one) =>
        one.tenantId === tenantId && one.id === id ? { ...one, lastUsedAt: at } : one,
      )
    },
    list: async (owner) =>
      living(owner).toSorted((a, b) => b.lastUsedAt.getTime() - a.lastUsedAt.getTime()),
    remove: async (owner, id) => drop((one) => isOf(owner)(one) && one.id === id) === 1,
    removeAll: async (owner) => drop(isOf(owner)),
    async removeExpired(before, limit) {
      const over = devices.filter(({ expiresAt }) => expiresAt.getTime() < before * 1000)
      const first = over.slice(0, limit)
      return drop((one) => first.includes(one))
    },
  }
}
