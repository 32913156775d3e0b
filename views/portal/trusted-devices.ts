import { csrfField, hiddenField, postForm, secondaryButton } from '../components/form.ts'
import { html, name, type Html } from '../html.ts'
import { messagesFor, type Messages } from '../messages.ts'
import { deviceName, fact, moment, section } from './frame.ts'
import type { PortalDevice, PortalFrame } from './frame.ts'

export type PortalTrustedDevice = {
  readonly id: string
  readonly device: PortalDevice
  /** Such as `Vienna, AT`; roughly. */
  readonly place?: string | undefined
  readonly trustedAt: Date
  readonly lastUsedAt: Date
  readonly expiresAt: Date
}

/** Where the second step is not asked for. Posts `device` to end one; nothing to end all. */
export function trustedDevices(frame: PortalFrame, devices: readonly PortalTrustedDevice[]): Html {
  const messages = messagesFor(frame.page.locale)
  const { t } = messages
  const action = `${frame.home}/sessions/untrust-all`
  return section(
    t('account.trusted_title'),
    html`<p>${t('account.trusted_lead')}</p>
      ${devices.map((one) => part(one, frame, messages))}
      ${
        devices.length > 1 &&
        postForm(
          { action, token: csrfField(frame.csrf) },
          secondaryButton(t('account.trusted_end_all')),
        )
      }`,
  )
}

function part(one: PortalTrustedDevice, frame: PortalFrame, messages: Messages): Html {
  const { t } = messages
  const { id, device, place, trustedAt, lastUsedAt, expiresAt } = one
  const token = html`${csrfField(frame.csrf)}${hiddenField('device', id)}`
  return html`<h3>${deviceName(device, messages)}</h3>
    <dl class="facts">
      ${fact(t('account.trusted_until'), moment(expiresAt, frame.page))}
      ${fact(t('account.trusted_used'), moment(lastUsedAt, frame.page))}
      ${fact(t('account.trusted_since'), moment(trustedAt, frame.page))}
      ${place !== undefined && fact(t('account.sessions_from'), name(place))}
    </dl>
    ${postForm({ action: `${frame.home}/sessions/untrust`, token }, secondaryButton(t('account.trusted_end')))}`
}
