import { z } from 'zod'
import { brandId, type AccountId, type ConnectionId } from '#kit/ids.ts'
import type { Ephemeral } from '#storage/storage.ts'
import { createTickets, type Tickets } from '#storage/tickets/tickets.ts'
import type { Arrival } from '../federation.ts'

/** An identity whose owner has yet to say which account is theirs. Proof of one subject, and of no other (Q61). */
export type WaitingLink = {
  readonly connectionId: ConnectionId
  readonly issuer: string
  readonly subject: string
  readonly email: string | undefined
  /** The account they have to prove: with another one nothing is linked. */
  readonly accountId: AccountId
  /** Kept with it, if the connection is then at this version still. */
  readonly tokens: { readonly sealedTokens: string; readonly version: number } | undefined
}

/** What an arrival brought to be kept. */
export function waitingTokens({
  sealedTokens,
  connection,
}: Pick<Arrival, 'sealedTokens' | 'connection'>): WaitingLink['tokens'] {
  return sealedTokens === undefined ? undefined : { sealedTokens, version: connection.version }
}

const shape = z
  .object({
    connectionId: z.string().transform((id) => brandId<ConnectionId>(id)),
    issuer: z.string(),
    subject: z.string(),
    email: z.string().optional(),
    accountId: z.string().transform((id) => brandId<AccountId>(id)),
    tokens: z.object({ sealedTokens: z.string(), version: z.number() }).optional(),
  })
  .transform(({ email, tokens, ...rest }) => ({ ...rest, email, tokens }))

export type WaitingLinks = Tickets<WaitingLink>

/** Seconds: as long as a sign-in may take. */
export const waitingLifetime = 1800

/** `kind`: what waits for one proof is not there for another. */
export function createWaitingLinks(
  ephemeral: Pick<Ephemeral, 'put' | 'take'>,
  kind: 'federation_link' | 'federation_kept_link',
): WaitingLinks {
  return createTickets(ephemeral, { kind, lifetime: waitingLifetime, shape })
}
