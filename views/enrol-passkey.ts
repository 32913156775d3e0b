import { csrfField } from './components/form.ts'
import { passkeyAlert, passkeyForm, type PasskeyOffer } from './components/passkey.ts'
import { enrolExits, type EnrolFrame } from './enrol.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import { messagesFor } from './messages.ts'

/** A passkey that is made in the middle of a sign-in. Posts `credential`. */
export type EnrolPasskeyProps = EnrolFrame & {
  readonly csrf: string
  readonly passkey: PasskeyOffer
}

export function enrolPasskeyPage(props: EnrolPasskeyProps): Html {
  const { page, csrf, passkey } = props
  const messages = messagesFor(page.locale)
  const { t, text } = messages
  return layout(page, {
    title: text('account.passkeys_add'),
    lead: t('account.passkeys_lead'),
    failed: passkey.error !== undefined,
    body: html`${passkeyAlert(passkey, messages)}
      <p>${t('account.passkeys_add_what')}</p>
      ${passkeyForm({
        ...passkey,
        page,
        csrf,
        ceremony: 'create',
        label: t('account.passkeys_add'),
        primary: true,
        alone: true,
      })}
      ${enrolExits(props, csrfField(csrf), messages)}`,
  })
}
