import { z } from 'zod'
import { epochSeconds } from '#kit/clock.ts'
import type { PasswordLogin } from '#login/login.ts'
import type { RecoveryCodes } from '#login/recovery-code/recovery-code.ts'
import { pendingLifetime, qrSvg } from '#login/totp/totp.ts'
import type { Totp } from '#login/totp/totp.ts'
import { endpoint } from '../api.ts'
import type { Endpoint } from '../api.ts'
import { password } from './fields.ts'
import { appRefused } from './second-step.ts'
import { passwordRefused } from './sign-in.ts'
import { refuseStale, stepUpNeeded, whoseOf } from './stepped-up.ts'
import type { Own, StepUpDeps } from './stepped-up.ts'
import { twoStepStatusEndpoint } from './two-step-status.ts'
import type { TwoStepStatusDeps } from './two-step-status.ts'

export type TwoStepDeps = StepUpDeps &
  TwoStepStatusDeps & {
    readonly totp: Totp
    readonly recoveryCodes: RecoveryCodes
    readonly password: PasswordLogin
  }

/** A person's authenticator app and recovery codes, with the services of My account. */
export function twoStepEndpoints(deps: TwoStepDeps): readonly Endpoint[] {
  return [
    twoStepStatusEndpoint(deps),
    setupEndpoint(deps),
    verifyEndpoint(deps),
    disableEndpoint(deps),
    regenerateEndpoint(deps),
  ]
}

const codes = z
  .array(z.string())
  .describe('`XXXX-XXXX-XXXX-XXXX`, to be kept by the person: never told again')

function setupEndpoint(deps: TwoStepDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/2fa/setup',
    summary: 'Draw the secret of an authenticator app, which opens nothing until `/2fa/verify`',
    security: 'bearer',
    answers: {
      200: {
        description: 'For ten minutes, and this session',
        schema: z.strictObject({
          secret: z.string().describe('Base32 (RFC 6238: SHA-1, six digits, 30 seconds)'),
          otpauth_uri: z.string(),
          qr_svg: z.string().describe('The same as a picture: an SVG document'),
          expires_in: z.int().describe('Seconds'),
        }),
      },
    },
    refusals: ['api.step_up_required', 'api.token_invalid'],
    handle: async (call) => {
      const stale = await refuseStale(call, deps)
      if (stale) return stale
      const result = await deps.totp.begin(whoseOf(call))
      if (result.kind === 'step_up') return stepUpNeeded()
      if (result.kind === 'over') return { refused: 'api.token_invalid' }
      const { secret, uri, qr } = result.pending
      const body = { secret, otpauth_uri: uri, qr_svg: qrSvg(qr), expires_in: pendingLifetime }
      return { status: 200, body }
    },
  })
}

function verifyEndpoint(deps: TwoStepDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/2fa/verify',
    summary: 'Confirm the authenticator app with its first code',
    security: 'bearer',
    body: z.strictObject({ code: z.string().min(1).max(64) }),
    answers: {
      200: {
        description: 'It is asked for from now on',
        schema: z.strictObject({
          recovery_codes: codes.describe(
            'With the first factor; empty where there are some already',
          ),
          sessions_ended: z
            .boolean()
            .describe('It took the place of another: this session is over too'),
        }),
      },
    },
    refusals: ['api.code_wrong', 'api.setup_over'],
    handle: async (call) => {
      const { code } = call.body
      const result = await deps.totp.confirm({ ...whoseOf(call), code })
      switch (result.kind) {
        case 'expired':
          return { refused: 'api.setup_over' }
        case 'wrong':
          return { refused: 'api.code_wrong', details: { why: 'wrong' } }
        case 'clock_off':
          return { refused: 'api.code_wrong', details: appRefused(result).details }
        case 'enrolled': {
          const recovery_codes = result.replaced ? [] : await firstCodes(call, deps)
          return { status: 200, body: { recovery_codes, sessions_ended: result.replaced } }
        }
      }
    },
  })
}

/** The first factor comes with codes, or a lost phone is a lost account. */
async function firstCodes(own: Own, { recoveryCodes, clock }: TwoStepDeps): Promise<string[]> {
  const { tenant, caller } = own
  if ((await recoveryCodes.count(tenant.id, caller.account.id)) > 0) return []
  // a fresh proof began this, and the app's first code is another: there is no third to ask for
  const made = await recoveryCodes.make({ ...whoseOf(own), provedAt: epochSeconds(clock) })
  return made.kind === 'made' ? [...made.codes] : []
}

function disableEndpoint(deps: TwoStepDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/2fa/disable',
    summary: 'Turn the authenticator app off, and with the last factor the recovery codes',
    security: 'bearer',
    body: z.strictObject({ password }),
    answers: { 204: { description: 'Off; every session has ended, this one too' } },
    refusals: [
      'api.step_up_required',
      'api.invalid_credentials',
      'api.locked',
      'api.throttled',
      'api.factor_unknown',
      'api.factor_needed',
      'api.token_invalid',
    ],
    handle: async (call) => {
      const stale = await refuseStale(call, deps)
      if (stale) return stale
      const { tenant, caller, body } = call
      const whose = whoseOf(call)
      const { email } = caller.account
      const verdict = await deps.password.verify({ ...whose, email, password: body.password })
      if (verdict.kind !== 'proved') return passwordRefused(verdict)
      if (verdict.proof.accountId !== caller.account.id) return { refused: 'api.token_invalid' }
      const { kind } = await deps.totp.turnOff({ ...whose, tenant })
      switch (kind) {
        case 'turned_off':
          return { status: 204 }
        case 'not_enrolled':
          return { refused: 'api.factor_unknown' }
        case 'demanded':
          return { refused: 'api.factor_needed' }
        case 'step_up':
          return stepUpNeeded()
        case 'over':
          return { refused: 'api.token_invalid' }
      }
    },
  })
}

function regenerateEndpoint(deps: TwoStepDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/2fa/backup-codes/regenerate',
    summary: 'Make ten recovery codes, and void those before',
    security: 'bearer',
    answers: {
      200: { description: 'Ten', schema: z.strictObject({ recovery_codes: codes }) },
    },
    refusals: ['api.step_up_required', 'api.throttled', 'api.factor_unknown', 'api.token_invalid'],
    handle: async (call) => {
      const stale = await refuseStale(call, deps)
      if (stale) return stale
      const result = await deps.recoveryCodes.make(whoseOf(call))
      switch (result.kind) {
        case 'made': {
          const body = { recovery_codes: [...result.codes] }
          return { status: 200, body }
        }
        case 'throttled':
          return { refused: 'api.throttled', retryAfter: result.retryAfter }
        case 'no_factor':
          return { refused: 'api.factor_unknown' }
        case 'step_up':
          return stepUpNeeded()
        case 'over':
          return { refused: 'api.token_invalid' }
      }
    },
  })
}
