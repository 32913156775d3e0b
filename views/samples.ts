import { accountChooserPage } from './account-chooser.ts'
import { consentPage } from './consent.ts'
import { continuePage } from './continue.ts'
import { demoForwardPage, demoPeoplePage } from './demo-identity-provider.ts'
import { demoHomePage, demoTokensPage } from './demo.ts'
import { devMailListPage, devMailPage } from './dev-mail.ts'
import { devViewsPage } from './dev-views.ts'
import { deviceCodePage } from './device-code.ts'
import { deviceConfirmPage } from './device-confirm.ts'
import { deviceDonePage } from './device-done.ts'
import { elsewhereSamples } from './elsewhere-samples.ts'
import { errorPage, type Problem } from './error.ts'
import { homePage } from './home.ts'
import { identifierPage } from './identifier.ts'
import { logoutPage } from './logout.ts'
import { passwordPage } from './password.ts'
import { passkeySamples } from './passkey-samples.ts'
import { portalSamples } from './portal/samples.ts'
import { recoverSamples } from './recover-samples.ts'
import { emailCodeSamples, registerSamples } from './registration-samples.ts'
import { refusedSamples, secondStepSamples } from './second-step-samples.ts'
import { signedOutPage } from './signed-out.ts'
import type { Sample, Samples, SamplesOptions, Stage } from './stage.ts'

/** Every screen in every state it has. */
export function samples(options: SamplesOptions): readonly Sample[] {
  const same = (given: string) => given
  const { page, text = same, url = same } = options
  const { name, privacyUrl, supportEmail, supportUrl, termsUrl } = page.tenant
  const tenant = {
    name: text(name),
    supportEmail: supportEmail && text(supportEmail),
    supportUrl: supportUrl && url(supportUrl),
    privacyUrl: privacyUrl && url(privacyUrl),
    termsUrl: termsUrl && url(termsUrl),
  }
  const stage = { page: { ...page, tenant }, text, url }
  const all = {
    ...identifierSamples(stage),
    ...elsewhereSamples(stage),
    ...passwordSamples(stage),
    ...passkeySamples(stage),
    ...emailCodeSamples(stage),
    ...secondStepSamples(stage),
    ...refusedSamples(stage),
    ...recoverSamples(stage),
    ...registerSamples(stage),
    ...chooserSamples(stage),
    ...consentSamples(stage),
    ...deviceSamples(stage),
    ...logoutSamples(stage),
    ...errorSamples(stage),
    ...portalSamples(stage),
    ...landingSamples(stage),
    ...developmentSamples(stage),
    ...demoSamples(stage),
  }
  return Object.entries(all).map(([name, html]) => ({ name, html }))
}

const csrf = 'sample-token'
const at = new Date('2026-11-03T14:02:00Z')

function identifierSamples({ page, text, url }: Stage): Samples {
  const base = { page, csrf, action: url('/interaction/sample/identifier') }
  const clientName = text('Payroll')
  const email = text('ada@example.test')
  return {
    identifier: identifierPage({
      ...base,
      clientName,
      registerAction: url('/interaction/sample/start-registration'),
    }),
    'identifier-without-client': identifierPage(base),
    'identifier-prefilled': identifierPage({ ...base, clientName, email }),
    'identifier-empty': identifierPage({ ...base, clientName, error: 'required' }),
    'identifier-invalid': identifierPage({
      ...base,
      clientName,
      email: text('ada@'),
      error: 'invalid',
    }),
    'identifier-development': identifierPage({ ...base, clientName, demo: { email } }),
  }
}

function passwordSamples({ page, text, url }: Stage): Samples {
  const base = {
    page,
    csrf,
    action: url('/interaction/sample/password'),
    changeAction: url('/interaction/sample/identifier'),
    email: text('ada@example.test'),
    clientName: text('Payroll'),
  }
  const resetUrl = url('/reset')
  const throttled = { kind: 'throttled', retryAfter: 120 } as const
  return {
    password: passwordPage({ ...base, resetUrl }),
    'password-or-code': passwordPage({
      ...base,
      resetUrl,
      codeAction: url('/interaction/sample/use-code'),
    }),
    'password-required': passwordPage({ ...base, error: { kind: 'required' } }),
    'password-wrong': passwordPage({ ...base, resetUrl, error: { kind: 'wrong' } }),
    'password-wrong-without-reset': passwordPage({ ...base, error: { kind: 'wrong' } }),
    'password-throttled': passwordPage({ ...base, resetUrl, error: throttled }),
    'password-throttled-without-reset': passwordPage({ ...base, error: throttled }),
    'password-locked': passwordPage({ ...base, resetUrl, error: { kind: 'locked' } }),
    'password-locked-without-reset': passwordPage({ ...base, error: { kind: 'locked' } }),
    'password-confirm': passwordPage({ ...base, changeAction: undefined, reauthenticate: true }),
    'password-confirm-without-client': passwordPage({
      ...base,
      clientName: undefined,
      reauthenticate: true,
    }),
    'password-development': passwordPage({ ...base, demoPassword: text('correct-horse-battery') }),
  }
}

function chooserSamples({ page, text, url }: Stage): Samples {
  const ada = { id: text('a1'), email: text('ada@example.test'), name: text('Ada Lovelace') }
  const grace = { id: text('a2'), email: text('grace.brewster.murray.hopper@navy.example.test') }
  const base = {
    page,
    csrf,
    action: url('/interaction/sample/account'),
    clientName: text('Payroll'),
  }
  return {
    'account-chooser': accountChooserPage({
      ...base,
      accounts: [
        { ...ada, state: 'signed_in', removable: true },
        { ...grace, state: 'signed_out', removable: true },
      ],
    }),
    'account-chooser-confirm': accountChooserPage({
      ...base,
      clientName: undefined,
      accounts: [{ ...ada, state: 'confirm' }],
    }),
  }
}

function consentSamples({ page, text, url }: Stage): Samples {
  const client = { name: text('Payroll') }
  const base = {
    page,
    csrf,
    client,
    action: url('/interaction/sample/consent'),
    account: { email: text('ada@example.test') },
    switchAction: url('/interaction/sample/switch'),
    returnHost: text('pay.acme.test'),
    scopes: ['openid', 'profile', 'email', 'offline_access'],
  }
  const resources = [
    { identifier: text('https://api.example.test'), scopes: [text('read'), text('write')] },
    { identifier: text('urn:example:ledger'), name: text('Ledger'), scopes: [text('audit')] },
  ]
  const unverified = { addedBy: text('j.doe'), addedAt: at }
  return {
    consent: consentPage({
      ...base,
      client: {
        ...client,
        privacyUrl: url('https://pay.acme.test/privacy'),
        termsUrl: url('https://pay.acme.test/terms'),
      },
    }),
    'consent-resources': consentPage({ ...base, resources, claims: [text('birthdate')] }),
    'consent-added': consentPage({ ...base, added: true, scopes: ['groups', text('calendar')] }),
    'consent-device': consentPage({ ...base, returnHost: undefined }),
    'consent-nothing': consentPage({ ...base, switchAction: undefined, scopes: ['openid'] }),
    'consent-unverified': consentPage({ ...base, client: { ...client, unverified } }),
    'consent-unverified-by': consentPage({
      ...base,
      client: { ...client, unverified: { addedBy: text('j.doe') } },
    }),
    'consent-unverified-at': consentPage({
      ...base,
      client: { ...client, unverified: { addedAt: at } },
    }),
    'consent-unverified-alone': consentPage({ ...base, client: { ...client, unverified: {} } }),
  }
}

function deviceSamples({ page, text, url }: Stage): Samples {
  const base = { page, xsrf: csrf, action: url('/device') }
  const userCode = text('WDJB-MJHT')
  const clientName = text('Living room TV')
  const from = [text('Fire TV'), text('Berlin (approx.)')]
  const kinds = ['required', 'wrong', 'expired', 'used'] as const
  const failed = kinds.map(
    (kind) =>
      [`device-code-${kind}`, deviceCodePage({ ...base, userCode, error: { kind } })] as const,
  )
  return {
    'device-code': deviceCodePage(base),
    'device-code-prefilled': deviceCodePage({ ...base, userCode }),
    ...Object.fromEntries(failed),
    'device-code-throttled': deviceCodePage({
      ...base,
      error: { kind: 'throttled', retryAfter: 45 },
    }),
    'device-confirm': deviceConfirmPage({ ...base, userCode, clientName, from }),
    'device-confirm-from-nowhere': deviceConfirmPage({ ...base, userCode, clientName }),
    'device-connected': deviceDonePage({ page, outcome: 'connected', clientName }),
    'device-connected-plain': deviceDonePage({ page, outcome: 'connected' }),
    'device-denied': deviceDonePage({ page, outcome: 'denied' }),
  }
}

function logoutSamples({ page, text, url }: Stage): Samples {
  const base = { page, xsrf: csrf, action: url('/logout/confirm') }
  const client = { name: text('Payroll'), url: url('https://pay.acme.test') }
  return {
    logout: logoutPage({
      ...base,
      email: text('ada@example.test'),
      apps: [text('Payroll'), text('Wiki')],
    }),
    'logout-alone': logoutPage({ ...base, apps: [] }),
    'signed-out': signedOutPage({ page, client, signInUrl: url('/account') }),
    'signed-out-told': signedOutPage({ page, told: { done: 4, total: 5 } }),
    'signed-out-told-all': signedOutPage({ page, client, told: { done: 1, total: 1 } }),
  }
}

function problems({ text, url }: Stage): Readonly<Record<string, Problem>> {
  const clientName = text('Payroll')
  const switchAccount = { action: url('/interaction/sample/switch'), csrf }
  const denied = { kind: 'access_denied', email: text('ada@example.test') } as const
  return {
    expired: { kind: 'expired', clientName, startAgainUrl: url('https://pay.acme.test') },
    'expired-unnamed': { kind: 'expired', startAgainUrl: url('https://pay.acme.test') },
    'expired-nowhere': { kind: 'expired' },
    cookies: { kind: 'cookies_blocked', host: text('login.acme.test'), retryUrl: url('/') },
    client: { kind: 'client_misconfigured', clientName },
    'client-unknown': { kind: 'client_misconfigured' },
    denied: { ...denied, clientName, switchAccount, askUrl: url('mailto:it@acme.test') },
    'denied-signed-out': { kind: 'access_denied', clientName },
    'denied-plain': { kind: 'access_denied' },
    suspended: { kind: 'account_suspended' },
    'bad-request': { kind: 'bad_request', retryUrl: url('/') },
    'not-found': { kind: 'not_found' },
    throttled: { kind: 'throttled', retryAfter: 4000 },
    unavailable: { kind: 'unavailable', retryAfter: 2, retryUrl: url('/') },
    'unavailable-unknown': { kind: 'unavailable' },
    server: { kind: 'server', retryUrl: url('/') },
    redirect: {
      kind: 'untrusted_redirect',
      clientName,
      destination: url('https://free-prizes.example.test/cb?error=access_denied'),
    },
    'redirect-app': {
      kind: 'untrusted_redirect',
      destination: url('com.example.app:/cb'),
      appScheme: 'com.example.app',
    },
  }
}

function errorSamples(stage: Stage): Samples {
  const { page, text, url } = stage
  const reference = text('7K3F-9QZD')
  const details = [
    { label: text('redirect_uri'), value: text('https://pay.acme.test/cb/') },
    { label: text('closest registered'), value: text('https://pay.acme.test/cb') },
  ]
  const pages = Object.entries(problems(stage)).map(
    ([name, problem]) => [`error-${name}`, errorPage({ page, problem, reference })] as const,
  )
  return {
    ...Object.fromEntries(pages),
    'error-details': errorPage({
      page,
      reference,
      details,
      problem: { kind: 'client_misconfigured', clientName: text('Payroll') },
      docsUrl: url('/developers/errors/redirect_uri_mismatch'),
    }),
  }
}

function landingSamples({ page, text, url }: Stage): Samples {
  const client = { name: text('Payroll'), url: url('https://pay.acme.test') }
  const discovery = url('/.well-known/openid-configuration')
  const issuer = text('http://localhost:3000')
  return {
    continue: continuePage({
      page,
      account: { email: text('ada@example.test') },
      client,
      accountUrl: url('/account'),
    }),
    'continue-plain': continuePage({ page }),
    home: homePage({ page, issuer, links: { discovery } }),
    'home-development': homePage({
      page,
      issuer,
      development: true,
      links: {
        discovery,
        account: url('/account'),
        admin: url('/admin'),
        developers: url('/developers'),
        demo: url('http://127.0.0.1:3001'),
        mail: url('/dev/mail'),
      },
    }),
  }
}

function developmentSamples({ page, text, url }: Stage): Samples {
  const mail = {
    to: text('ada@example.test'),
    subject: text('Security notice for your Acme account'),
    createdAt: at,
    text: text('Hello Ada,\n\nopen http://localhost:3000/account to see more.\n'),
  }
  return {
    'dev-mail': devMailListPage({ page, mails: [{ ...mail, url: url('/dev/mail/1') }] }),
    'dev-mail-empty': devMailListPage({ page, mails: [] }),
    'dev-mail-one': devMailPage({
      page,
      mail,
      listUrl: url('/dev/mail'),
      htmlUrl: url('/dev/mail/1/html'),
    }),
    'dev-views': devViewsPage({
      page,
      entries: [{ name: text('identifier'), url: url('/dev/views/identifier') }],
    }),
  }
}

function demoSamples({ page, text, url }: Stage): Samples {
  const frame = { locale: page.locale, assets: page.assets, issuer: text('http://localhost:3000') }
  const actions = { signInAction: url('/sign-in'), enterpriseAction: url('/acme/sign-in') }
  const home = { frame, csrf, ...actions }
  const error = { code: text('access_denied'), description: text('End-User aborted interaction') }
  const claims = { sub: text('3f2a'), email: text('ada@example.test'), email_verified: true }
  const tokens = {
    frame,
    csrf,
    actions: { refresh: url('/refresh'), userinfo: url('/userinfo'), signOut: url('/sign-out') },
    tokens: [
      {
        kind: 'id_token',
        value: text('eyJhbGciOiJFUzI1NiJ9'),
        expiresAt: at,
        header: { alg: text('ES256') },
        claims,
      },
      { kind: 'access_token', value: text('opaque-value') },
      { kind: 'refresh_token', value: text('another-opaque-value') },
    ] as const,
  }
  return {
    demo: demoHomePage(home),
    'demo-people': demoPeoplePage({
      frame,
      organization: text('Acme partners'),
      action: url('/partners/authorize'),
      csrf,
      people: [
        { id: 'grace', name: text('Grace Hopper'), email: text('grace@partners.test') },
        { id: 'alan', name: text('Alan Turing'), email: text('alan@partners.test') },
      ],
    }),
    'demo-forward': demoForwardPage({
      frame,
      organization: text('Acme'),
      action: url('http://localhost:3000/t/acme/federation/employees/acs'),
      fields: { SAMLResponse: text('PHNhbWw+'), RelayState: text('state') },
    }),
    'demo-signed-out': demoHomePage({ ...home, signedOut: true }),
    'demo-error': demoHomePage({ ...home, error }),
    'demo-tokens': demoTokensPage({ ...tokens, notice: 'signed_in' }),
    'demo-tokens-refreshed': demoTokensPage({ ...tokens, notice: 'refreshed' }),
    'demo-tokens-userinfo': demoTokensPage({ ...tokens, notice: 'userinfo', userinfo: claims }),
    'demo-tokens-error': demoTokensPage({
      ...tokens,
      actions: { ...tokens.actions, refresh: undefined },
      error,
    }),
  }
}
