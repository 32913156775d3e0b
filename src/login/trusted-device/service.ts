import { isVoid, type Account } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import type { Clock } from '#kit/clock.ts'
import { sha256 } from '#kit/hash.ts'
import { newId, randomToken } from '#kit/random.ts'
import type { Device, SessionOwner, Sessions } from '#session/session.ts'
import type { Transaction, Transactor } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { mostTokens } from './trusted-device.ts'
import type {
  PresentedDevice,
  TrustedBy,
  TrustedDevice,
  TrustedDevices,
  TrustedDeviceStore,
} from './trusted-device.ts'

export type TrustedDeviceDeps = {
  readonly store: TrustedDeviceStore
  readonly sessions: Pick<Sessions, 'whereabouts'>
  readonly audit: Pick<Audit, 'append'>
  readonly transactor: Transactor
  /** How long a tenant trusts a device; 0: never. */
  readonly daysOf: (tenant: Tenant) => number
  readonly clock: Clock
}

/** Milliseconds within which another use is not worth a write. */
const touchInterval = 60_000

const day = 24 * 3600 * 1000

export function createTrustedDevices(deps: TrustedDeviceDeps): TrustedDevices {
  const { store, sessions, audit, transactor, clock, daysOf } = deps

  function lives(found: TrustedDevice, tenant: Tenant, account: Account): boolean {
    const trustedAt = found.trustedAt.getTime()
    const isOver = trustedAt + daysOf(tenant) * day <= clock.now()
    return !isOver && account.status === 'active' && !isVoid(account, trustedAt / 1000)
  }

  async function removed<Outcome>(
    owner: SessionOwner,
    by: TrustedBy,
    remove: (within: Transaction | undefined) => Promise<Outcome>,
  ): Promise<Outcome> {
    return transactor.transaction(async (within) => {
      const outcome = await remove(within)
      const type = 'factor.trusted_device_removed'
      const facts = { tenantId: owner.tenantId, accountId: owner.id, outcome: 'success' } as const
      if (outcome) await audit.append({ ...facts, ...by, type }, within)
      return outcome
    })
  }

  return {
    trust: createTrust(deps),

    async isTrusted({ tenant, account, cookie, visitor }: PresentedDevice) {
      const hashes = tokensOf(cookie).map(sha256)
      if (hashes.length === 0 || tenant.id !== account.tenantId) return false
      const found = await store.find(account, hashes)
      if (!found || !lives(found, tenant, account)) return false
      if (!isSame(found.device, sessions.whereabouts(visitor).device)) return false
      const now = clock.now()
      if (now - found.lastUsedAt.getTime() >= touchInterval) await store.touch(found, new Date(now))
      return true
    },

    async list(tenant, account) {
      const all = await store.list(account)
      return all.filter((one) => lives(one, tenant, account))
    },

    async remove(owner, id, by) {
      const isRemoved = await removed(owner, by, (within) => store.remove(owner, id, within))
      return isRemoved ? 'removed' : 'unknown'
    },

    removeAll: (owner, by) => removed(owner, by, (within) => store.removeAll(owner, within)),
  }
}

function createTrust(deps: TrustedDeviceDeps): TrustedDevices['trust'] {
  const { store, sessions, audit, transactor, clock, daysOf } = deps

  return async ({ tenant, account, cookie, visitor, provedAt, by }) => {
    const days = daysOf(tenant)
    if (days === 0) return undefined
    const { device, place } = sessions.whereabouts(visitor)
    const trustedAt = new Date(provedAt * 1000)
    // SECURITY: always a new one: a token that was planted in this browser must not become good (Q65)
    const token = randomToken()
    const before = tokensOf(cookie)
    const owner = { tenantId: tenant.id, accountId: account.id }
    const made: TrustedDevice = {
      ...owner,
      id: newId(),
      tokenHash: sha256(token),
      device,
      place: place && { city: place.city, country: place.country },
      trustedAt,
      lastUsedAt: new Date(clock.now()),
      expiresAt: new Date(trustedAt.getTime() + days * day),
    }
    await transactor.transaction(async (within) => {
      await store.insert(made, before.map(sha256), within)
      const event = { ...owner, ...by, type: 'factor.device_trusted', outcome: 'success' } as const
      await audit.append({ ...event, detail: { days } }, within)
    })
    return [token, ...before].slice(0, mostTokens).join('.')
  }
}

/** A cookie is whatever a stranger sends: what is no token of ours is not looked up. */
function tokensOf(cookie: string | undefined): readonly string[] {
  const tokens = (cookie ?? '').split('.', mostTokens)
  return tokens.filter((token) => /^[\w-]{43}$/.test(token))
}

function isSame(one: Device, other: Device): boolean {
  return one.browser === other.browser && one.system === other.system
}
