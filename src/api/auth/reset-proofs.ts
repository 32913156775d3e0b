import { z } from 'zod'
import { brandId } from '#kit/ids.ts'
import type { AccountId } from '#kit/ids.ts'
import { codeLifetime } from '#login/email-code/email-code.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { handleId } from './handle.ts'

/** A mailbox that was proved to set a password anew. */
export type ResetProof = {
  readonly accountId: AccountId
  readonly email: string
  /** Epoch seconds. */
  readonly askedAt: number
}

export type ResetProofs = {
  keep(tenant: Tenant, handle: string, proof: ResetProof): Promise<void>
  find(tenant: Tenant, handle: string): Promise<ResetProof | undefined>
  /** Uses it up; true for exactly one of any number of concurrent callers. */
  claim(tenant: Tenant, handle: string): Promise<boolean>
}

export function createResetProofs(ephemeral: Ephemeral): ResetProofs {
  return {
    keep: (tenant, handle, proof) =>
      ephemeral.put(keyOf(tenant, handle), JSON.stringify(proof), codeLifetime),

    async find(tenant, handle) {
      const text = await ephemeral.get(keyOf(tenant, handle))
      return text === undefined ? undefined : schema.parse(JSON.parse(text))
    },

    claim: async (tenant, handle) => (await ephemeral.take(keyOf(tenant, handle))) !== undefined,
  }
}

const keyOf = (tenant: Tenant, handle: string): EphemeralKey => ({
  tenantId: tenant.id,
  kind: 'reset_proof',
  id: handleId(handle),
})

const schema = z.object({
  accountId: z.string().transform((id) => brandId<AccountId>(id)),
  email: z.string(),
  askedAt: z.number(),
})
