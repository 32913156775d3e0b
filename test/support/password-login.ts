import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Account } from '#account/account.ts'
import { createMemoryAccountStore } from '#account/memory.ts'
import { createAccounts } from '#account/service.ts'
import { createMemoryAudit } from '#audit/memory.ts'
import { Unavailable } from '#kit/errors.ts'
import type { Clock } from '#kit/clock.ts'
import { brandId, type RequestId, type TenantId } from '#kit/ids.ts'
import { createKeyDeriver, createSealer } from '#kit/sealer.ts'
import type { Requester, Throttle, Verdict } from '#login/login.ts'
import { createDeviceCookies } from '#login/password/device-cookie.ts'
import { createMemoryPasswordStore } from '#login/password/memory.ts'
import { normalizePassword, type PasswordHasher } from '#login/password/password.ts'
import { createPasswordLogin } from '#login/password/service.ts'
import { createMemoryThrottle } from '#login/throttle/memory.ts'
import { tenantSettings, type Tenant, type TenantSettings } from '#tenant/tenant.ts'
import { createFakeClock } from './fake-clock.ts'
import { createRecordingLogger } from './recording-logger.ts'

export const tenant: Tenant = {
  id: brandId<TenantId>('main'),
  slug: 'main',
  name: 'Acme',
  issuer: 'https://login.acme.test',
  status: 'active',
  settings: tenantSettings.parse({}),
  version: 1,
}
export const email = 'ada@example.test'
export const right = 'grumpy tea cups'
export const wrong = 'another password'
export const actor = { kind: 'cli' } as const

/** Counts what a real one would spend 30 ms on each. */
function createCountingHasher() {
  const hasher = {
    generation: 1,
    full: false,
    /** The PHC strings that were verified against. */
    verified: [] as string[],
    hashes: 0,
    failing: undefined as Error | undefined,
    admit() {
      if (hasher.full) throw new Unavailable('password')
    },
    async hash(password: string) {
      if (hasher.failing) throw hasher.failing
      hasher.hashes += 1
      return `$${hasher.generation}$${normalizePassword(password)}`
    },
    async verify(phc: string, password: string) {
      if (hasher.failing) throw hasher.failing
      hasher.verified.push(phc)
      return phc.split('$')[2] === normalizePassword(password)
    },
    needsRehash: (phc: string) => phc.split('$')[1] !== `${hasher.generation}`,
    dummy: '$dummy$',
  }
  return hasher satisfies PasswordHasher
}

/** A tenant with one person, `ada`, whose password is `right`; everything in memory, but the throttle if one is given. */
export async function openPasswordLogin(
  throttleOf: (clock: Clock) => Throttle = (clock) => createMemoryThrottle({ clock }),
) {
  const clock = createFakeClock()
  const audit = createMemoryAudit({ clock })
  const keys = createKeyDeriver([randomBytes(32)])
  const sealer = createSealer(keys)
  const store = createMemoryPasswordStore()
  const hasher = createCountingHasher()
  const lines: string[] = []
  const logger = createRecordingLogger(lines)
  const transactor = {
    transaction: <T>(work: (within: undefined) => Promise<T>) => work(undefined),
  }
  const ender = { endAccount: async () => undefined }
  const accounts = createAccounts({
    store: createMemoryAccountStore(),
    clock,
    audit,
    ender,
    transactor,
  })
  const limited: string[] = []
  const alarms: string[] = []
  /** What the breached-password service was asked. */
  const asked: string[] = []
  const login = createPasswordLogin({
    store,
    accounts,
    hasher,
    sealer,
    keys,
    audit,
    transactor,
    clock,
    logger,
    throttle: throttleOf(clock),
    isCommon: (password) => password === 'everybody has this',
    isBreached: async (password) => {
      asked.push(password)
      return password === 'leaked somewhere else'
    },
    metrics: {
      signIn: () => undefined,
      rateLimited: (rule) => void limited.push(rule),
      sprayAlarm: (from) => void alarms.push(from),
    },
  })

  async function register(address: string, password?: string): Promise<Account> {
    const created = await accounts.create({
      tenantId: tenant.id,
      email: address,
      emailVerified: true,
      profile: {},
      actor,
    })
    assert.ok(created.outcome === 'created')
    const { account } = created
    if (password !== undefined) {
      const set = await login.setPassword({ tenant, account, password, actor })
      assert.deepEqual(set, { outcome: 'set' })
    }
    return account
  }

  let from = 0
  /** From another address each time, unless one is given: the account's own limits are what is looked at. */
  function attempt(password: string, what: Partial<Requester> & Partial<Whom> = {}) {
    from += 1
    const { email: who = email, tenant: where = tenant, ...known } = what
    const requester = { ...requesterFrom(`10.0.${from >>> 8}.${from & 255}`), ...known }
    return login.verify({ tenant: where, email: who, password, requester })
  }

  const events = async () => {
    const list = await audit.list(tenant.id, { limit: 1000 })
    return list.filter(({ type }) => /^login\.(failed|succeeded)$/.test(type)).toReversed()
  }
  const ada = await register(email, right)
  const devices = createDeviceCookies({ keys, clock })
  return {
    clock,
    hasher,
    store,
    accounts,
    login,
    register,
    attempt,
    events,
    ada,
    devices,
    lines,
    limited,
    alarms,
    asked,
    sealer,
    audit,
  }
}

export function requesterFrom(ip: string): Requester {
  return {
    ip,
    userAgent: 'Browser/1',
    requestId: brandId<RequestId>('request'),
    deviceCookie: undefined,
  }
}

type Whom = { readonly email: string; readonly tenant: Tenant }

/** The tenant with some settings of its own. */
export function tenantWith(settings: Partial<TenantSettings>): Tenant {
  return { ...tenant, settings: { ...tenant.settings, ...settings } }
}

export const refused: Verdict = { kind: 'refused' }

export function wait(verdict: Verdict): number {
  assert.ok(verdict.kind === 'throttled', `${verdict.kind} instead of throttled`)
  return verdict.retryAfter
}
