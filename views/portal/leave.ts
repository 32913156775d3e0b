import { csrfField, dangerButton, postForm, secondaryLink, warning } from '../components/form.ts'
import { html, type Html } from '../html.ts'
import { messagesFor } from '../messages.ts'
import { confirmation, portalPage, type PortalFrame } from './frame.ts'

export type LeaveProps = {
  readonly frame: PortalFrame
  /** False: the person proves once more who they are before they are asked at all. */
  readonly fresh: boolean
}

export function leavePage({ frame, fresh }: LeaveProps): Html {
  const messages = messagesFor(frame.page.locale)
  const { t, text } = messages
  const back = secondaryLink(`${frame.home}/data`, t('account.leave_back'))
  return portalPage(frame, {
    section: 'data',
    title: text('account.leave_title'),
    body: html`<p>${t('account.leave_what')}</p>
      <p>${t('account.leave_undo')}</p>
      ${
        fresh
          ? html`${warning(t('account.leave_warning'))}
            ${postForm(
              { action: `${frame.home}/leave`, token: csrfField(frame.csrf) },
              html`<div class="choice">${dangerButton(t('account.leave_submit'))}${back}</div>`,
            )}`
          : confirmation(frame, 'leave', messages)
      }`,
  })
}
