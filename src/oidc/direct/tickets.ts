import type { IncomingMessage } from 'node:http'
import type { Client } from '#client/client.ts'
import type { SignIn } from './direct.ts'

/**
 * The grant that only requests from inside the house can use: whoever names it from outside has no ticket. It stands in
 * no discovery document, and no client is registered for it.
 */
export const directGrant = 'urn:signet:grant-type:direct'

/** What is done for the client once it is authenticated; undefined: no tokens. */
export type Ticket = { redeem(client: Client): Promise<SignIn | undefined> }

const tickets = new WeakMap<IncomingMessage, Ticket>()

export function attachTicket(request: IncomingMessage, ticket: Ticket): void {
  tickets.set(request, ticket)
}

export function ticketOf(request: IncomingMessage): Ticket | undefined {
  return tickets.get(request)
}
