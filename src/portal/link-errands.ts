import { z } from 'zod'
import type { Connection } from '#federation/federation.ts'
import { sha256 } from '#kit/hash.ts'
import { brandId, type AccountId, type ConnectionId, type SessionUid } from '#kit/ids.ts'
import type { BrowserCookie } from '#login/email-code/email-code.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'
import { createTickets } from '#storage/tickets/tickets.ts'
import { basePathOf, type Tenant } from '#tenant/tenant.ts'
import { connectedErrors } from '#views/portal/connected.ts'
import type { ConnectedNews } from '#views/portal/connected.ts'
import type { PortalSession, Visit } from './portal.ts'

/**
 * On the way to connect an account elsewhere. The way out begins beside My account, whose pages send nobody to another host; a
 * ticket says there who asked, once, in the same browser.
 */
export type LinkErrands = {
  /** Only for who is stepped up, by a form of theirs (Q64, Q67). Gives the address where the way out begins. */
  begin(visit: Visit, connection: Pick<Connection, 'id'>): Promise<string>
  /** Uses the ticket up; undefined in another browser, for another connection, or when it is over. */
  use(where: {
    readonly tenant: Tenant
    readonly connectionId: ConnectionId
    readonly ticket: string
    readonly browser: string | undefined
  }): Promise<LinkTicket | undefined>
  /** Leaves word for the page of the session that asked. */
  tell(tenant: Tenant, session: SessionOf, news: ConnectedNews): Promise<void>
  taken(tenant: Tenant, session: SessionOf): Promise<ConnectedNews | undefined>
}

type SessionOf = Pick<PortalSession, 'sessionUid' | 'accountId'>

export type LinkTicket = SessionOf & { readonly provedAt: number }

/** Seconds. */
const ticketLifetime = 120
const newsLifetime = 300

const ticketShape = z.object({
  accountId: z.string().transform((id) => brandId<AccountId>(id)),
  sessionUid: z.string().transform((uid) => brandId<SessionUid>(uid)),
  provedAt: z.number(),
  connectionId: z.string(),
  browser: z.string(),
})

const newsShape = z.object({
  what: z.enum(['linked', 'unlinked', ...connectedErrors]),
  connection: z.string(),
})

export function createLinkErrands(deps: {
  readonly ephemeral: Ephemeral
  readonly browserCookie: BrowserCookie
}): LinkErrands {
  const { ephemeral, browserCookie } = deps
  const tickets = createTickets(ephemeral, {
    kind: 'link_ticket',
    lifetime: ticketLifetime,
    shape: ticketShape,
  })

  return {
    async begin({ ctx, tenant, session, provedAt }, { id: connectionId }) {
      const { accountId, sessionUid } = session
      const browser = sha256(browserCookie.ensure(tenant, ctx.req, ctx.res))
      const kept = { accountId, sessionUid, provedAt, connectionId, browser }
      const ticket = await tickets.keep(tenant.id, kept)
      const query = new URLSearchParams({ ticket }).toString()
      return `${basePathOf(tenant)}/federation/${connectionId}/link?${query}`
    },

    async use({ tenant, connectionId, ticket, browser }) {
      const kept = await tickets.take(tenant.id, ticket)
      if (!kept || browser === undefined) return undefined
      const isTheirs = kept.connectionId === connectionId && kept.browser === sha256(browser)
      const { accountId, sessionUid, provedAt } = kept
      return isTheirs ? { accountId, sessionUid, provedAt } : undefined
    },

    tell: (tenant, session, news) =>
      ephemeral.put(newsKey(tenant, session), JSON.stringify(news), newsLifetime),

    async taken(tenant, session) {
      const text = await ephemeral.take(newsKey(tenant, session))
      return text === undefined ? undefined : newsShape.parse(JSON.parse(text))
    },
  }
}

const newsKey = ({ id: tenantId }: Tenant, { sessionUid, accountId }: SessionOf): EphemeralKey => ({
  tenantId,
  kind: 'link_news',
  id: `${sessionUid}.${accountId}`,
})
