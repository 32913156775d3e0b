import { z } from 'zod'
import type { ConnectedAccount, ConnectedAccounts } from '#federation/identity/identity.ts'
import { brandId } from '#kit/ids.ts'
import type { ConnectionId } from '#kit/ids.ts'
import { endpoint } from '../api.ts'
import type { Endpoint } from '../api.ts'
import { connectionParams } from './sso.ts'
import { refuseStale, stepUpNeeded, whoseOf } from './stepped-up.ts'
import type { StepUpDeps } from './stepped-up.ts'

export type ConnectedDeps = StepUpDeps & {
  readonly connectedAccounts: Pick<ConnectedAccounts, 'list' | 'unlink'>
}

/** What a person has elsewhere, with the services of My account. */
export function connectedEndpoints(deps: ConnectedDeps): readonly Endpoint[] {
  return [listEndpoint(deps), unlinkEndpoint(deps)]
}

const connected = z.strictObject({
  connection: z.string(),
  name: z.string().nullable().describe('What people read on its button; null where it is gone'),
  email: z.string().nullable().describe('What the account was called there when it was connected'),
  active: z.boolean().describe('It opens the account now'),
  connected_at: z.iso.datetime(),
  last_used_at: z.iso.datetime().nullable(),
})

function listEndpoint({ connectedAccounts }: ConnectedDeps): Endpoint {
  return endpoint({
    method: 'get',
    path: '/auth/sso',
    summary: 'The accounts elsewhere that open this one, oldest first',
    security: 'bearer',
    answers: {
      200: {
        description: 'Connected accounts',
        schema: z.strictObject({ connected: z.array(connected) }),
      },
    },
    refusals: [],
    handle: async ({ tenant, caller: { account } }) => {
      const all = await connectedAccounts.list(tenant.id, account.id)
      return { status: 200, body: { connected: all.map(viewOf) } }
    },
  })
}

function unlinkEndpoint(deps: ConnectedDeps): Endpoint {
  return endpoint({
    method: 'delete',
    path: '/auth/sso/{connection}/unlink',
    summary: 'Disconnect an account elsewhere; never the last way in',
    security: 'bearer',
    params: connectionParams,
    answers: { 204: { description: 'Disconnected' } },
    refusals: [
      'api.step_up_required',
      'api.factor_unknown',
      'api.last_way_in',
      'api.token_invalid',
    ],
    handle: async (call) => {
      const stale = await refuseStale(call, deps)
      if (stale) return stale
      const connectionId = brandId<ConnectionId>(call.params.connection)
      const { kind } = await deps.connectedAccounts.unlink({ ...whoseOf(call), connectionId })
      switch (kind) {
        case 'unlinked':
          return { status: 204 }
        case 'unknown':
          return { refused: 'api.factor_unknown' }
        case 'last_way_in':
        case 'needed':
          return { refused: 'api.last_way_in' }
        case 'step_up':
          return stepUpNeeded()
        case 'over':
          return { refused: 'api.token_invalid' }
      }
    },
  })
}

function viewOf({ connection, connectionId, ...one }: ConnectedAccount): z.input<typeof connected> {
  return {
    connection: connectionId,
    name: connection?.name ?? null,
    email: one.email ?? null,
    active: connection?.status === 'active',
    connected_at: one.createdAt.toISOString(),
    last_used_at: one.lastUsedAt?.toISOString() ?? null,
  }
}
