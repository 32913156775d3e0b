import { z } from 'zod'
import { sha256 } from '#kit/hash.ts'
import { brandId, type ConnectionId, type TenantId } from '#kit/ids.ts'
import { randomToken } from '#kit/random.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'
import type { Guest, Known } from './admit.ts'
import type { Mapped, MappedAddress } from './mapping.ts'
import { waitingTokens, type WaitingLink } from './waiting.ts'

/** Somebody who came back with an address that nobody vouches for: all that is needed of them, until they prove it. */
export type UnverifiedGuest = {
  readonly connectionId: ConnectionId
  readonly identity: Known
  readonly mapped: Mapped & { readonly email: MappedAddress }
  readonly tokens?: WaitingLink['tokens']
}

/** Seconds: as long as a sign-in may take. */
const lifetime = 1800

const schema = z.object({
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

export function createUnverifiedGuests(ephemeral: Pick<Ephemeral, 'put' | 'take'>) {
  return {
    async keep(guest: Guest): Promise<string> {
      const { tenant, connection, identity, mapped } = guest
      const handle = randomToken()
      const { issuer, subject, authentication, session } = identity
      const known = { issuer, subject, authentication, session }
      const tokens = waitingTokens(guest)
      const text = JSON.stringify({ connectionId: connection.id, identity: known, mapped, tokens })
      await ephemeral.put(placeOf(tenant.id, handle), text, lifetime)
      return handle
    },

    /** To exactly one of any number of callers. */
    async take(tenantId: TenantId, handle: string): Promise<UnverifiedGuest | undefined> {
      const text = await ephemeral.take(placeOf(tenantId, handle))
      return text === undefined ? undefined : schema.parse(JSON.parse(text))
    },
  }
}

export type UnverifiedGuests = ReturnType<typeof createUnverifiedGuests>

const placeOf = (tenantId: TenantId, handle: string): EphemeralKey => ({
  tenantId,
  kind: 'federation_unverified',
  id: sha256(handle),
})
