import { randomBytes } from 'node:crypto'
import type { Account } from '#account/account.ts'
import { createMemoryAccountStore } from '#account/memory.ts'
import { createPostgresAccountStore } from '#account/postgres.ts'
import { createAccounts } from '#account/service.ts'
import { createMemoryAudit } from '#audit/memory.ts'
import { createPostgresAudit } from '#audit/postgres.ts'
import { createMemoryClientStore, createMemoryResourceStore } from '#client/memory.ts'
import { createPostgresClientStore, createPostgresResourceStore } from '#client/postgres.ts'
import { createClients } from '#client/service.ts'
import type { Services } from '#commands/commands.ts'
import type { ConnectionService } from '#federation/connection/connection.ts'
import { createMemoryDomainStore } from '#federation/connection/domain/memory.ts'
import { createPostgresDomainStore } from '#federation/connection/domain/postgres.ts'
import { createConnectionHealth } from '#federation/connection/health.ts'
import { createMemoryConnectionStore } from '#federation/connection/memory.ts'
import { createPostgresConnectionStore } from '#federation/connection/postgres.ts'
import { createConnections } from '#federation/connection/service.ts'
import type { Health } from '#federation/federation.ts'
import { createMemoryKeyStore } from '#key/memory.ts'
import { createPostgresKeyStore } from '#key/postgres.ts'
import { createKeys } from '#key/service.ts'
import { epochSeconds } from '#kit/clock.ts'
import type { Clock } from '#kit/clock.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, ClientId, SessionUid } from '#kit/ids.ts'
import { createKeyDeriver, createSealer } from '#kit/sealer.ts'
import { createFactorResets } from '#login/factor-reset/service.ts'
import { createMemoryPasswordStore } from '#login/password/memory.ts'
import type { PasswordHasher } from '#login/password/password.ts'
import { createPostgresPasswordStore } from '#login/password/postgres.ts'
import { createPasswordLogin } from '#login/password/service.ts'
import { verifyHash } from '#login/password/verify-hash.ts'
import { createInvitations } from '#login/registration/invitations.ts'
import { createMemoryInvitationStore } from '#login/registration/memory.ts'
import { createMemoryThrottle } from '#login/throttle/memory.ts'
import { createPostgresThrottle } from '#login/throttle/postgres.ts'
import { createSessionKeeper } from '#oidc/live-sessions.ts'
import { createMemoryArtifactStore } from '#oidc/memory.ts'
import { createMemorySessionStore } from '#session/memory.ts'
import { createPostgresSessionStore } from '#session/postgres.ts'
import { createSessions } from '#session/service.ts'
import { acrPassword } from '#client/client.ts'
import { createMemoryOutbox } from '#mail/memory.ts'
import type { Database } from '#storage/storage.ts'
import { createMemoryTenantStore } from '#tenant/memory.ts'
import { createPostgresTenantStore } from '#tenant/postgres.ts'
import { createTenants } from '#tenant/service.ts'
import { availableDatabases } from './databases.ts'
import { createFakeClock, type FakeClock } from './fake-clock.ts'
import { requesterFrom } from './password-login.ts'
import { createRecordingLogger } from './recording-logger.ts'

export const issuer = 'http://localhost:3000'

export type TestServices = Services & {
  /** Signs a person in on a browser of this name. */
  signInOn(account: Account, uid: string, userAgent: string): Promise<void>
  readonly clock: FakeClock
  readonly connections: ConnectionService
  /** The TXT records of the world, by name. */
  readonly texts: Map<string, readonly string[]>
  /** What the protocols tell of a connection, by its id. */
  readonly health: Map<string, Health>
  /** What was ended, in order. */
  readonly ended: (AccountId | ClientId)[]
  readonly lines: string[]
  /** True when this password signs in. */
  signsIn(slug: string, email: string, password: string): Promise<boolean>
}

/** The services the commands use, on a database or in memory; only the hash is cheap. */
export function createTestServices(database?: Database): TestServices {
  const clock = createFakeClock()
  const keyDeriver = createKeyDeriver([randomBytes(32)])
  const sealer = createSealer(keyDeriver)
  const stores = database ? postgresStores(database, clock) : memoryStores(clock)
  const { audit } = stores
  const transactor = database ?? {
    transaction: <T>(work: (within: undefined) => Promise<T>) => work(undefined),
  }
  const ended: TestServices['ended'] = []
  const ender = {
    endAccount: async (_: unknown, id: AccountId) => void ended.push(id),
    endClient: async (_: unknown, id: ClientId) => void ended.push(id),
  }
  const common = { clock, audit, transactor, ender }
  const lines: string[] = []
  const texts = new Map<string, readonly string[]>()
  const health = new Map<string, Health>()
  const isCommonPassword = (password: string) => password === 'everybody has this'
  const tenants = createTenants({ store: stores.tenants, clock, issuer })
  const accounts = createAccounts({ ...common, store: stores.accounts })
  const artifacts = createMemoryArtifactStore({ clock })
  const sessions = createSessions({
    ...common,
    store: stores.sessions,
    live: createSessionKeeper({
      store: artifacts,
      outbox: { enqueue: async () => undefined },
      clock,
    }),
    endAccount: accounts.end,
    geography: () => undefined,
    rememberElsewhere: async () => undefined,
  })
  const passwords = createPasswordLogin({
    ...common,
    store: stores.passwords,
    accounts,
    throttle: stores.throttle,
    hasher: cheapHasher,
    sealer,
    keys: keyDeriver,
    logger: createRecordingLogger(lines),
    isCommon: isCommonPassword,
  })

  return {
    ...createConnections({
      ...common,
      store: stores.connections,
      domains: stores.domains,
      sealer,
      dropTokens: async () => undefined,
      tellAdministrators: async () => async () => undefined,
      async resolver(name) {
        const found = texts.get(name)
        return found ? { kind: 'found', texts: found } : { kind: 'none' }
      },
    }),
    texts,
    health,
    connectionHealth: createConnectionHealth({
      protocols: [async ({ id }) => health.get(id)],
      clock,
    }),
    clock,
    ended,
    lines,
    invitations: createInvitations({
      ...common,
      accounts,
      store: createMemoryInvitationStore(),
      outbox: createMemoryOutbox({ clock }),
    }),
    registrationTokens: { issue: async (_, lifetime) => `token-for-${lifetime}-s` },
    tenants,
    accounts,
    passwords,
    factorResets: createFactorResets({
      ...common,
      accounts,
      notices: { tell: async () => undefined },
      remove: {
        totp: async () => 1,
        recoveryCodes: async () => 9,
        passkeys: async () => 2,
        trustedDevices: async () => 3,
      },
    }),
    sessions,
    async signInOn({ tenantId, id: accountId }, name, userAgent) {
      const uid = brandId<SessionUid>(name)
      const provedAt = epochSeconds(clock)
      const headers = { 'user-agent': userAgent }
      const proof = { acr: acrPassword, amr: ['pwd'], provedAt, ip: '192.0.2.7', headers }
      await sessions.opened({ tenantId, uid, accountId, ...proof })
      const payload = JSON.stringify({ uid, accountId, loginTs: provedAt })
      const artifact = { model: 'Session', id: name, payload, uid, expiresAt: undefined } as const
      await artifacts.upsert(tenantId, artifact)
    },
    clients: createClients({ ...common, store: stores.clients, resources: stores.resources }),
    keys: createKeys({ ...common, store: stores.keys, sealer }),
    audit,
    transactor,
    isCommonPassword,
    migrations: { pending: async () => [], apply: async () => [] },
    probes: {
      database: async () => ({ version: 180_000, now: clock.now() }),
      redis: undefined,
      mail: undefined,
    },
    async signsIn(slug, email, password) {
      const tenant = await tenants.findBySlug(slug)
      if (!tenant) return false
      const requester = requesterFrom('192.0.2.1')
      return (await passwords.verify({ tenant, email, password, requester })).kind === 'proved'
    },
  }
}

/** Empty services in memory and on each database there is. */
export function availableServices(): readonly {
  readonly name: string
  readonly open: () => Promise<TestServices & AsyncDisposable>
}[] {
  const memory = async () => ({
    ...createTestServices(),
    [Symbol.asyncDispose]: async () => undefined,
  })
  return [
    { name: 'memory', open: memory },
    ...availableDatabases().map((kind) => ({
      name: kind.name,
      async open() {
        const database = await kind.open()
        return { ...createTestServices(database), [Symbol.asyncDispose]: () => database.close() }
      },
    })),
  ]
}

const cheapHasher: PasswordHasher = {
  admit: () => undefined,
  hash: async (password) => `$test$${password}`,
  verify: async (phc, password) =>
    phc.startsWith('$test$') ? phc === `$test$${password}` : verifyHash(phc, password),
  needsRehash: () => false,
  dummy: '$test$',
}

function memoryStores(clock: Clock) {
  return {
    audit: createMemoryAudit({ clock }),
    tenants: createMemoryTenantStore(),
    accounts: createMemoryAccountStore(),
    clients: createMemoryClientStore(),
    resources: createMemoryResourceStore(),
    connections: createMemoryConnectionStore(),
    domains: createMemoryDomainStore(),
    passwords: createMemoryPasswordStore(),
    keys: createMemoryKeyStore(),
    throttle: createMemoryThrottle({ clock }),
    sessions: createMemorySessionStore(),
  }
}

function postgresStores(database: Database, clock: Clock) {
  return {
    audit: createPostgresAudit({ database, clock }),
    tenants: createPostgresTenantStore({ database }),
    accounts: createPostgresAccountStore({ database }),
    clients: createPostgresClientStore({ database }),
    resources: createPostgresResourceStore({ database }),
    connections: createPostgresConnectionStore({ database }),
    domains: createPostgresDomainStore({ database }),
    passwords: createPostgresPasswordStore({ database }),
    keys: createPostgresKeyStore({ database }),
    throttle: createPostgresThrottle({ database, clock }),
    sessions: createPostgresSessionStore({ database }),
  }
}
