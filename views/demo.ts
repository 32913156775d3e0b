import {
  alert,
  csrfField,
  note,
  postForm,
  primaryButton,
  secondaryButton,
} from './components/form.ts'
import { code, placeOf, strong } from './components/text.ts'
import { html, type Html } from './html.ts'
import {
  demoLayout as frameAround,
  type DemoContent,
  type DemoFrame as Frame,
} from './demo-layout.ts'
import { messagesFor } from './messages.ts'

/** The demo relying party. */
export type DemoFrame = Frame & { readonly issuer: string }

export type DemoHomeProps = {
  readonly frame: DemoFrame
  /** POST: starts the authorization request. */
  readonly signInAction: string
  /** The same, to a company whose people are known elsewhere. */
  readonly enterpriseAction: string
  readonly csrf: string
  /** Shown above the button: why the last try ended, from `error` and `error_description`. */
  readonly error?: { readonly code: string; readonly description?: string | undefined } | undefined
  readonly signedOut?: boolean | undefined
}

export type DemoTokensProps = {
  readonly frame: DemoFrame
  readonly csrf: string
  /** POST each. Refresh is left out where there is no refresh token. */
  readonly actions: {
    readonly refresh?: string | undefined
    readonly userinfo: string
    readonly signOut: string
  }
  readonly tokens: readonly DemoToken[]
  /** What `/userinfo` answered, once it was asked. */
  readonly userinfo?: JsonObject | undefined
  /** One line on what was just done: `refreshed`, `reused`. */
  readonly notice?: 'signed_in' | 'refreshed' | 'userinfo' | undefined
  readonly error?: { readonly code: string; readonly description?: string | undefined } | undefined
}

export type DemoToken = {
  readonly kind: 'id_token' | 'access_token' | 'refresh_token'
  readonly value: string
  readonly expiresAt?: Date | undefined
  /** Of a JWT. */
  readonly header?: JsonObject | undefined
  readonly claims?: JsonObject | undefined
}

export type JsonObject = Readonly<Record<string, unknown>>

export function demoHomePage({ frame, ...props }: DemoHomeProps): Html {
  const { t, text } = messagesFor(frame.locale)
  return demoLayout(frame, {
    title: text('demo.title'),
    lead: t('demo.lead', { issuer: strong(placeOf(frame.issuer)) }),
    failed: props.error !== undefined,
    body: html`${props.error && demoError(props.error, frame)}
    ${props.signedOut && note(t('demo.signed_out'))}
    ${postForm(
      { action: props.signInAction, token: csrfField(props.csrf) },
      primaryButton(t('demo.sign_in')),
    )}
    ${postForm(
      { action: props.enterpriseAction, token: csrfField(props.csrf) },
      html`<p class="field-hint">${t('demo.enterprise_hint')}</p>
        ${secondaryButton(t('demo.enterprise'))}`,
    )}`,
  })
}

const notices = { refreshed: 'demo.refreshed', userinfo: 'demo.got_userinfo' } as const

export function demoTokensPage({ frame, ...props }: DemoTokensProps): Html {
  const { t, text } = messagesFor(frame.locale)
  const { actions, notice, tokens, userinfo } = props
  const token = csrfField(props.csrf)
  return demoLayout(frame, {
    title: text('demo.tokens_title'),
    lead: t('demo.tokens_lead'),
    failed: props.error !== undefined,
    width: 'wide',
    body: html`${props.error && demoError(props.error, frame)}
      ${notice && notice !== 'signed_in' && note(t(notices[notice]))}
      <div class="toolbar">
        ${
          actions.refresh &&
          postForm({ action: actions.refresh, token }, secondaryButton(t('demo.refresh')))
        }
        ${postForm({ action: actions.userinfo, token }, secondaryButton(t('demo.ask_userinfo')))}
        ${postForm({ action: actions.signOut, token }, secondaryButton(t('demo.sign_out')))}
      </div>
      ${
        userinfo &&
        html`<section class="token">
          <h2>${t('demo.userinfo')}</h2>
          ${json(userinfo, text('demo.userinfo'))}
        </section>`
      }
      ${tokens.map((item) => tokenSection(item, frame))}`,
  })
}

const tokenNames = {
  id_token: ['demo.id_token', 'demo.id_token_hint'],
  access_token: ['demo.access_token', 'demo.access_token_hint'],
  refresh_token: ['demo.refresh_token', 'demo.refresh_token_hint'],
} as const

function tokenSection(
  { kind, value, expiresAt, header, claims }: DemoToken,
  frame: DemoFrame,
): Html {
  const messages = messagesFor(frame.locale)
  const { t, text } = messages
  const [title, hint] = tokenNames[kind]
  return html`<section class="token">
    <h2>${t(title)}</h2>
    <p>
      ${t(hint)}
      ${
        expiresAt &&
        html`${t('demo.expires')}
          <time datetime="${expiresAt.toISOString()}">${messages.instant(expiresAt)}</time>.`
      }
    </p>
    ${claims && [html`<h3>${t('demo.claims')}</h3>`, json(claims, text('demo.claims'))]}
    ${header && [html`<h3>${t('demo.header')}</h3>`, json(header, text('demo.header'))]}
    <details class="more">
      <summary>${t('demo.raw')}</summary>
      <p>${code(value)}</p>
    </details>
  </section>`
}

// Reachable by keyboard, since it may scroll.
function json(value: JsonObject, label: string): Html {
  return html`<pre dir="ltr" tabindex="0" role="region" aria-label="${label}">
${JSON.stringify(value, null, 2)}</pre>`
}

function demoError(error: NonNullable<DemoHomeProps['error']>, frame: DemoFrame): Html {
  const { t } = messagesFor(frame.locale)
  const sentence = t('demo.error', { code: code(error.code) })
  return alert(html`${sentence} ${error.description && html`<bdi>${error.description}</bdi>`}`)
}

function demoLayout(frame: DemoFrame, content: Omit<DemoContent, 'masthead'>): Html {
  const { t } = messagesFor(frame.locale)
  return frameAround(frame, {
    ...content,
    masthead: t('demo.frame', { issuer: placeOf(frame.issuer) }),
  })
}
