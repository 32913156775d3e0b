import { z } from 'zod'
import { administratorRefusals, refuseOthers } from '../administrator.ts'
import { endpoint } from '../api.ts'
import type { Endpoint } from '../api.ts'
import { domainFields, domainView, healthFields, healthView } from './fields.ts'
import { actorOf, connectionParams, idOf, type ConnectionApiDeps } from './named.ts'

export function healthEndpoint(deps: ConnectionApiDeps): Endpoint {
  return endpoint({
    method: 'get',
    path: '/connections/{id}/health',
    summary: 'Whether the other side can be asked, and what stands here',
    security: 'bearer',
    params: connectionParams,
    query: z.strictObject({
      refresh: z.enum(['true', 'false']).optional().describe('`true`: asks the other side now'),
    }),
    answers: { 200: { description: 'Within five seconds', schema: healthFields } },
    refusals: [...administratorRefusals, 'api.connection_unknown'],
    async handle(call) {
      const refused = await refuseOthers(call, 'look', deps)
      if (refused) return refused
      const found = await deps.connections.show(call.tenant.id, idOf(call.params))
      if (!found) return { refused: 'api.connection_unknown' }
      const refresh = call.query.refresh === 'true'
      return { status: 200, body: healthView(await deps.connectionHealth(found, { refresh })) }
    },
  })
}

export function domainCheckEndpoint(deps: ConnectionApiDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/connections/{id}/domains/{domain}/check',
    summary: 'Look for the record that proves a domain, now',
    security: 'bearer',
    params: connectionParams.extend({ domain: z.string().max(253) }),
    answers: {
      200: {
        description: 'What the domain is now',
        schema: domainFields.extend({
          found: z
            .enum(['proved', 'missing', 'alias', 'failed', 'owned'])
            .describe('`owned`: another connection of the tenant proved the domain before'),
        }),
      },
    },
    refusals: [...administratorRefusals, 'api.connection_unknown'],
    async handle(call) {
      const refused = await refuseOthers(call, 'change', deps)
      if (refused) return refused
      const { tenant, params } = call
      const { domain } = params
      const key = { tenantId: tenant.id, connectionId: idOf(params), domain }
      const check = await deps.domainProofs.check({ ...key, actor: actorOf(call) })
      const shown = await deps.connections.show(tenant.id, key.connectionId)
      const claim = shown?.domains.find((one) => one.domain === domain)
      if (check.kind === 'unknown' || !claim) return { refused: 'api.connection_unknown' }
      const found = check.kind === 'unproved' ? check.reason : check.kind
      return { status: 200, body: { ...domainView(claim, deps.clock.now()), found } }
    },
  })
}
