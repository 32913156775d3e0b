import { z } from 'zod'
import type { EphemeralKey, Ephemeral } from '#storage/storage.ts'
import { admissionRefusals, connectionTypes, failureReasons } from '#federation/federation.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, ConnectionId, InteractionUid, TenantId } from '#kit/ids.ts'
import { methodIds, provenMethods } from '#login/login.ts'
import { passwordProblems } from '#login/password/password.ts'
import { registrationProblems } from '#login/registration/registration.ts'
import { riskLevels } from '#login/risk/risk.ts'
import { passkeyProblems } from '#views/components/passkey.ts'
import { emptyProgress, emptyRegistering } from './interaction.ts'
import type { Progress, ProgressStore } from './interaction.ts'
import { rewrite } from './rewrite.ts'

/** As long as the engine keeps an interaction, in seconds. */
const lifetime = 30 * 60

export function createProgressStore(ephemeral: Ephemeral): ProgressStore {
  /** How what was read or written stands in the store. */
  const texts = new WeakMap<Progress, { readonly text: string | undefined }>()

  function read(text: string | undefined): Progress {
    const progress = parse(text)
    texts.set(progress, { text })
    return progress
  }

  return {
    read: async (tenantId, uid) => read(await ephemeral.get(keyOf(tenantId, uid))),

    async change(tenantId, uid, change, before) {
      const known = before && texts.get(before)
      const place = { ephemeral, key: keyOf(tenantId, uid), lifetime, known }
      return read(await rewrite(place, (text) => JSON.stringify(change(parse(text)))))
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

const connectionId = z.string().transform((id) => brandId<ConnectionId>(id))
const connection = z.object({ id: connectionId, name: z.string(), type: z.enum(connectionTypes) })

const federated = z
  .object({
    connectionId,
    isMultiFactor: z.boolean(),
    until: z.number().optional(),
    session: z
      .object({ hint: z.string(), index: z.string().optional(), at: z.number() })
      .optional(),
  })
  .transform(({ until, ...rest }) => ({ ...rest, until }))

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
      method: z.enum(provenMethods),
      accountId,
      amr: z.array(z.string()),
      at: z.number(),
      userVerified: z.boolean().optional(),
      federated: federated.optional(),
    }),
  ),
  method: z.enum(['password', 'email_code']).optional(),
  connection: connectionId.optional(),
  staysHere: z.boolean().default(false),
  linking: z
    .object({ connection, email: z.string(), handle: z.string(), isTold: z.boolean() })
    .optional(),
  verifying: z
    .object({ connection, email: z.string(), handle: z.string(), mailed: mailed.optional() })
    .transform(({ mailed: sent, ...rest }) => ({ ...rest, mailed: sent }))
    .optional(),
  freshFrom: z.number().optional(),
  failure: z
    .object({
      connection,
      reason: z.enum([...failureReasons, ...admissionRefusals, 'authentication_too_old']),
      reference: z.string(),
    })
    .optional(),
  mailed: mailed.optional(),
  way: z.enum(methodIds).optional(),
  confirming: mailed.optional(),
  enrolling: z.enum(['totp', 'passkey']).optional(),
  newCodes: z.boolean().default(false),
  provesAnew: z.boolean().default(false),
  isPutOff: z.boolean().default(false),
  isGivenUp: z.boolean().default(false),
  canMakePasskey: z.boolean().default(false),
  isNudged: z.boolean().default(false),
  doubt: z
    .object({
      accountId,
      level: z.enum(riskLevels),
      reasons: z.array(z.string()),
      isTold: z.boolean(),
    })
    .optional(),
  trusting: accountId.optional(),
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
      z.object({
        kind: z.literal('passkey'),
        why: z.enum(passkeyProblems),
        gone: z.string().optional(),
      }),
      z.object({ kind: z.literal('factor'), why: z.enum(['wrong', 'used']) }),
      z.object({ kind: z.literal('clock_off'), ahead: z.boolean(), by: z.number() }),
    ])
    .optional(),
})

function parse(text: string | undefined): Progress {
  if (text === undefined) return { ...emptyProgress }
  return { ...emptyProgress, ...schema.parse(JSON.parse(text)) }
}
