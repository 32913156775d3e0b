import { csrfField, postForm, primaryButton, secondaryLink } from '../components/form.ts'
import { html, type Html } from '../html.ts'
import { messagesFor } from '../messages.ts'
import { confirmation, portalPage, section, type PortalFrame } from './frame.ts'

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
    body: html`${section(
      t('account.export_title'),
      html`<p>${t('account.export_what')}</p>
        ${
          fresh
            ? postForm(
                { action: `${frame.home}/data/export`, token: csrfField(frame.csrf) },
                primaryButton(t('account.export_submit')),
              )
            : confirmation(frame, 'data', messages)
        }`,
    )}
    ${section(
      t('account.leave_title'),
      html`<p>${t('account.leave_what')}</p>
        <div class="choice">${secondaryLink(`${frame.home}/leave`, t('account.leave_link'))}</div>`,
    )}`,
  })
}
