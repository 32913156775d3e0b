import { z } from 'zod'
import { sha256 } from '#kit/hash.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, ClientId, ConnectionId } from '#kit/ids.ts'
import { randomToken } from '#kit/random.ts'
import { provenMethods } from '#login/login.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { pendingLifetime } from './auth.ts'
import type { PendingSignIns, Proofs } from './auth.ts'

export function createPendingSignIns(ephemeral: Ephemeral): PendingSignIns {
  return {
    async begin(tenant, clientId, proofs) {
      const handle = randomToken()
      const value = JSON.stringify({ clientId, proofs })
      await ephemeral.put(keyOf(tenant, handle), value, pendingLifetime)
      return handle
    },

    async find(tenant, clientId, handle) {
      const key = keyOf(tenant, handle)
      const text = await ephemeral.get(key)
      const proofs = text === undefined ? undefined : proofsFor(clientId, text)
      if (text !== undefined && !proofs) await ephemeral.remove(key)
      return proofs
    },

    async take(tenant, clientId, handle) {
      const text = await ephemeral.take(keyOf(tenant, handle))
      return text === undefined ? undefined : proofsFor(clientId, text)
    },
  }
}

/** SECURITY: a handle that somebody else shows has leaked: it is spent all the same. */
function proofsFor(clientId: ClientId, text: string): Proofs | undefined {
  const pending = schema.parse(JSON.parse(text))
  return pending.clientId === clientId ? pending.proofs : undefined
}

const keyOf = (tenant: Tenant, handle: string): EphemeralKey => ({
  tenantId: tenant.id,
  kind: 'pending_sign_in',
  id: sha256(handle),
})

/** As it was written, whatever was proved. */
export const keptProof = z.object({
  method: z.enum(provenMethods),
  accountId: z.string().transform((id) => brandId<AccountId>(id)),
  amr: z.array(z.string()),
  at: z.number(),
  userVerified: z.boolean().optional(),
  federated: z
    .object({
      connectionId: z.string().transform((id) => brandId<ConnectionId>(id)),
      isMultiFactor: z.boolean(),
      until: z.number().optional(),
      session: z
        .object({ hint: z.string(), index: z.string().optional(), at: z.number() })
        .optional(),
    })
    .transform(({ until, ...rest }) => ({ ...rest, until }))
    .optional(),
})

const schema = z.object({ clientId: z.string(), proofs: z.tuple([keptProof], keptProof) })
