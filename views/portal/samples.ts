import { sessionsPage } from './sessions.ts'
import { factorsChangedPage, leavingPage, leftPage, passwordChangedPage } from '../leaving.ts'
import type { Samples, Stage } from '../stage.ts'
import { activityKinds, activityPage, notMePage } from './activity.ts'
import { appsPage } from './apps.ts'
import { dataPage } from './data.ts'
import type { PortalFrame } from './frame.ts'
import { twoStepSamples } from './two-step-samples.ts'
import { connectedSamples } from './connected-samples.ts'
import { emailChangePage } from './email.ts'
import { leavePage } from './leave.ts'
import { methodsPage, passwordChangePage } from './methods.ts'
import { passkeysPage } from './passkeys.ts'
import { profilePage } from './profile.ts'

const at = new Date('2026-11-03T14:02:00Z')

/** Every page of My account in every state it has. */
export function portalSamples(stage: Stage): Samples {
  const { page, text, url } = stage
  const frame = {
    page,
    home: url('/account'),
    csrf: 'sample-token',
    email: text('ada@example.test'),
  }
  return {
    ...profileSamples(stage, frame),
    ...methodsSamples(stage, frame),
    ...passkeysSamples(stage, frame),
    ...connectedSamples(stage, frame),
    ...twoStepSamples(stage, frame),
    ...sessionsSamples(stage, frame),
    ...appsSamples(stage, frame),
    ...activitySamples(stage, frame),
    ...dataSamples(frame),
    leaving: leavingPage({
      page,
      csrf: 'sample-token',
      action: url('/interaction/sample/stay'),
      anotherAction: url('/interaction/sample/another'),
      leavesAt: at,
    }),
    left: leftPage({ page, signInUrl: url('/account/profile') }),
    'my-password-done': passwordChangedPage({ page, signInUrl: url('/account/methods') }),
    'my-factors-done': factorsChangedPage({ page, signInUrl: url('/account/two-step') }),
  }
}

function profileSamples({ text }: Stage, frame: PortalFrame): Samples {
  const facts = { email: text('ada@example.test'), emailVerified: true }
  const values = {
    name: text('Ada Lovelace'),
    given_name: text('Ada'),
    picture: text('https://ada.example.test/me.png'),
    locale: text('en'),
  }
  return {
    'my-profile': profilePage({ frame, values, facts: { ...facts, username: text('ada') } }),
    'my-profile-saved': profilePage({ frame, values, facts, saved: true }),
    'my-profile-empty-fields': profilePage({
      frame,
      values: {},
      facts: { ...facts, emailVerified: false },
    }),
    'my-profile-wrong': profilePage({
      frame,
      values: { ...values, locale: text('klingon!'), zoneinfo: text('Moon/Tranquility') },
      facts,
      problems: { name: 'text', picture: 'url', locale: 'locale', zoneinfo: 'zone' },
    }),
  }
}

function appsSamples({ text, url }: Stage, frame: PortalFrame): Samples {
  const app = {
    clientId: text('payroll'),
    name: text('Payroll'),
    scopes: ['openid', 'profile', 'email', text('invoices')],
    claims: [text('zoneinfo')],
    resources: [
      {
        identifier: url('https://api.example.test'),
        name: text('Invoices'),
        scopes: [text('read')],
      },
    ],
    grantedAt: at,
  }
  const long = { ...app, name: text('Donaudampfschifffahrtsgesellschaft'.repeat(3)), scopes: [] }
  return {
    'my-apps': appsPage({ frame, apps: [app, { ...long, claims: [], resources: [] }] }),
    'my-apps-none': appsPage({ frame, apps: [] }),
    'my-apps-removed': appsPage({ frame, apps: [app], removed: text('Calendar') }),
  }
}

function activitySamples({ text }: Stage, frame: PortalFrame): Samples {
  const place = {
    at,
    device: { browser: text('Firefox'), system: text('Linux') },
    ip: text('2001:db8:85a3::8a2e:370:7334'),
  }
  const events = activityKinds.map((kind) => ({ kind, ...place, app: text('Payroll') }))
  return {
    'my-activity': activityPage({ frame, events: [...events, { kind: 'sign_in', at }] }),
    'my-activity-none': activityPage({ frame, events: [] }),
    'my-activity-not-me': notMePage({ frame }),
  }
}

function dataSamples(frame: PortalFrame): Samples {
  return {
    'my-data': dataPage({ frame, fresh: true }),
    'my-data-confirm': dataPage({ frame, fresh: false }),
    'my-leave': leavePage({ frame, fresh: true }),
    'my-leave-confirm': leavePage({ frame, fresh: false }),
  }
}

function sessionsSamples({ text }: Stage, frame: PortalFrame): Samples {
  const here = {
    id: text('s1'),
    device: { browser: text('Firefox'), system: text('Linux') },
    ip: text('192.0.2.1'),
    place: text('Vienna, AT'),
    openedAt: at,
    lastSeenAt: at,
    apps: [text('Payroll'), text('Calendar')],
    isCurrent: true,
  }
  const trusted = { ...here, id: text('d1'), trustedAt: at, lastUsedAt: at, expiresAt: at }
  const nothing = { browser: undefined, system: undefined }
  const there = { ...here, id: text('s2'), device: nothing, apps: [], isCurrent: false }
  return {
    'my-sessions': sessionsPage({ frame, sessions: [here, there], trusted: [] }),
    'my-sessions-one': sessionsPage({
      frame,
      sessions: [here],
      trusted: [],
      done: 'others_ended',
    }),
    'my-sessions-ended': sessionsPage({
      frame,
      sessions: [here, there],
      trusted: [trusted],
      done: 'ended',
    }),
    'my-sessions-gone': sessionsPage({ frame, sessions: [here, there], trusted: [], done: 'gone' }),
    'my-sessions-trusted': sessionsPage({
      frame,
      sessions: [here],
      trusted: [trusted, { ...trusted, id: text('d2'), device: nothing, place: undefined }],
      done: 'untrusted',
    }),
    'my-sessions-untrusted': sessionsPage({
      frame,
      sessions: [here],
      trusted: [],
      done: 'all_untrusted',
    }),
  }
}

function methodsSamples({ text }: Stage, frame: PortalFrame): Samples {
  const password = { frame, minLength: 15, hasPassword: true, fresh: true }
  const email = { frame, fresh: true }
  const pending = text('ada@new.example.test')
  const stale = { hasPassword: false, fresh: false }
  return {
    'my-methods': methodsPage({
      frame,
      hasPassword: true,
      passkeys: 2,
      connected: { count: 0, isOffered: false },
    }),
    'my-methods-none': methodsPage({
      frame,
      hasPassword: false,
      passkeys: 0,
      connected: { count: 0, isOffered: true },
      done: 'email_changed',
    }),
    'my-password': passwordChangePage(password),
    'my-password-first': passwordChangePage({ ...password, hasPassword: false }),
    'my-password-confirm': passwordChangePage({ ...password, ...stale }),
    'my-password-wrong': passwordChangePage({ ...password, error: { kind: 'wrong' } }),
    'my-password-new-wrong': passwordChangePage({
      ...password,
      error: { kind: 'new', reason: 'too_short' },
    }),
    'my-password-throttled': passwordChangePage({
      ...password,
      error: { kind: 'throttled', retryAfter: 60 },
    }),
    'my-password-last-error': passwordChangePage({
      ...password,
      error: { kind: 'no_other_method' },
    }),
    'my-email': emailChangePage(email),
    'my-email-confirm': emailChangePage({ frame, fresh: false }),
    'my-email-invalid': emailChangePage({ ...email, error: { kind: 'email_invalid' } }),
    'my-email-kept-elsewhere-error': emailChangePage({
      ...email,
      error: { kind: 'kept_elsewhere' },
    }),
    'my-email-code': emailChangePage({ ...email, pending }),
    'my-email-code-wrong': emailChangePage({
      ...email,
      pending,
      error: { kind: 'wrong', left: 2 },
    }),
    'my-email-code-expired': emailChangePage({ ...email, error: { kind: 'expired' } }),
  }
}

function passkeysSamples({ text }: Stage, frame: PortalFrame): Samples {
  const synced = {
    id: text('c1'),
    authenticator: text('iCloud Keychain'),
    isSynced: true,
    createdAt: at,
    lastUsedAt: at,
  }
  const named = { ...synced, id: text('c2'), name: text('Blue key'), isSynced: false }
  const bare = { id: text('c3'), isSynced: false, createdAt: at }
  const base = { frame, isFull: false, fresh: true, signals: {} }
  const props = { ...base, passkeys: [synced, named, bare] }
  return {
    'my-passkeys': passkeysPage(props),
    'my-passkeys-long': passkeysPage({
      ...base,
      passkeys: [{ ...synced, name: text('Donaudampfschifffahrtsgesellschaft'.repeat(2)) }],
    }),
    'my-passkeys-none': passkeysPage({ ...base, passkeys: [] }),
    'my-passkeys-added': passkeysPage({ ...props, done: 'added' }),
    'my-passkeys-renamed': passkeysPage({ ...props, done: 'renamed' }),
    'my-passkeys-removed': passkeysPage({ ...props, done: 'removed' }),
    'my-passkeys-full': passkeysPage({ ...props, isFull: true }),
    'my-passkeys-confirm': passkeysPage({ ...props, fresh: false }),
    'my-passkeys-refused-error': passkeysPage({ ...props, error: 'refused' }),
    'my-passkeys-expired-error': passkeysPage({ ...props, error: 'expired' }),
    'my-passkeys-taken-error': passkeysPage({ ...props, error: 'taken' }),
    'my-passkeys-name-error': passkeysPage({ ...props, error: 'name_invalid' }),
    'my-passkeys-last-error': passkeysPage({ ...props, passkeys: [named], error: 'last_way_in' }),
    'my-passkeys-needed-error': passkeysPage({ ...props, passkeys: [named], error: 'needed' }),
  }
}
