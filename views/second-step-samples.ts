import { enrolAppPage } from './enrol-app.ts'
import { enrolPage } from './enrol.ts'
import { refusedPage } from './refused.ts'
import { newCodesPage } from './new-codes.ts'
import { sampleCodes, sampleSetup } from './portal/two-step-samples.ts'
import { secondStepPage } from './second-step.ts'
import type { Samples, Stage } from './stage.ts'

export function secondStepSamples({ page, text, url }: Stage): Samples {
  const base = {
    page,
    csrf: 'sample-token',
    action: url('/interaction/sample/second-step'),
    email: text('ada@example.test'),
    trustDays: 30,
    wayAction: url('/interaction/sample/way'),
    otherWays: ['passkey', 'recovery_code'] as const,
    changeAction: url('/interaction/sample/another'),
  }
  const mailed = {
    ...base,
    method: 'email_code',
    sendAction: url('/interaction/sample/send'),
  } as const
  const app = { ...base, method: 'totp' } as const
  const sent = { resendIn: 30 }
  const off = { kind: 'clock_off', by: 120 } as const
  return {
    'second-step-app': secondStepPage(app),
    'second-step-app-only': secondStepPage({ ...app, otherWays: [], trustDays: 0 }),
    'second-step-app-wrong': secondStepPage({ ...app, error: { kind: 'wrong' } }),
    'second-step-app-used': secondStepPage({ ...app, error: { kind: 'used' } }),
    'second-step-app-ahead-wrong': secondStepPage({ ...app, error: { ...off, ahead: true } }),
    'second-step-app-behind-wrong': secondStepPage({ ...app, error: { ...off, ahead: false } }),
    'second-step-locked': secondStepPage({ ...app, error: { kind: 'locked' } }),
    'second-step-throttled': secondStepPage({
      ...app,
      error: { kind: 'throttled', retryAfter: 300 },
    }),
    'second-step-recovery': secondStepPage({ ...base, method: 'recovery_code' }),
    'second-step-recovery-empty': secondStepPage({
      ...base,
      method: 'recovery_code',
      error: { kind: 'required' },
    }),
    'second-step-mail-ask': secondStepPage(mailed),
    'second-step-mail': secondStepPage({ ...mailed, sent }),
    'second-step-mail-wrong': secondStepPage({
      ...mailed,
      sent,
      error: { kind: 'wrong', left: 3 },
    }),
    'second-step-mail-expired': secondStepPage({ ...mailed, sent, error: { kind: 'expired' } }),
    'second-step-mail-too-many-wrong': secondStepPage({
      ...mailed,
      sent,
      error: { kind: 'too_many' },
    }),
    'second-step-mail-too-soon-wrong': secondStepPage({
      ...mailed,
      sent,
      error: { kind: 'too_soon', retryAfter: 30 },
    }),
    ...enrolSamples({ page, text, url }),
  }
}

function enrolSamples({ page, text, url }: Stage): Samples {
  const base = {
    page,
    csrf: 'sample-token',
    action: url('/interaction/sample/enrol'),
    methods: ['passkey', 'totp'] as const,
    putOff: undefined,
    giveUpAction: undefined,
    changeAction: url('/interaction/sample/another'),
    clientName: undefined,
  }
  const until = new Date('2026-12-03T00:00:00Z')
  return {
    enrol: enrolPage(base),
    'enrol-put-off': enrolPage({
      ...base,
      putOff: { until, action: url('/interaction/sample/put-off') },
    }),
    'enrol-for-client': enrolPage({
      ...base,
      clientName: text('Payroll'),
      giveUpAction: url('/interaction/sample/give-up'),
    }),
    ...enrolAppSamples({ page, text, url }),
  }
}

function enrolAppSamples({ page, url }: Stage): Samples {
  const csrf = 'sample-token'
  const base = {
    page,
    csrf,
    beginAction: url('/interaction/sample/begin-app'),
    action: url('/interaction/sample/set-up-app'),
    pending: sampleSetup,
    putOff: undefined,
    giveUpAction: undefined,
    changeAction: url('/interaction/sample/another'),
    chooseAction: url('/interaction/sample/enrol'),
  }
  const begin = { ...base, pending: undefined }
  const codes = {
    page,
    csrf,
    codes: sampleCodes,
    downloadAction: url('/interaction/sample/recovery-codes'),
    savedAction: url('/interaction/sample/codes-saved'),
    againAction: url('/interaction/sample/codes-again'),
  }
  return {
    'enrol-app-begin': enrolAppPage({ ...begin, chooseAction: undefined }),
    'enrol-app-begin-expired': enrolAppPage({ ...begin, error: { kind: 'expired' } }),
    'enrol-app': enrolAppPage(base),
    'enrol-app-wrong': enrolAppPage({ ...base, error: { kind: 'wrong' } }),
    'new-codes': newCodesPage(codes),
    'new-codes-gone': newCodesPage({ ...codes, codes: undefined }),
  }
}

export function refusedSamples({ page, text, url }: Stage): Samples {
  return {
    'sign-in-refused-wrong': refusedPage({
      page,
      csrf: 'sample-token',
      action: url('/interaction/sample/refused'),
      clientName: text('Payroll'),
      anotherAction: url('/interaction/sample/another'),
    }),
  }
}
