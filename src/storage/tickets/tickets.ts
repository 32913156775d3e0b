import type { z } from 'zod'
import { sha256 } from '#kit/hash.ts'
import { randomToken } from '#kit/random.ts'
import type { Ephemeral, EphemeralKey } from '../storage.ts'

/**
 * What waits until somebody shows a token for it, once. The store knows the hash alone (Q87). `scope` is part of the name, as the
 * kind and the tenant are: with another one nothing is found, and nothing used up.
 */
export type Tickets<Kept> = {
  /** Gives the token: 256 random bits, base64url. */
  keep(tenantId: string, kept: Kept, scope?: string): Promise<string>
  /** One atomic step: gives it to exactly one of any number of concurrent callers; undefined when it is over. */
  take(tenantId: string, token: string, scope?: string): Promise<Kept | undefined>
}

/** `kind`: one for each purpose, so that no proof is taken for another (CVE-2026-4282). `lifetime` in seconds. */
export function createTickets<Kept>(
  ephemeral: Pick<Ephemeral, 'put' | 'take'>,
  {
    kind,
    lifetime,
    shape,
  }: { readonly kind: string; readonly lifetime: number; readonly shape: z.ZodType<Kept> },
): Tickets<Kept> {
  function keyOf(tenantId: string, token: string, scope = ''): EphemeralKey {
    return { tenantId, kind, id: sha256(JSON.stringify([scope, token])) }
  }

  return {
    async keep(tenantId, kept, scope) {
      const token = randomToken()
      await ephemeral.put(keyOf(tenantId, token, scope), JSON.stringify(kept), lifetime)
      return token
    },

    async take(tenantId, token, scope) {
      const text = await ephemeral.take(keyOf(tenantId, token, scope))
      return text === undefined ? undefined : shape.parse(JSON.parse(text))
    },
  }
}
