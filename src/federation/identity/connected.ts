import { isVoid, type Accounts, type HeldAccount } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import { epochSeconds } from '#kit/clock.ts'
import { isSteppedUp } from '#session/session.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Connections, HomeRealms } from '../federation.ts'
import type {
  ConnectedAccounts,
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
  readonly accounts: Pick<Accounts, 'find' | 'hold'>
  readonly connections: Pick<Connections, 'find'>
  readonly homeRealms: HomeRealms
  /** Passwords, passkeys, mail. */
  readonly otherWays: OwnWays
  readonly tell: TellIdentity
}

/** What a person has elsewhere, and whether it opens their account. */
export function createConnectedAccounts(deps: ConnectedDeps): ConnectedAccounts {
  const { store, connections } = deps
  return {
    async list(tenantId, accountId) {
      const all = await store.list(tenantId, accountId)
      return Promise.all(
        all.map(async (one) => ({
          ...one,
          connection: await connections.find(tenantId, one.connectionId),
        })),
      )
    },
    wasUsed: (tenantId, accountId, within) =>
      store.hasWayIn({ tenantId, accountId }, undefined, within),
    unlink: createUnlink(deps),
  }
}

function createUnlink(deps: ConnectedDeps): ConnectedAccounts['unlink'] {
  const { store, accounts, connections, tell, clock } = deps
  const records = createRecords(deps)
  const isNeeded = createIsNeeded(deps)

  async function obstacleTo(
    { tenant, accountId, connectionId }: Unlink,
    { account, within }: HeldAccount,
  ): Promise<UnlinkResult | undefined> {
    const owner = { tenantId: tenant.id, accountId }
    if (await store.hasWayIn(owner, connectionId, within)) return undefined
    return (await deps.otherWays(tenant, account, within)) ? undefined : { kind: 'last_way_in' }
  }

  return async (input) => {
    const { tenant, accountId, connectionId, provedAt, requester } = input
    // before the transaction: within it each would wait for one more connection to the database
    const found = await connections.find(tenant.id, connectionId)
    const connection = found ?? { id: connectionId, name: connectionId }
    if (await isNeeded(input)) return { kind: 'needed' }
    const result = await accounts.hold(tenant.id, accountId, async (held) => {
      const { account, within } = held
      if (account.status !== 'active') return over
      if (!isSteppedUp(provedAt, epochSeconds(clock)) || isVoid(account, provedAt))
        return { kind: 'step_up' } as const
      const all = await store.list(tenant.id, accountId, within)
      const identity = all.find((one) => one.connectionId === connectionId)
      if (!identity) return { kind: 'unknown' } as const
      const obstacle = await obstacleTo(input, held)
      if (obstacle) return obstacle
      const occasion = { tenant, connection, requester }
      await records.happened('federation.unlinked', occasion, { accountId }, within)
      await store.remove(identity, within)
      await tell({ tenant, account, connection, ip: requester.ip, what: 'unlinked' }, within)
      return { kind: 'unlinked' } as const
    })
    return result ?? over
  }
}

/** Whether nobody of this domain signs in another way. */
function createIsNeeded({ accounts, homeRealms }: ConnectedDeps) {
  return async ({ tenant, accountId, connectionId }: Unlink): Promise<boolean> => {
    const account = await accounts.find(tenant.id, accountId)
    const realm = account && (await homeRealms.ofEmail(tenant.id, account.email))
    return realm?.isEnforced === true && realm.connection.id === connectionId
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
