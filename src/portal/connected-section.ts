import type { Connections } from '#federation/federation.ts'
import type { ConnectedAccount, ConnectedAccounts } from '#federation/identity/identity.ts'
import { brandId, type ConnectionId } from '#kit/ids.ts'
import { connectedPage } from '#views/portal/connected.ts'
import type { ConnectedNews, ShownConnected } from '#views/portal/connected.ts'
import type { LinkErrands } from './link-errands.ts'
import { isFresh } from './portal.ts'
import type { Visit } from './portal.ts'
import { frameOf } from './sections.ts'
import type { Next, PortalSection } from './sections.ts'

export type ConnectedSectionDeps = {
  readonly connectedAccounts: Pick<ConnectedAccounts, 'list' | 'unlink'>
  readonly connections: Pick<Connections, 'find' | 'listOffered'>
  readonly linkErrands: LinkErrands
}

const here: Next = { page: 'connected' }

/** What a person has elsewhere: what there is, one more, one less. */
export function createConnectedSection(deps: ConnectedSectionDeps): PortalSection {
  const { connectedAccounts, connections, linkErrands } = deps

  async function offeredTo({ tenant }: Visit, connected: readonly ConnectedAccount[]) {
    const all = await connections.listOffered(tenant.id)
    return all.filter(({ id }) => !connected.some(({ connectionId }) => connectionId === id))
  }

  const listOf = ({ tenant, account }: Visit) => connectedAccounts.list(tenant.id, account.id)

  async function tell(visit: Visit, what: ConnectedNews['what'], id: ConnectionId): Promise<Next> {
    const connection = await connections.find(visit.tenant.id, id)
    await linkErrands.tell(visit.tenant, visit.session, {
      what,
      connection: connection?.name ?? id,
    })
    return here
  }

  return {
    pages: {
      async connected(visit) {
        const connected = await listOf(visit)
        const offered = await offeredTo(visit, connected)
        return connectedPage({
          frame: frameOf(visit),
          connected: connected.map(shown),
          offered: offered.map(({ id, name }) => ({ id, name })),
          fresh: isFresh(visit),
          told: await linkErrands.taken(visit.tenant, visit.session),
        })
      },
    },
    actions: {
      async 'connected/link'(visit, form) {
        if (!isFresh(visit)) return { confirm: 'connected' }
        const offered = await offeredTo(visit, await listOf(visit))
        const connection = offered.find(({ id }) => id === form.get('connection'))
        if (!connection) return here
        const { ctx } = visit
        ctx.status = 303
        ctx.redirect(await linkErrands.begin(visit, connection))
        return 'answered'
      },
      async 'connected/unlink'(visit, form) {
        const { tenant, account, provedAt, requester } = visit
        const connectionId = brandId<ConnectionId>(form.get('connection') ?? '')
        const asked = { tenant, accountId: account.id, connectionId, provedAt, requester }
        const { kind } = await connectedAccounts.unlink(asked)
        switch (kind) {
          case 'step_up':
            return { confirm: 'connected' }
          case 'unlinked':
          case 'last_way_in':
          case 'needed':
            return tell(visit, kind, connectionId)
          case 'unknown':
          case 'over':
            return here
        }
      },
    },
  }
}

function shown({ connection, connectionId, ...identity }: ConnectedAccount): ShownConnected {
  const { email, createdAt, lastUsedAt } = identity
  return {
    id: connectionId,
    name: connection?.name ?? connectionId,
    email,
    isOff: connection?.status !== 'active',
    createdAt,
    lastUsedAt,
  }
}
