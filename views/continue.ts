import { primaryLink, secondaryLink } from './components/form.ts'
import { icons } from './components/icons.ts'
import { strong } from './components/text.ts'
import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

/** Where somebody stands who is signed in with nowhere to go back to. */
export type ContinueProps = {
  readonly page: Page
  readonly account?: { readonly email: string } | undefined
  readonly client?: { readonly name: string; readonly url?: string | undefined } | undefined
  readonly accountUrl?: string | undefined
}

export function continuePage({ page, account, client, accountUrl }: ContinueProps): Html {
  const { t, text } = messagesFor(page.locale)
  const tenant = page.tenant.name
  const sentence = account
    ? t('continue.account', { tenant, email: strong(account.email) })
    : t('continue.plain', { tenant })
  return layout(page, {
    title: text('continue.title'),
    heading: html`${icons.done}${t('continue.title')}`,
    lead: sentence,
    body: html`${client?.url === undefined && html`<p>${t('continue.close')}</p>`}
      <div class="choice">
        ${client?.url && primaryLink(client.url, t('continue.client', { client: client.name }))}
        ${accountUrl && secondaryLink(accountUrl, t('continue.my_account'))}
      </div>`,
  })
}
