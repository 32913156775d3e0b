import assert from 'node:assert/strict'
import type { Account, AccountStore } from '#account/account.ts'
import { createMemoryAccountStore } from '#account/memory.ts'
import { createAccounts } from '#account/service.ts'
import {
  createConnectedAccounts,
  createRemoveAllIdentities,
} from '#federation/identity/connected.ts'
import type { AccountRules, IdentityStore } from '#federation/identity/identity.ts'
import { createMemoryIdentityStore } from '#federation/identity/memory.ts'
import { createIdentities } from '#federation/identity/service.ts'
import type { Arrival, Connection, ForeignIdentity } from '#federation/federation.ts'
import { epochSeconds } from '#kit/clock.ts'
import { brandId, type ConnectionId, type InteractionUid, type SessionUid } from '#kit/ids.ts'
import { createMemoryEphemeral } from '#storage/ephemeral/memory.ts'
import type { Transaction, Transactor } from '#storage/storage.ts'
import { createFakeClock } from './fake-clock.ts'
import { actor, tenant } from './password-login.ts'
import { createRecordingAudit } from './recording-audit.ts'

export const requester = { ip: '198.51.100.7', userAgent: 'Browser/1', requestId: 'request' }

export const google: Connection = {
  tenantId: tenant.id,
  id: brandId<ConnectionId>('google'),
  name: 'Google',
  type: 'google',
  status: 'active',
  settings: {},
  version: 1,
}

export const acme: Connection = {
  ...google,
  id: brandId<ConnectionId>('acme'),
  name: 'Acme',
  type: 'saml',
}

export const noRules: AccountRules = {
  justInTime: 'on',
  justInTimeDomains: [],
  domains: [],
  linksByVerifiedDomain: false,
  defaultRoles: [],
  groups: new Map(),
  mapping: new Map(),
  mappingMode: 'always',
  requiredAcr: [],
  requiredAmr: [],
  maxAuthAge: undefined,
  multiFactorValues: [],
}

type Stores = {
  readonly accountStore: AccountStore
  readonly store: IdentityStore
  readonly transactor: Transactor
}

const inMemory = (connections: ReadonlyMap<ConnectionId, Connection>): Stores => ({
  accountStore: createMemoryAccountStore(),
  store: createMemoryIdentityStore((id) => connections.get(id)?.status === 'active'),
  transactor: {
    transaction: <T>(work: (within: Transaction | undefined) => Promise<T>) => work(undefined),
  },
})

/** The room of identities, in memory unless stores are given; `rules` of each connection may be changed. */
export async function openIdentities(stores?: Stores) {
  const connections = new Map([google, acme].map((one) => [one.id, one]))
  const { accountStore, store, transactor } = stores ?? inMemory(connections)
  const clock = createFakeClock()
  const audit = createRecordingAudit()
  const ended: string[] = []
  const ender = { endAccount: async (_: unknown, id: string) => void ended.push(id) }
  const accounts = createAccounts({ store: accountStore, clock, audit, ender, transactor })
  const told: string[] = []
  const keptTokens: string[] = []
  const removed: string[] = []
  const measured: string[] = []
  const rules = new Map<string, AccountRules>()
  const ways = { another: true }
  const enforced = new Map<string, Connection>()
  const common = {
    store,
    accounts,
    audit,
    clock,
    connections: { find: async (_: unknown, id: ConnectionId) => connections.get(id) },
    metrics: {
      signIn: ({ outcome, reason }: { outcome: string; reason?: string | undefined }) =>
        void measured.push(reason ?? outcome),
    },
    tell: async ({ what, account }: { what: string; account: Account }) =>
      void told.push(`${what} ${account.email}`),
  }
  const identities = createIdentities({
    ...common,
    credentials: [{ remove: async ({ email }) => void removed.push(email) }],
    removeAll: createRemoveAllIdentities({ store, audit }),
    keepTokens: async ({ subject }, sealed, { version }) => {
      keptTokens.push(`${subject} ${sealed} ${String(version)}`)
      return true
    },
    rulesOf: async ({ id }) => rules.get(id) ?? noRules,
    ephemeral: createMemoryEphemeral({ clock }),
    transactor,
  })
  const connected = createConnectedAccounts({
    ...common,
    homeRealms: {
      async ofEmail(_, email) {
        const domain = email.slice(email.lastIndexOf('@') + 1)
        const connection = enforced.get(domain)
        return connection && { connection, domain, isEnforced: true }
      },
    },
    otherWays: async () => ways.another,
  })

  async function addAccount(email: string, more: Partial<Account> = {}): Promise<Account> {
    const input = { tenantId: tenant.id, email, emailVerified: true, profile: {}, actor, ...more }
    const made = await accounts.create(input)
    assert.ok(made.outcome === 'created')
    const { id } = made.account
    if (more.status && more.status !== 'leaving')
      await accounts.setStatus(tenant.id, id, more.status, actor)
    if (more.status === 'leaving')
      await accounts.hold(tenant.id, id, ({ save }) => save({ status: 'leaving' }))
    return (await accounts.find(tenant.id, id)) ?? assert.fail('no account')
  }

  function arrival(said: Partial<ForeignIdentity> = {}, connection = google): Arrival {
    const uid = brandId<InteractionUid>('interaction')
    const errand = { purpose: 'sign_in', uid } as const
    return { tenant, connection, errand, identity: { ...foreign(epochSeconds(clock)), ...said } }
  }

  const admit = (said: Partial<ForeignIdentity> = {}, connection = google) =>
    identities.admit(arrival(said, connection), requester)

  async function admitted(said: Partial<ForeignIdentity> = {}, connection = google) {
    const admission = await admit(said, connection)
    assert.ok(admission.kind === 'admitted', JSON.stringify(admission))
    return admission
  }

  const link = (account: Account, said: Partial<ForeignIdentity> = {}, connection = google) => {
    const sessionUid = brandId<SessionUid>('session')
    const provedAt = epochSeconds(clock)
    const errand = { purpose: 'link', accountId: account.id, sessionUid, provedAt } as const
    return identities.link({ ...arrival(said, connection), errand }, requester)
  }

  const world = {
    clock,
    audit,
    accounts,
    store,
    told,
    keptTokens,
    removed,
    measured,
    ended,
    rules,
    ways,
  }
  const calls = { identities, connected, addAccount, arrival, admit, admitted, link }
  return { ...world, ...calls, connections, enforced }
}

function foreign(at: number): ForeignIdentity {
  return {
    issuer: 'https://accounts.google.com',
    subject: '110169484474386276334',
    email: 'ada@example.test',
    emailVerified: true,
    isMember: false,
    profile: { name: 'Ada Lovelace' },
    groups: undefined,
    attributes: new Map(),
    authentication: { at, acr: undefined, amr: [], until: undefined },
    session: { index: undefined, hint: undefined },
  }
}
