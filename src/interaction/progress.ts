import { z } from 'zod'
import type { EphemeralKey, Ephemeral } from '#storage/storage.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, InteractionUid, TenantId } from '#kit/ids.ts'
import { methodIds } from '#login/login.ts'
import { passwordProblems } from '#login/password/password.ts'
import { registrationProblems } from '#login/registration/registration.ts'
import { emptyProgress, emptyRegistering } from './interaction.ts'
import type { Progress, ProgressStore } from './interaction.ts'

/** As long as the engine keeps an interaction, in seconds. */
const lifetime = 30 * 60

/** More tries than two hands can cause; then something is wrong with the store. */
const mostRaces = 20

export function createProgressStore(ephemeral: Ephemeral): ProgressStore {
  async function tryChange(
    key: EphemeralKey,
    change: (before: Progress) => Progress,
  ): Promise<Progress | undefined> {
    const before = await ephemeral.get(key)
    const after = change(before === undefined ? emptyProgress : parse(before))
    const text = JSON.stringify(after)
    const isWritten =
      before === undefined
        ? await ephemeral.add(key, text, lifetime)
        : await ephemeral.swap(key, before, text)
    return isWritten ? after : undefined
  }

  return {
    async read(tenantId, uid) {
      const text = await ephemeral.get(keyOf(tenantId, uid))
      return text === undefined ? emptyProgress : parse(text)
    },

    async change(tenantId, uid, change) {
      for (let race = 0; race < mostRaces; race += 1) {
        const after = await tryChange(keyOf(tenantId, uid), change)
        if (after) return after
      }
      throw new Error('progress could not be written')
    },

    clear: (tenantId, uid) => ephemeral.remove(keyOf(tenantId, uid)),
  }
}

const keyOf = (tenantId: TenantId, uid: InteractionUid): EphemeralKey => ({
  tenantId,
  kind: 'progress',
  id: uid,
})

const accountId = z.string().transform((id) => brandId<AccountId>(id))

const mailed = z.object({ email: z.string(), handle: z.string(), nextAt: z.number() })

const applicant = z
  .object({
    email: z.string(),
    name: z.string(),
    locale: z.string(),
    agreements: z.array(z.object({ document: z.enum(['terms', 'privacy']), version: z.string() })),
    agreedAt: z.number(),
    invitationId: z.string().optional(),
  })
  .transform(({ invitationId, ...rest }) => ({ ...rest, invitationId }))

const schema = z.object({
  email: z.string().optional(),
  another: z.boolean(),
  chosen: accountId.optional(),
  proofs: z.array(
    z.object({
      method: z.enum(methodIds),
      accountId,
      amr: z.array(z.string()),
      at: z.number(),
      userVerified: z.boolean().optional(),
    }),
  ),
  method: z.enum(['password', 'email_code']).optional(),
  mailed: mailed.optional(),
  registering: z
    .object({
      email: z.string(),
      name: z.string(),
      agreed: z.boolean(),
      mailed: mailed.optional(),
      applicant: applicant.optional(),
      problem: z.enum([...registrationProblems, 'required', ...passwordProblems]).optional(),
    })
    .transform((registering) => ({ ...emptyRegistering, ...registering }))
    .optional(),
  notice: z
    .union([
      z.object({
        kind: z.enum(['email_required', 'password_required', 'password_wrong']),
      }),
      z.object({ kind: z.literal('email_invalid'), typed: z.string() }),
      z.object({
        kind: z.literal('throttled'),
        until: z.number(),
        isLocked: z.boolean().optional(),
      }),
      z.object({
        kind: z.literal('code'),
        why: z.enum(['required', 'expired', 'too_many', 'too_soon']),
      }),
      z.object({ kind: z.literal('code_wrong'), left: z.number() }),
    ])
    .optional(),
})

function parse(text: string): Progress {
  return { ...emptyProgress, ...schema.parse(JSON.parse(text)) }
}
