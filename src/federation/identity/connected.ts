import { isVoid, type Accounts, type HeldAccount } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { isSteppedUp } from '#session/session.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Connection, Connections, HomeRealms } from '../federation.ts'
import type {
  ConnectedAccount,
  ConnectedAccounts,
  Identity,
  IdentityStore,
  OwnWays,
  RemoveAllIdentities,
  TellIdentity,
  Unlink,
  UnlinkResult,
} from './identity.ts'
import { createRecords, type RecordDeps } from './records.ts'

export type ConnectedDeps = RecordDeps & {
  readonly store: IdentityStore
  readonly accounts: Pick<Accounts, 'hold'>
  readonly connections: Pick<Connections, 'find'>
  readonly homeRealms: HomeRealms
  /** Passwords, passkeys, mail. */
  readonly otherWays: OwnWays
  readonly tell: TellIdentity
  readonly clock: Clock
}

/** What a person has elsewhere, and whether it opens their account. */
export function createConnectedAccounts(deps: ConnectedDeps): ConnectedAccounts {
  const { store } = deps
  const withConnection = createWithConnection(deps)
  return {
    list: async (...owner) => withConnection(await store.list(...owner)),
    async wasUsed(tenantId, accountId, within) {
      const all = await withConnection(await store.list(tenantId, accountId, within))
      return all.some(isWayIn)
    },
    unlink: createUnlink(deps),
  }
}

function createWithConnection({ connections }: Pick<ConnectedDeps, 'connections'>) {
  return (identities: readonly Identity[]): Promise<readonly ConnectedAccount[]> =>
    Promise.all(
      identities.map(async (one) => ({
        ...one,
        connection: await connections.find(one.tenantId, one.connectionId),
      })),
    )
}

/** SECURITY: one that was never tried, or whose connection is off, opens nothing: it must not be what somebody is left with. */
function isWayIn({ lastUsedAt, connection }: ConnectedAccount): boolean {
  return lastUsedAt !== undefined && connection?.status === 'active'
}

function createUnlink(deps: ConnectedDeps): ConnectedAccounts['unlink'] {
  const { store, accounts, connections, tell, clock } = deps
  const records = createRecords(deps)
  const obstacleTo = createObstacleTo(deps)

  return async (input) => {
    const { tenant, accountId, connectionId, provedAt, requester } = input
    const result = await accounts.hold(tenant.id, accountId, async (held) => {
      const { account, within } = held
      if (account.status !== 'active') return over
      if (!isSteppedUp(provedAt, epochSeconds(clock)) || isVoid(account, provedAt))
        return { kind: 'step_up' } as const
      const all = await store.list(tenant.id, accountId, within)
      const identity = all.find((one) => one.connectionId === connectionId)
      if (!identity) return { kind: 'unknown' } as const
      const obstacle = await obstacleTo(input, held, all)
      if (obstacle) return obstacle
      const found = await connections.find(tenant.id, connectionId)
      const connection: Pick<Connection, 'id' | 'name'> = found ?? {
        id: connectionId,
        name: connectionId,
      }
      const about = { accountId }
      await records.happened(
        'federation.unlinked',
        { tenant, connection, requester },
        about,
        within,
      )
      await store.remove(identity, within)
      await tell({ tenant, account, connection, ip: requester.ip, what: 'unlinked' }, within)
      return { kind: 'unlinked' } as const
    })
    return result ?? over
  }
}

/** Why it stays. */
function createObstacleTo({ homeRealms, otherWays, connections }: ConnectedDeps) {
  const withConnection = createWithConnection({ connections })
  return async (
    { tenant, connectionId }: Unlink,
    { account, within }: HeldAccount,
    all: readonly Identity[],
  ): Promise<UnlinkResult | undefined> => {
    const realm = await homeRealms.ofEmail(tenant.id, account.email)
    if (realm?.isEnforced && realm.connection.id === connectionId) return { kind: 'needed' }
    const others = all.filter((one) => one.connectionId !== connectionId)
    if ((await withConnection(others)).some(isWayIn)) return undefined
    return (await otherWays(tenant, account, within)) ? undefined : { kind: 'last_way_in' }
  }
}

const over = { kind: 'over' } as const

export function createRemoveAllIdentities(deps: {
  readonly store: Pick<IdentityStore, 'removeAll'>
  readonly audit: Pick<Audit, 'append'>
}): RemoveAllIdentities {
  return async ({ tenantId, id: accountId }, actor, within: Transaction | undefined) => {
    const removed = await deps.store.removeAll(tenantId, accountId, within)
    const names = removed.map(({ connectionId }) => connectionId)
    const event = { tenantId, accountId, actor, type: 'federation.unlinked' } as const
    if (names.length > 0)
      await deps.audit.append(
        { ...event, outcome: 'success', detail: { connections: names } },
        within,
      )
    return removed.length
  }
}
