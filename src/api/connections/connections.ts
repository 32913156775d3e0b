import { z } from 'zod'
import type { SaveConnectionResult } from '#federation/connection/connection.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { administratorRefusals, refuseOthers } from '../administrator.ts'
import { endpoint } from '../api.ts'
import type { Endpoint } from '../api.ts'
import { domainCheckEndpoint, healthEndpoint } from './checks.ts'
import { connectionChanges, connectionFields, connectionView, newConnection } from './fields.ts'
import { actorOf, connectionParams, idOf, type ConnectionApiDeps } from './named.ts'

/** Where people of the tenant have an account as well, for its administrators. What is another tenant's is not there (404). */
export function connectionEndpoints(deps: ConnectionApiDeps): readonly Endpoint[] {
  return [
    listEndpoint(deps),
    createEndpoint(deps),
    showEndpoint(deps),
    updateEndpoint(deps),
    removeEndpoint(deps),
    healthEndpoint(deps),
    domainCheckEndpoint(deps),
  ]
}

function listEndpoint(deps: ConnectionApiDeps): Endpoint {
  return endpoint({
    method: 'get',
    path: '/connections',
    summary: 'Every connection of the tenant',
    security: 'bearer',
    answers: {
      200: {
        description: 'In the order of their ids',
        schema: z.strictObject({ connections: z.array(connectionFields) }),
      },
    },
    refusals: administratorRefusals,
    async handle(call) {
      const refused = await refuseOthers(call, 'look', deps)
      if (refused) return refused
      const { tenant } = call
      const seen = { tenant, now: deps.clock.now() }
      const all = await deps.connections.list(tenant.id)
      return { status: 200, body: { connections: all.map((one) => connectionView(one, seen)) } }
    },
  })
}

function createEndpoint(deps: ConnectionApiDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/connections',
    summary: 'Add a connection',
    security: 'bearer',
    body: newConnection,
    answers: { 201: { description: 'Added, as a draft', schema: connectionFields } },
    refusals: [...administratorRefusals, ...writeRefusals],
    async handle(call) {
      const refused = await refuseOthers(call, 'change', deps)
      if (refused) return refused
      const { tenant, body: document } = call
      const input = { tenantId: tenant.id, document, origin: 'api', actor: actorOf(call) } as const
      const result = await deps.connections.create(input)
      if (result.outcome !== 'saved') return refusalOf(result)
      return { status: 201, ...shown(result.connection, call, deps) }
    },
  })
}

function showEndpoint(deps: ConnectionApiDeps): Endpoint {
  return endpoint({
    method: 'get',
    path: '/connections/{id}',
    summary: 'One connection',
    security: 'bearer',
    params: connectionParams,
    answers: { 200: { description: 'Without its secret', schema: connectionFields } },
    refusals: [...administratorRefusals, 'api.connection_unknown'],
    async handle(call) {
      const refused = await refuseOthers(call, 'look', deps)
      if (refused) return refused
      const { tenant, params } = call
      const found = await deps.connections.show(tenant.id, idOf(params))
      if (!found) return { refused: 'api.connection_unknown' }
      return { status: 200, ...shown(found, call, deps) }
    },
  })
}

function updateEndpoint(deps: ConnectionApiDeps): Endpoint {
  return endpoint({
    method: 'patch',
    path: '/connections/{id}',
    summary: 'Change a connection; with `If-Match` and the version that was seen',
    security: 'bearer',
    params: connectionParams,
    body: connectionChanges,
    answers: { 200: { description: 'As it is now', schema: connectionFields } },
    refusals: [...administratorRefusals, ...writeRefusals, 'api.version_required'],
    async handle(call) {
      const refused = await refuseOthers(call, 'change', deps)
      if (refused) return refused
      const { tenant, params, body: changes } = call
      const version = versionOf(call.headers.ifMatch)
      if (version === undefined) return { refused: 'api.version_required' }
      const result = await deps.connections.update({
        tenantId: tenant.id,
        id: idOf(params),
        origin: 'api',
        actor: actorOf(call),
        write: { kind: 'changes', changes },
        version,
      })
      if (result.outcome !== 'saved') return refusalOf(result)
      return { status: 200, ...shown(result.connection, call, deps) }
    },
  })
}

function removeEndpoint(deps: ConnectionApiDeps): Endpoint {
  return endpoint({
    method: 'delete',
    path: '/connections/{id}',
    summary: 'Forget a connection, its domains, and who came by it; people stay',
    security: 'bearer',
    params: connectionParams,
    answers: { 204: { description: 'Nobody comes by it any more' } },
    refusals: [...administratorRefusals, 'api.connection_unknown'],
    async handle(call) {
      const refused = await refuseOthers(call, 'change', deps)
      if (refused) return refused
      const named = { tenantId: call.tenant.id, id: idOf(call.params), actor: actorOf(call) }
      const isRemoved = await deps.connections.remove(named)
      return isRemoved ? { status: 204 } : { refused: 'api.connection_unknown' }
    },
  })
}

function shown(
  connection: Parameters<typeof connectionView>[0],
  { tenant }: { readonly tenant: Tenant },
  { clock }: ConnectionApiDeps,
) {
  const body = connectionView(connection, { tenant, now: clock.now() })
  return { body, version: body.version }
}

const writeRefusals = [
  'api.connection_invalid',
  'api.connection_taken',
  'api.connection_unknown',
  'api.version_stale',
] as const

/** Problems told at once: a document may hold thousands of unknown names. */
const mostProblems = 20

function refusalOf(result: Exclude<SaveConnectionResult, { readonly outcome: 'saved' }>) {
  if (result.outcome === 'invalid') {
    const details = result.problems.slice(0, mostProblems)
    return { refused: 'api.connection_invalid', details } as const
  }
  const codes = {
    taken: 'api.connection_taken',
    unknown: 'api.connection_unknown',
    overtaken: 'api.version_stale',
  } as const
  return { refused: codes[result.outcome] }
}

/** RFC 9110 §13.1.1: one strong validator; `*` and lists say nothing of what was seen. */
function versionOf(ifMatch: string | undefined): number | undefined {
  const [, version] = /^"(\d{1,9})"$/.exec(ifMatch ?? '') ?? []
  return version === undefined ? undefined : Number(version)
}
