import type { Context } from 'koa'
import { z } from 'zod'
import type { Clients } from '#client/client.ts'
import type { ApiSignIn, Arrivals, Failure, Identities } from '#federation/federation.ts'
import { sha256 } from '#kit/hash.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, ClientId, ConnectionId, SessionUid } from '#kit/ids.ts'
import { randomToken } from '#kit/random.ts'
import type { Requester } from '#login/login.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { sessionFields, type LinkOutcome, type SsoCodes } from './sso-codes.ts'
import { backTo, backWithout, isSender } from './sso-start.ts'

/**
 * The way out of whoever connects what they have elsewhere. A front end has no cookie here: the ticket says whose session asked,
 * once, and the browser that shows it is the only one that comes back.
 */
export type LinkTickets = {
  /** For two minutes. */
  keep(tenant: Tenant, connectionId: ConnectionId, ticket: LinkTicket): Promise<string>
  /** To exactly one of any number of callers; undefined for another connection or tenant. */
  take(tenant: Tenant, connectionId: ConnectionId, text: string): Promise<LinkTicket | undefined>
}

export type LinkTicket = {
  readonly request: ApiSignIn
  readonly accountId: AccountId
  readonly sessionUid: SessionUid
}

const ticketLifetime = 120

const shape = z.object({
  ...sessionFields,
  request: z
    .object({
      clientId: z.string().transform((id) => brandId<ClientId>(id)),
      redirectUri: z.string(),
      state: z.string().optional(),
      codeChallenge: z.string(),
    })
    .transform(({ state, ...rest }) => ({ ...rest, state })),
})

export function createLinkTickets(ephemeral: Pick<Ephemeral, 'put' | 'take'>): LinkTickets {
  return {
    async keep(tenant, connectionId, ticket) {
      const text = randomToken()
      const key = keyOf(tenant, connectionId, text)
      await ephemeral.put(key, JSON.stringify(ticket), ticketLifetime)
      return text
    },

    async take(tenant, connectionId, text) {
      const kept = await ephemeral.take(keyOf(tenant, connectionId, text))
      return kept === undefined ? undefined : shape.parse(JSON.parse(kept))
    },
  }
}

const keyOf = (tenant: Tenant, connectionId: ConnectionId, text: string): EphemeralKey => ({
  tenantId: tenant.id,
  kind: 'api_link_ticket',
  id: sha256(JSON.stringify([connectionId, text])),
})

const asked = z.strictObject({ ticket: z.string().regex(/^[\w-]{43}$/) })

/** How a front end has somebody leave. See `FederationRouteDeps.startOf`. */
export function createLinkStart(deps: {
  readonly clients: Pick<Clients, 'find'>
  readonly linkTickets: Pick<LinkTickets, 'take'>
}) {
  return async (tenant: Tenant, connectionId: ConnectionId, query: unknown) => {
    const read = asked.safeParse(query)
    const ticket =
      read.data && (await deps.linkTickets.take(tenant, connectionId, read.data.ticket))
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

export type LinkArrivalDeps = {
  readonly identities: Pick<Identities, 'keepLink'>
  readonly linkCodes: SsoCodes<LinkOutcome>
  readonly requesterOf: (ctx: Context) => Omit<Requester, 'deviceCookie'>
  /** Records why it came to nothing. */
  readonly tellOfFailure: (ctx: Context, failure: Failure) => Promise<unknown>
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

    async failed(ctx, failure) {
      const { tenant, errand, reason } = failure
      if (errand?.purpose !== 'api_link') throw new Error('an errand of somebody else')
      await deps.tellOfFailure(ctx, failure)
      return backWithout(tenant, errand.request, reason)
    },
  }
}
