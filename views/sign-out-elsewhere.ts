import { hiddenField, primaryButton, primaryLink, statement } from './components/form.ts'
import { icons } from './components/icons.ts'
import { code, strong, unbroken } from './components/text.ts'
import { href, html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

/** Somebody is signed out here, and is to be signed out where they had signed in. Its script presses the button. */
export type SignOutThereProps = {
  readonly page: Page
  readonly connection: string
  readonly way:
    | { readonly kind: 'redirect'; readonly url: string }
    | {
        readonly kind: 'form'
        readonly action: string
        readonly fields: Readonly<Record<string, string>>
      }
  /** Where they go in the end; perhaps an app of their device. */
  readonly nextUrl: string
}

export function signOutTherePage({ page, connection, way, nextUrl }: SignOutThereProps): Html {
  const { t, text } = messagesFor(page.locale)
  const submit = t('elsewhere.out_submit', { connection })
  return layout(page, {
    title: text('elsewhere.out_title'),
    heading: html`${icons.done}${t('elsewhere.out_title')}`,
    body: html`<p>${t('elsewhere.out_what', { connection: strong(connection) })}</p>
      <div class="choice">
        ${
          way.kind === 'redirect'
            ? html`<a class="button primary" href="${href(way.url)}" data-forward>${submit}</a>`
            : html`<form method="post" action="${href(way.action)}" data-forward>
                ${Object.entries(way.fields).map(([name, value]) => hiddenField(name, value))}
                ${primaryButton(submit)}
              </form>`
        }
        <a class="button" href="${nextHref(nextUrl)}">${t('elsewhere.out_skip')}</a>
      </div>
      <script type="module" src="${href(page.assets('forward.js'))}"></script>`,
  })
}

/** Signed out here; whether over there, nobody knows. */
export type SignOutUnconfirmedProps = Pick<SignOutThereProps, 'page' | 'connection' | 'nextUrl'> & {
  readonly reference: string
}

export function signOutUnconfirmedPage(props: SignOutUnconfirmedProps): Html {
  const { page, connection, nextUrl, reference } = props
  const { t, text } = messagesFor(page.locale)
  return layout(page, {
    title: text('elsewhere.out_title'),
    heading: html`${icons.done}${t('elsewhere.out_title')}`,
    body: html`${statement(t('elsewhere.out_unconfirmed', { connection: strong(connection) }))}
      <div class="choice">
        <a class="button primary" href="${nextHref(nextUrl)}">${t('elsewhere.out_next')}</a>
      </div>
      <p class="foot">${t('error.reference')} ${code(reference)}</p>`,
  })
}

/** A message about a sign-out that is nobody's here, or that cannot be trusted: nothing was ended for it. */
export type SignOutRefusedProps = Pick<SignOutThereProps, 'page'> & {
  readonly reference: string
  /** My account: who reloads the page of a sign-out has no other way on. */
  readonly accountUrl: string
}

export function signOutRefusedPage({ page, reference, accountUrl }: SignOutRefusedProps): Html {
  const { t, text } = messagesFor(page.locale)
  const title = text('elsewhere.out_refused_title')
  return layout(page, {
    title,
    heading: html`${icons.problem}${unbroken(title)}`,
    failed: true,
    body: html`${statement(t('elsewhere.out_refused'))}
      <div class="choice">${primaryLink(accountUrl, t('continue.my_account'))}</div>
      <p class="foot">${t('error.reference')} ${code(reference)}</p>`,
  })
}

/** Checked when the application registered it: an app of the device has a scheme of its own (RFC 8252 §7.1). */
function nextHref(url: string): string {
  return href(url, { appScheme: /^([a-z][a-z\d+.-]*):/i.exec(url)?.[1]?.toLowerCase() })
}
