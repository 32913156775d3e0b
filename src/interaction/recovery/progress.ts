import { z } from 'zod'
import { sha256 } from '#kit/hash.ts'
import { brandId, type AccountId, type TenantId } from '#kit/ids.ts'
import { passwordProblems } from '#login/password/password.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'
import { rewrite } from '../rewrite.ts'
import { emptyRecovery, type Recovery, type RecoveryStore } from './recovery.ts'

/** Seconds from the last new beginning to the new password (Q56: at most an hour). */
export const recoveryLifetime = 30 * 60

export function createRecoveryStore(ephemeral: Ephemeral): RecoveryStore {
  const placeOf = (tenantId: TenantId, key: string) => ({
    ephemeral,
    key: keyOf(tenantId, key),
    lifetime: recoveryLifetime,
  })

  return {
    read: async (tenantId, key) => parse(await ephemeral.get(keyOf(tenantId, key))),

    async change(tenantId, key, change) {
      await rewrite(placeOf(tenantId, key), (before) => JSON.stringify(change(parse(before))))
    },

    async finish(tenantId, key) {
      const written = await rewrite(placeOf(tenantId, key), (before) => {
        const { email, interaction, proofs } = parse(before)
        if (proofs.length === 0) return undefined
        return JSON.stringify({ ...emptyRecovery, email, interaction, isDone: true })
      })
      return written !== undefined
    },

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
  z.object({ kind: z.literal('elsewhere'), typed: z.string(), connection: z.string() }),
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
