import { z } from 'zod'
import { brandId, type ConnectionId } from '#kit/ids.ts'
import type { Ephemeral } from '#storage/storage.ts'
import { createTickets, type Tickets } from '#storage/tickets/tickets.ts'
import type { Guest, Known } from './admit.ts'
import type { Mapped, MappedAddress } from './mapping.ts'
import { waitingLifetime, waitingTokens, type WaitingLink } from './waiting.ts'

/** Somebody who came back with an address that nobody vouches for: all that is needed of them, until they prove it. */
export type UnverifiedGuest = {
  readonly connectionId: ConnectionId
  readonly identity: Known
  readonly mapped: Mapped & { readonly email: MappedAddress }
  readonly tokens?: WaitingLink['tokens']
}

const shape = z.object({
  connectionId: z.string().transform((id) => brandId<ConnectionId>(id)),
  identity: z.object({
    issuer: z.string(),
    subject: z.string(),
    authentication: z
      .object({
        at: z.number(),
        acr: z.string().optional(),
        amr: z.array(z.string()),
        until: z.number().optional(),
      })
      .transform(({ at, acr, amr, until }) => ({ at, acr, amr, until })),
    session: z
      .object({ index: z.string().optional(), hint: z.string().optional() })
      .transform(({ index, hint }) => ({ index, hint })),
  }),
  mapped: z.object({
    profile: z.record(z.string(), z.string()),
    email: z.object({
      email: z.string(),
      emailCanonical: z.string(),
      domain: z.string(),
      isVerified: z.boolean(),
      isVouchedFor: z.boolean(),
    }),
    groups: z.array(z.string()),
  }),
  tokens: z.object({ sealedTokens: z.string(), version: z.number() }).optional(),
})

export type UnverifiedGuests = Tickets<UnverifiedGuest>

export function createUnverifiedGuests(
  ephemeral: Pick<Ephemeral, 'put' | 'take'>,
): UnverifiedGuests {
  const kind = 'federation_unverified'
  return createTickets(ephemeral, { kind, lifetime: waitingLifetime, shape })
}

/** What is kept of somebody who came back with such an address. */
export function unverifiedGuest(guest: Guest, email: MappedAddress): UnverifiedGuest {
  const { connection, mapped } = guest
  const { issuer, subject, authentication, session } = guest.identity
  return {
    connectionId: connection.id,
    identity: { issuer, subject, authentication, session },
    mapped: { ...mapped, email },
    tokens: waitingTokens(guest),
  }
}
