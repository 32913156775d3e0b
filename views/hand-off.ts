import { csrfField, otherWay, postForm, primaryLink, quietButton } from './components/form.ts'
import { identity } from './components/identity.ts'
import { strong } from './components/text.ts'
import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

/** Somebody else is asked who this is: nothing happens before the person follows the link. */
export type HandOffProps = {
  readonly page: Page
  readonly csrf: string
  readonly connection: string
  /** Leaves. */
  readonly leaveUrl: string
  readonly clientName: string
  /** What led here, where something did. */
  readonly email: string | undefined
  /** Where "Not you? Change" posts. */
  readonly changeAction: string
  /** Where "Sign in another way" posts; undefined where there is none. */
  readonly hereAction: string | undefined
}

export function handOffPage(props: HandOffProps): Html {
  const { page, csrf, connection, email, changeAction, hereAction } = props
  const { t, text } = messagesFor(page.locale)
  const token = csrfField(csrf)
  const sentence =
    hereAction === undefined
      ? t('elsewhere.enforced', { connection: strong(connection) })
      : t('elsewhere.what', { connection: strong(connection) })
  const change = html`${quietButton(email === undefined ? t('chooser.another') : t('password.change'))}`
  return layout(page, {
    title: text('elsewhere.title', { connection }),
    lead: t('identifier.lead', { client: strong(props.clientName) }),
    body: html`${email !== undefined && postForm({ action: changeAction, token }, identity(email, t('password.account'), change))}
      <p>${sentence}</p>
      <div class="choice">
        ${primaryLink(props.leaveUrl, t('elsewhere.submit', { connection }))}
      </div>
      ${email === undefined && otherWay({ action: changeAction, token }, change)}
      ${hereAction !== undefined && otherWay({ action: hereAction, token }, quietButton(t('elsewhere.here')))}`,
  })
}
