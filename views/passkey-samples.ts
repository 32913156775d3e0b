import { identifierPage } from './identifier.ts'
import type { PasskeyOffer } from './components/passkey.ts'
import { enrolPasskeyPage } from './enrol-passkey.ts'
import { passkeyNudgePage } from './passkey-nudge.ts'
import { passkeyStepPage } from './passkey-step.ts'
import { passwordPage } from './password.ts'
import type { Samples, Stage } from './stage.ts'

/** Passkeys wherever somebody signs in. */
export function passkeySamples({ page, text, url }: Stage): Samples {
  const csrf = 'sample-token'
  const passkey = {
    action: url('/interaction/sample/passkey'),
    options: url('/interaction/sample/passkey-options'),
  }
  const gone = {
    ...passkey,
    error: 'unknown_gone',
    signals: {
      signalUnknownCredential: { rpId: text('login.acme.test'), credentialId: text('AAAA') },
    },
  } as const
  const identifier = { page, csrf, action: url('/interaction/sample/identifier') }
  const password = { page, csrf, action: url('/x'), email: text('ada@example.test'), passkey }
  const step = {
    page,
    csrf,
    passkey,
    trustDays: 30,
    wayAction: url('/interaction/sample/way'),
    otherWays: ['totp', 'recovery_code'] as const,
    changeAction: url('/interaction/sample/another'),
  }
  return {
    ...enrolSamples({ page, text, url }, passkey),
    'identifier-passkey': identifierPage({ ...identifier, passkey }),
    'identifier-passkey-gone-error': identifierPage({ ...identifier, passkey: gone }),
    'identifier-passkey-error': identifierPage({
      ...identifier,
      passkey: { ...passkey, error: 'unknown' },
    }),
    'password-passkey': passwordPage(password),
    'password-passkey-error': passwordPage({
      ...password,
      passkey: { ...passkey, error: 'other_account' },
    }),
    'second-step-passkey': passkeyStepPage(step),
    'second-step-passkey-only': passkeyStepPage({ ...step, otherWays: [], trustDays: 0 }),
    'second-step-passkey-error': passkeyStepPage({
      ...step,
      passkey: { ...passkey, error: 'refused' },
    }),
  }
}

function enrolSamples({ page, url }: Stage, passkey: PasskeyOffer): Samples {
  const enrol = {
    page,
    csrf: 'sample-token',
    passkey,
    putOff: undefined,
    giveUpAction: undefined,
    changeAction: url('/interaction/sample/another'),
    chooseAction: url('/interaction/sample/enrol'),
  }
  const nudge = {
    page,
    csrf: 'sample-token',
    passkey,
    laterAction: url('/interaction/sample/nudge-later'),
    neverAction: url('/interaction/sample/nudge-never'),
  }
  return {
    'passkey-nudge': passkeyNudgePage(nudge),
    'passkey-nudge-error': passkeyNudgePage({
      ...nudge,
      passkey: { ...passkey, error: 'not_added' },
    }),
    'enrol-passkey': enrolPasskeyPage(enrol),
    'enrol-passkey-put-off': enrolPasskeyPage({
      ...enrol,
      putOff: { until: new Date('2026-12-03T00:00:00Z'), action: url('/interaction/sample/put') },
    }),
    'enrol-passkey-error': enrolPasskeyPage({
      ...enrol,
      passkey: { ...passkey, error: 'not_added' },
    }),
  }
}
