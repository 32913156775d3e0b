import { primaryLink, secondaryLink } from './components/form.ts'
import { icons } from './components/icons.ts'
import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

export type SignedOutProps = {
  readonly page: Page
  /** The application the person came from. */
  readonly client?: { readonly name: string; readonly url?: string | undefined } | undefined
  /** How many applications were told, and how many answered. */
  readonly told?: { readonly done: number; readonly total: number } | undefined
  /** Where to sign in again. */
  readonly signInUrl?: string | undefined
}

export function signedOutPage({ page, client, told, signInUrl }: SignedOutProps): Html {
  const { t, text } = messagesFor(page.locale)
  const missed = told !== undefined && told.done < told.total
  return layout(page, {
    title: text('signed_out.title'),
    heading: html`${icons.done}${t('signed_out.title')}`,
    body: html`<p>${t('signed_out.body', { tenant: page.tenant.name })}</p>
      ${
        told &&
        html`<p>
          ${t('signed_out.told', { done: html`${told.done}`, count: told.total })}
          ${missed && t('signed_out.some_left')}
        </p>`
      }
      <div class="choice">
        ${client?.url && primaryLink(client.url, t('signed_out.return', { client: client.name }))}
        ${signInUrl && secondaryLink(signInUrl, t('signed_out.again'))}
      </div>`,
  })
}
