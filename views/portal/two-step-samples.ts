import type { Samples, Stage } from '../stage.ts'
import { authenticatorPage } from './authenticator.ts'
import type { PortalFrame } from './frame.ts'
import { recoveryCodesPage } from './recovery-codes.ts'
import { twoStepPage } from './two-step.ts'

const at = new Date('2026-11-03T14:02:00Z')

/** No code of anything: the corners of one. */
export const sampleSetup = {
  secret: 'GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ',
  uri: 'otpauth://totp/Acme:ada%40example.test?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme',
  qr: { size: 29, path: 'M4 4h7v7h-7zM18 4h7v7h-7zM4 18h7v7h-7zM14 14h1v1h-1zM18 18h3v1h-3z' },
}

export const sampleCodes = Array.from({ length: 10 }, (_, n) => `${n}A2B-C3D4-E5F6-G7H8`)

export function twoStepSamples(_: Stage, frame: PortalFrame): Samples {
  return {
    ...statusSamples(frame),
    ...authenticatorSamples(frame),
    ...codesSamples(frame),
  }
}

function statusSamples(frame: PortalFrame): Samples {
  const app = { enrolledAt: at, lastUsedAt: at, isLocked: false }
  const codes = { madeAt: at, savedAt: at, left: 10, isLocked: false }
  const base = { frame, fresh: true, app, codes, passkeys: 0 }
  const locked = { ...base, app: { ...app, isLocked: true }, codes: { ...codes, isLocked: true } }
  return {
    'my-two-step-none': twoStepPage({ frame, fresh: true, passkeys: 0 }),
    'my-two-step-passkeys': twoStepPage({ frame, fresh: true, passkeys: 2 }),
    'my-two-step': twoStepPage(base),
    'my-two-step-added': twoStepPage({
      ...base,
      app: { ...app, lastUsedAt: undefined },
      codes: { ...codes, savedAt: undefined },
      done: 'app_added',
    }),
    'my-two-step-saved': twoStepPage({ ...base, done: 'codes_saved' }),
    'my-two-step-confirm': twoStepPage({ ...base, fresh: false, codes: { ...codes, left: 3 } }),
    'my-two-step-no-codes': twoStepPage({ ...base, codes: undefined }),
    'my-two-step-blocked': twoStepPage(locked),
    'my-two-step-demanded-error': twoStepPage({ ...base, error: 'demanded' }),
  }
}

function authenticatorSamples(frame: PortalFrame): Samples {
  const base = { frame, fresh: true, replaces: false }
  const pending = { ...base, pending: sampleSetup }
  const off = { kind: 'clock_off', by: 120 } as const
  return {
    'my-authenticator-begin': authenticatorPage(base),
    'my-authenticator-confirm': authenticatorPage({ ...base, fresh: false }),
    'my-authenticator-replace': authenticatorPage({ ...base, replaces: true }),
    'my-authenticator-expired': authenticatorPage({ ...base, error: { kind: 'expired' } }),
    'my-authenticator': authenticatorPage(pending),
    'my-authenticator-required': authenticatorPage({ ...pending, error: { kind: 'required' } }),
    'my-authenticator-wrong': authenticatorPage({ ...pending, error: { kind: 'wrong' } }),
    'my-authenticator-ahead-wrong': authenticatorPage({
      ...pending,
      error: { ...off, ahead: true },
    }),
    'my-authenticator-behind-wrong': authenticatorPage({
      ...pending,
      error: { ...off, ahead: false },
    }),
  }
}

function codesSamples(frame: PortalFrame): Samples {
  const base = { frame, fresh: true }
  return {
    'my-recovery-codes': recoveryCodesPage({ ...base, codes: sampleCodes }),
    'my-recovery-codes-make': recoveryCodesPage(base),
    'my-recovery-codes-confirm': recoveryCodesPage({ frame, fresh: false }),
    'my-recovery-codes-gone-error': recoveryCodesPage({ ...base, error: { kind: 'gone' } }),
    'my-recovery-codes-no-factor-error': recoveryCodesPage({
      ...base,
      error: { kind: 'no_factor' },
    }),
    'my-recovery-codes-throttled': recoveryCodesPage({
      ...base,
      error: { kind: 'throttled', retryAfter: 600 },
    }),
  }
}
