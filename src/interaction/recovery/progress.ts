import { z } from 'zod'
import { sha256 } from '#kit/hash.ts'
import { brandId, type AccountId, type TenantId } from '#kit/ids.ts'
import { passwordProblems } from '#login/password/password.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'
import { emptyRecovery, type Recovery, type RecoveryStore } from './recovery.ts'

/** Seconds from the last new beginning to the new password (Q56: at most an hour). */
export const recoveryLifetime = 30 * 60

/** More tries than two hands can cause; then something is wrong with the store. */
const mostRaces = 20

export function createRecoveryStore(ephemeral: Ephemeral): RecoveryStore {
  /** `change` gives undefined where there is nothing to write: then this is false. */
  async function write(
    key: EphemeralKey,
    change: (before: Recovery) => Recovery | undefined,
  ): Promise<boolean> {
    for (let race = 0; race < mostRaces; race += 1) {
      const before = await ephemeral.get(key)
      const after = change(parse(before))
      if (!after) return false
      const text = JSON.stringify(after)
      const isWritten =
        before === undefined
          ? await ephemeral.add(key, text, recoveryLifetime)
          : await ephemeral.swap(key, before, text)
      if (isWritten) return true
    }
    throw new Error('a recovery could not be written')
  }

  return {
    read: async (tenantId, key) => parse(await ephemeral.get(keyOf(tenantId, key))),

    async change(tenantId, key, change) {
      await write(keyOf(tenantId, key), change)
    },

    finish: (tenantId, key) =>
      write(keyOf(tenantId, key), ({ email, interaction, proofs }) =>
        proofs.length === 0 ? undefined : { ...emptyRecovery, email, interaction, isDone: true },
      ),

    remove: (tenantId, key) => ephemeral.remove(keyOf(tenantId, key)),
  }
}

const keyOf = (tenantId: TenantId, key: string): EphemeralKey => ({
  tenantId,
  kind: 'recovery',
  id: sha256(key),
})

const noticeSchema = z.union([
  z.object({
    kind: z.enum([
      'email_required',
      'code_required',
      'code_expired',
      'code_too_many',
      'code_too_soon',
      'password_required',
      'over',
    ]),
  }),
  z.object({ kind: z.literal('email_invalid'), typed: z.string() }),
  z.object({ kind: z.literal('code_wrong'), left: z.number() }),
  z.object({ kind: z.literal('throttled'), until: z.number() }),
  z.object({ kind: z.literal('password_refused'), reason: z.enum(passwordProblems) }),
])

const schema = z.object({
  email: z.string().optional(),
  code: z.object({ handle: z.string(), nextAt: z.number() }).optional(),
  proofs: z.array(
    z.object({
      method: z.literal('email_code'),
      accountId: z.string().transform((id) => brandId<AccountId>(id)),
      email: z.string(),
      askedAt: z.number(),
    }),
  ),
  isDone: z.boolean(),
  interaction: z.string().optional(),
  notice: noticeSchema.optional(),
})

function parse(text: string | undefined): Recovery {
  return text === undefined
    ? emptyRecovery
    : { ...emptyRecovery, ...schema.parse(JSON.parse(text)) }
}
