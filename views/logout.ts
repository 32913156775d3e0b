import { hiddenField, postForm, primaryButton, secondaryButton } from './components/form.ts'
import { strong } from './components/text.ts'
import { html, name, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

/** Posts `xsrf`, and `logout=yes` when the person says so; without it the engine keeps the session. */
export type LogoutProps = {
  readonly page: Page
  readonly action: string
  readonly xsrf: string
  readonly email?: string | undefined
  /** Names of the applications that will be told. */
  readonly apps: readonly string[]
}

export function logoutPage({ page, action, xsrf, email, apps }: LogoutProps): Html {
  const { t, text } = messagesFor(page.locale)
  const tenant = page.tenant.name
  return layout(page, {
    title: text('logout.title', { tenant }),
    heading: t('logout.title', { tenant }),
    lead: email === undefined ? undefined : t('logout.account', { email: strong(email) }),
    body: html`${
      apps.length > 0 &&
      html`<p>${t('logout.apps')}</p>
        <ul class="apps">
          ${apps.map((app) => html`<li>${name(app)}</li>`)}
        </ul>`
    }
    ${postForm(
      { action, token: hiddenField('xsrf', xsrf) },
      html`<div class="choice">
        ${primaryButton(t('logout.submit'), html`name="logout" value="yes"`)}
        ${secondaryButton(t('logout.stay'))}
      </div>`,
    )}`,
  })
}
