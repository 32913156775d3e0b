import { z } from 'zod'
import type { Account } from '#account/account.ts'
import type { Passkeys } from '#login/passkey/passkey.ts'
import type { RecoveryCodes } from '#login/recovery-code/recovery-code.ts'
import type { Totp } from '#login/totp/totp.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { endpoint } from '../api.ts'
import type { Endpoint } from '../api.ts'

export type TwoStepStatusDeps = {
  readonly totp: Pick<Totp, 'find'>
  readonly recoveryCodes: Pick<RecoveryCodes, 'find'>
  readonly passkeys: Pick<Passkeys, 'count'>
  /** True when a second factor is demanded of this person. */
  readonly isDemanded: (tenant: Tenant, account: Account) => Promise<boolean>
}

const moment = z.iso.datetime()

export function twoStepStatusEndpoint({
  totp,
  recoveryCodes,
  passkeys,
  isDemanded,
}: TwoStepStatusDeps): Endpoint {
  return endpoint({
    method: 'get',
    path: '/2fa/status',
    summary: 'What this person has besides a password',
    security: 'bearer',
    answers: {
      200: {
        description: 'Without a secret',
        schema: z.strictObject({
          required: z.boolean().describe('The tenant demands a second factor of this person'),
          totp: z
            .strictObject({
              enrolled_at: moment,
              last_used_at: moment.nullable(),
              locked: z.boolean().describe('Guessed at too often'),
            })
            .nullable(),
          recovery_codes: z
            .strictObject({ made_at: moment, left: z.int(), locked: z.boolean() })
            .nullable(),
          passkeys: z.int(),
        }),
      },
    },
    refusals: [],
    handle: async ({ tenant, caller: { account } }) => {
      const [app, paper, keys, required] = await Promise.all([
        totp.find(tenant.id, account.id),
        recoveryCodes.find(tenant.id, account.id),
        passkeys.count(tenant.id, account.id),
        isDemanded(tenant, account),
      ])
      const body = {
        required,
        totp: app
          ? {
              enrolled_at: app.enrolledAt.toISOString(),
              last_used_at: app.lastUsedAt?.toISOString() ?? null,
              locked: app.isLocked,
            }
          : null,
        recovery_codes: paper
          ? { made_at: paper.madeAt.toISOString(), left: paper.left, locked: paper.isLocked }
          : null,
        passkeys: keys,
      }
      return { status: 200, body }
    },
  })
}
