import { note } from './components/form.ts'
import { code } from './components/text.ts'
import { href, html, name, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

/** What stands at the issuer itself. */
export type HomeProps = {
  readonly page: Page
  readonly issuer: string
  readonly links: HomeLinks
  readonly development?: boolean | undefined
}

export type HomeLinks = {
  readonly discovery: string
  readonly account?: string | undefined
  readonly admin?: string | undefined
  readonly developers?: string | undefined
  /** Development only. */
  readonly demo?: string | undefined
  readonly mail?: string | undefined
}

export function homePage({ page, issuer, links, development }: HomeProps): Html {
  const { t, text } = messagesFor(page.locale)
  const tenant = page.tenant.name
  const places = ['demo', 'account', 'admin', 'developers', 'discovery', 'mail'] as const
  return layout(page, {
    title: tenant,
    heading: name(tenant),
    lead: t('home.lead', { tenant }),
    body: html`${development && note(t('home.development'))}
      <p>${t('home.people')}</p>
      <nav aria-label="${text('home.links')}">
        <ul class="places">
          ${places.map((place) => {
            const address = links[place]
            return (
              address &&
              html`<li>
                <a href="${href(address)}"
                  ><strong>${t(`home.${place}`)}</strong><span>${t(`home.${place}_hint`)}</span></a
                >
              </li>`
            )
          })}
        </ul>
      </nav>
      <dl class="facts">
        <div>
          <dt>${t('home.issuer')}</dt>
          <dd>${code(issuer)}</dd>
        </div>
      </dl>`,
  })
}
