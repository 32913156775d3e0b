import {
  csrfField,
  postForm,
  primaryButton,
  quietButton,
  secondaryButton,
  warning,
} from './components/form.ts'
import { icons } from './components/icons.ts'
import { code, strong } from './components/text.ts'
import { href, html, name, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor, type Messages } from './messages.ts'

/** Posts `decision=allow` or `decision=deny`. */
export type ConsentProps = {
  readonly page: Page
  readonly action: string
  readonly csrf: string
  readonly client: ConsentClient
  readonly account: { readonly email: string }
  /** Where "Switch account" posts. */
  readonly switchAction?: string | undefined
  /** OpenID Connect scopes not allowed before, by their names. */
  readonly scopes: readonly string[]
  /** Claims asked for one by one. */
  readonly claims?: readonly string[] | undefined
  readonly resources?: readonly ConsentResource[] | undefined
  /** True when something was allowed before, so this is only what is new. */
  readonly added?: boolean | undefined
  /** Host or custom scheme of the validated redirect URI; none for a device, to which nobody is sent back. */
  readonly returnHost: string | undefined
}

export type ConsentClient = {
  readonly name: string
  /** Nobody of the tenant vouches for it: registered dynamically, or by a person. */
  readonly unverified?:
    | { readonly addedBy?: string | undefined; readonly addedAt?: Date | undefined }
    | undefined
  readonly privacyUrl?: string | undefined
  readonly termsUrl?: string | undefined
}

export type ConsentResource = {
  /** Resource indicator (RFC 8707). */
  readonly identifier: string
  readonly name?: string | undefined
  readonly scopes: readonly string[]
}

export function consentPage(props: ConsentProps): Html {
  const { page, action, client, switchAction } = props
  const messages = messagesFor(page.locale)
  const { t, text } = messages
  const token = csrfField(props.csrf)
  const names = { client: client.name, tenant: page.tenant.name }
  const title = props.added ? 'consent.title_added' : 'consent.title'
  return layout(page, {
    title: text(title, names),
    heading: t(title, names),
    body: html`${client.unverified && warning(unverified(client.unverified, page.tenant.name, messages))}
      ${wishes(props, props.added ? 'added' : 'asked', messages)}
      <div class="signed-in">
        <p>${t('consent.signed_in', { email: strong(props.account.email) })}</p>
        ${switchAction !== undefined && postForm({ action: switchAction, token }, quietButton(t('consent.switch')))}
      </div>
      ${postForm({ action, token }, decision(messages))}
      ${props.returnHost !== undefined && html`<p class="foot">${t('consent.return', { host: strong(props.returnHost) })}</p>`}
      ${policies(client, messages)}`,
  })
}

function decision({ t }: Messages): Html {
  return html`<div class="choice">
    ${primaryButton(t('consent.allow'), html`name="decision" value="allow"`)}
    ${secondaryButton(t('consent.deny'), html`name="decision" value="deny"`)}
  </div>`
}

const sentences = {
  openid: 'scope.openid',
  profile: 'scope.profile',
  email: 'scope.email',
  phone: 'scope.phone',
  address: 'scope.address',
  groups: 'scope.groups',
  offline_access: 'scope.offline_access',
} as const

function scopeSentence(scope: string, { t }: Messages): Html {
  return isKnownScope(scope) ? t(sentences[scope]) : t('scope.other', { scope })
}

function isKnownScope(scope: string): scope is keyof typeof sentences {
  return Object.hasOwn(sentences, scope)
}

const leads = {
  asked: { here: 'consent.lead', at: 'consent.resource', nothing: 'consent.nothing' },
  added: { here: 'consent.lead_added', at: 'consent.resource', nothing: 'consent.nothing' },
  given: { here: 'account.apps_can', at: 'account.apps_can_at', nothing: 'account.apps_nothing' },
} as const

/** What an application may do, in words: what it asks for, asks for besides, or was given. */
export function wishes(
  { claims = [], resources = [], scopes }: Pick<ConsentProps, 'claims' | 'resources' | 'scopes'>,
  kind: keyof typeof leads,
  messages: Messages,
): Html {
  const { t } = messages
  const { here, at, nothing } = leads[kind]
  const asked = scopes.filter((scope) => scope !== 'openid')
  const items = [
    ...asked.map((scope) => scopeSentence(scope, messages)),
    ...claims.map((claim) => t('claim.other', { claim })),
  ]
  if (items.length === 0 && resources.length === 0) return html`<p>${t(nothing)}</p>`
  return html`${items.length > 0 && [html`<p>${t(here)}</p>`, wishList(items)]}
  ${resources.map(
    (resource) =>
      html`<p>${t(at, { resource: strong(resource.name ?? resource.identifier) })}</p>
        ${resource.name !== undefined && html`<p class="identifier">${code(resource.identifier)}</p>`}
        ${wishList(resource.scopes.map((scope) => t('scope.other', { scope })))}`,
  )}`
}

function wishList(items: readonly Html[]): Html {
  return html`<ul class="wishes">
    ${items.map((item) => html`<li>${icons.check}<span>${item}</span></li>`)}
  </ul>`
}

function unverified(
  facts: NonNullable<ConsentClient['unverified']>,
  tenant: string,
  messages: Messages,
): Html {
  const { t } = messages
  const by = facts.addedBy
  const date = facts.addedAt && html`${messages.date(facts.addedAt)}`
  if (by !== undefined && date) return t('consent.unverified_by_at', { by, date })
  if (by !== undefined) return t('consent.unverified_by', { by })
  return date ? t('consent.unverified_at', { date }) : t('consent.unverified', { tenant })
}

function policies(
  { name: client, privacyUrl, termsUrl }: ConsentClient,
  { t, text }: Messages,
): Html | undefined {
  if (privacyUrl === undefined && termsUrl === undefined) return undefined
  const link = (address: string | undefined, label: Html) =>
    address && html`<li><a href="${href(address)}" rel="noreferrer">${label}</a></li>`
  return html`<nav class="foot" aria-label="${text('consent.policies', { client })}">
    <ul class="inline">
      <li>${name(client)}</li>
      ${link(privacyUrl, t('consent.privacy'))}${link(termsUrl, t('consent.terms'))}
    </ul>
  </nav>`
}
