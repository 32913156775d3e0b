import { z } from 'zod'
import { sha256 } from '#kit/hash.ts'
import { brandId, type AccountId, type ConnectionId, type TenantId } from '#kit/ids.ts'
import { randomToken } from '#kit/random.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'
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

/** Seconds: as long as a sign-in may take. */
const lifetime = 1800

const schema = z.object({
  connectionId: z.string().transform((id) => brandId<ConnectionId>(id)),
  issuer: z.string(),
  subject: z.string(),
  email: z.string().optional(),
  accountId: z.string().transform((id) => brandId<AccountId>(id)),
  tokens: z.object({ sealedTokens: z.string(), version: z.number() }).optional(),
})

/** `kind`: what waits for one proof is not there for another. */
export function createWaitingLinks(
  ephemeral: Pick<Ephemeral, 'put' | 'take'>,
  kind: 'federation_link' | 'federation_kept_link',
) {
  const placeOf = (tenantId: TenantId, handle: string): EphemeralKey => ({
    tenantId,
    kind,
    id: sha256(handle),
  })

  return {
    async keep(tenantId: TenantId, link: WaitingLink): Promise<string> {
      const handle = randomToken()
      await ephemeral.put(placeOf(tenantId, handle), JSON.stringify(link), lifetime)
      return handle
    },

    /** To exactly one of any number of callers. */
    async take(tenantId: TenantId, handle: string): Promise<WaitingLink | undefined> {
      const text = await ephemeral.take(placeOf(tenantId, handle))
      if (text === undefined) return undefined
      const { email, tokens, ...rest } = schema.parse(JSON.parse(text))
      return { ...rest, email, tokens }
    },
  }
}

export type WaitingLinks = ReturnType<typeof createWaitingLinks>
