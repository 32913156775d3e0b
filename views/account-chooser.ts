import { csrfField, postForm, secondaryButton } from './components/form.ts'
import { icons } from './components/icons.ts'
import { initialOf, strong } from './components/text.ts'
import { html, name, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor, type Messages } from './messages.ts'

/** Posts one of `account=<id>`, `remove=<id>`, `another=yes`. */
export type AccountChooserProps = {
  readonly page: Page
  readonly action: string
  readonly csrf: string
  readonly clientName?: string | undefined
  readonly accounts: readonly ChooserAccount[]
}

export type ChooserAccount = {
  /** Opaque to the page; comes back in `account` or `remove`. */
  readonly id: string
  readonly email: string
  readonly name?: string | undefined
  /** `confirm`: signed in, but longer ago than `max_age` allows. */
  readonly state: 'signed_in' | 'signed_out' | 'confirm'
  /** May it be taken off the list? */
  readonly removable?: boolean | undefined
}

export function accountChooserPage(props: AccountChooserProps): Html {
  const { page, action, accounts, clientName } = props
  const messages = messagesFor(page.locale)
  const { t, text } = messages
  const removable = accounts.filter((account) => account.removable)
  return layout(page, {
    title: text('chooser.title'),
    lead:
      clientName === undefined ? undefined : t('identifier.lead', { client: strong(clientName) }),
    body: postForm(
      { action, token: csrfField(props.csrf) },
      html`<ul class="accounts" aria-label="${text('chooser.list')}">
          ${accounts.map((account) => entry(account, messages))}
          <li>
            <button class="account" name="another" value="yes">
              <span class="avatar">${icons.person}</span>
              <span class="who">${t('chooser.another')}</span>
            </button>
          </li>
        </ul>
        ${removable.length > 0 && removal(removable, messages)}`,
    ),
  })
}

const tags = {
  signed_in: 'chooser.signed_in',
  signed_out: 'chooser.signed_out',
  confirm: 'chooser.confirm',
} as const

function entry(account: ChooserAccount, { t }: Messages): Html {
  const { email, id, state } = account
  return html`<li>
    <button class="account" name="account" value="${id}">
      <span class="avatar" aria-hidden="true">${initialOf(account.name ?? email)}</span>
      <span class="who">
        ${account.name && html`<span>${name(account.name)}</span>`}
        <span class="${account.name ? 'email' : ''}">${name(email)}</span>
      </span>
      <span class="tag ${state}">${t(tags[state])}</span>
    </button>
  </li>`
}

function removal(accounts: readonly ChooserAccount[], { t }: Messages): Html {
  return html`<details class="more">
    <summary>${t('chooser.edit')}</summary>
    <ul class="plain">
      ${accounts.map(({ id, email }) => {
        const label = t('chooser.remove', { email })
        return html`<li>${secondaryButton(label, html`name="remove" value="${id}"`)}</li>`
      })}
    </ul>
  </details>`
}
