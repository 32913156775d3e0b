import { csrfField, postForm, primaryButton, secondaryLink } from '../components/form.ts'
import { html, type Html } from '../html.ts'
import { messagesFor, type Messages } from '../messages.ts'
import { portalPage, section, type PortalFrame } from './frame.ts'

export type DataProps = {
  readonly frame: PortalFrame
  /** False: the person proves once more who they are before anything is handed out. */
  readonly fresh: boolean
}

export function dataPage({ frame, fresh }: DataProps): Html {
  const messages = messagesFor(frame.page.locale)
  const { t, text } = messages
  return portalPage(frame, {
    section: 'data',
    title: text('account.nav_data'),
    lead: t('account.data_lead'),
    body: html`${!fresh && confirmation(frame, messages)}
    ${section(
      t('account.export_title'),
      html`<p>${t('account.export_what')}</p>
        ${
          fresh &&
          postForm(
            { action: `${frame.home}/data/export`, token: csrfField(frame.csrf) },
            primaryButton(t('account.export_submit')),
          )
        }`,
    )}`,
  })
}

/** Q64: leads to the sign-in page and back. */
export function confirmation({ home }: PortalFrame, { t }: Messages): Html {
  return html`<div class="note">
      <p>${t('account.confirm_why')}</p>
    </div>
    <div class="choice">${secondaryLink(`${home}/confirm/data`, t('account.confirm_link'))}</div>`
}
