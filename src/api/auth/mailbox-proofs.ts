import { codeLifetime } from '#login/email-code/email-code.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { handleId } from './handle.ts'

/**
 * What the right code proved, until it has served: the code itself is used up by the first right try, and a password that
 * is refused must not cost it.
 */
export type MailboxProofs<Proved> = {
  keep(tenant: Tenant, handle: string, proved: Proved): Promise<void>
  find(tenant: Tenant, handle: string): Promise<Proved | undefined>
  /** Uses it up; true for exactly one of any number of concurrent callers. */
  claim(tenant: Tenant, handle: string): Promise<boolean>
}

/** `kind`: one for each purpose, so that no proof is taken for another (CVE-2026-4282). */
export function createMailboxProofs<Proved>(
  ephemeral: Ephemeral,
  kind: string,
): MailboxProofs<Proved> {
  const keyOf = ({ id: tenantId }: Tenant, handle: string): EphemeralKey => ({
    tenantId,
    kind,
    id: handleId(handle),
  })

  return {
    keep: (tenant, handle, proved) =>
      ephemeral.put(keyOf(tenant, handle), JSON.stringify(proved), codeLifetime),

    async find(tenant, handle) {
      const text = await ephemeral.get(keyOf(tenant, handle))
      return text === undefined ? undefined : (JSON.parse(text) as Proved) // written by `keep`
    },

    claim: async (tenant, handle) => (await ephemeral.take(keyOf(tenant, handle))) !== undefined,
  }
}
