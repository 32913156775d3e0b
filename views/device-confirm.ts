import { hiddenField, postForm, primaryButton, secondaryButton } from './components/form.ts'
import { code } from './components/text.ts'
import { deviceWarning } from './device-code.ts'
import { html, name, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

/** RFC 8628 §5.4. Posts `xsrf`, `user_code` and one of `confirm=yes`, `abort=yes`. */
export type DeviceConfirmProps = {
  readonly page: Page
  readonly action: string
  readonly xsrf: string
  /** As the device shows it, with its dash. */
  readonly userCode: string
  readonly clientName: string
  /** Where the device asked from, as far as it is known: `Fire TV`, `Berlin (approx.)`, an address. */
  readonly from?: readonly string[] | undefined
}

export function deviceConfirmPage(props: DeviceConfirmProps): Html {
  const { page, action, clientName, from = [], userCode } = props
  const messages = messagesFor(page.locale)
  const { t, text } = messages
  return layout(page, {
    title: text('device.confirm_title', { client: clientName }),
    heading: t('device.confirm_title', { client: clientName }),
    lead: t('device.compare'),
    body: html`<p class="compare">${code(userCode)}</p>
      <dl class="facts">
        <div>
          <dt>${t('device.app')}</dt>
          <dd>${name(clientName)}</dd>
        </div>
        ${
          from.length > 0 &&
          html`<div>
            <dt>${t('device.from')}</dt>
            ${from.map((fact) => html`<dd>${name(fact)}</dd>`)}
          </div>`
        }
      </dl>
      ${deviceWarning(messages)}
      ${postForm(
        { action, token: hiddenField('xsrf', props.xsrf) },
        html`${hiddenField('user_code', userCode)}
          <div class="choice">
            ${primaryButton(t('device.confirm'), html`name="confirm" value="yes"`)}
            ${secondaryButton(t('device.abort'), html`name="abort" value="yes"`)}
          </div>`,
      )}`,
  })
}
