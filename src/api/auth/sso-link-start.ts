import type { Context } from 'koa'
import { z } from 'zod'
import type { Clients } from '#client/client.ts'
import { apiSignInShape } from '#federation/errand/errand.ts'
import type { ApiSignIn, Arrivals, Identities } from '#federation/federation.ts'
import type { AccountId, ConnectionId, SessionUid } from '#kit/ids.ts'
import type { Requester } from '#login/login.ts'
import type { Ephemeral } from '#storage/storage.ts'
import { createTickets, type Tickets } from '#storage/tickets/tickets.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { sessionFields, type LinkOutcome, type SsoCodes } from './sso-codes.ts'
import { backTo, backWithout, createFailedReturn, isSender } from './sso-start.ts'
import type { FailedReturnDeps } from './sso-start.ts'

export type LinkTicket = {
  readonly request: ApiSignIn
  readonly accountId: AccountId
  readonly sessionUid: SessionUid
}

/**
 * The way out of whoever connects what they have elsewhere. A front end has no cookie here: the ticket says whose session asked,
 * for two minutes, and the browser that shows it is the only one that comes back. Its scope is the connection.
 */
export type LinkTickets = Tickets<LinkTicket>

export function createLinkTickets(ephemeral: Pick<Ephemeral, 'put' | 'take'>): LinkTickets {
  const shape = z.object({ ...sessionFields, request: apiSignInShape })
  return createTickets(ephemeral, { kind: 'api_link_ticket', lifetime: 120, shape })
}

const asked = z.strictObject({ ticket: z.string().regex(/^[\w-]{43}$/) })

/** How a front end has somebody leave. See `FederationRouteDeps.startOf`. */
export function createLinkStart(deps: {
  readonly clients: Pick<Clients, 'find'>
  readonly linkTickets: Pick<LinkTickets, 'take'>
}) {
  return async (tenant: Tenant, connectionId: ConnectionId, query: unknown) => {
    const read = asked.safeParse(query)
    const ticket =
      read.data && (await deps.linkTickets.take(tenant.id, read.data.ticket, connectionId))
    if (!ticket) return undefined
    const { clientId, redirectUri } = ticket.request
    const client = await deps.clients.find(tenant.id, clientId)
    if (!isSender(client, redirectUri)) return undefined
    return {
      errand: { purpose: 'api_link', ...ticket } as const,
      wishes: { anew: false },
      failedUrl: backWithout(tenant, ticket.request, 'upstream_unavailable'),
    }
  }
}

export type LinkArrivalDeps = FailedReturnDeps & {
  readonly identities: Pick<Identities, 'keepLink'>
  readonly linkCodes: SsoCodes<LinkOutcome>
  readonly requesterOf: (ctx: Context) => Omit<Requester, 'deviceCookie'>
}

/** SECURITY: nothing is linked yet. Who came back may have followed somebody else’s link; who asked has the verifier. */
export function createLinkArrivals(deps: LinkArrivalDeps): Arrivals<Context> {
  return {
    async arrived(ctx, arrival) {
      const { tenant, connection, errand } = arrival
      if (errand.purpose !== 'api_link') throw new Error('an errand of somebody else')
      const { ip, userAgent, requestId } = deps.requesterOf(ctx)
      const result = await deps.identities.keepLink(arrival, { ip, userAgent, requestId })
      const { request, accountId, sessionUid } = errand
      const outcome = { accountId, sessionUid, result }
      const code = await deps.linkCodes.keep(tenant, connection.id, request, outcome)
      return backTo(tenant, request, { code })
    },

    failed: createFailedReturn(deps),
  }
}
