import { icons } from './components/icons.ts'
import { strong } from './components/text.ts'
import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

export type DeviceDoneProps = {
  readonly page: Page
  readonly outcome: 'connected' | 'denied'
  readonly clientName?: string | undefined
}

export function deviceDonePage({ page, outcome, clientName }: DeviceDoneProps): Html {
  const { t, text } = messagesFor(page.locale)
  if (outcome === 'denied') {
    return layout(page, {
      title: text('device.denied_title'),
      body: html`<p>${t('device.denied')}</p>`,
    })
  }
  const sentence =
    clientName === undefined
      ? t('device.connected_plain')
      : t('device.connected', { client: strong(clientName) })
  return layout(page, {
    title: text('device.connected_title'),
    heading: html`${icons.done}${t('device.connected_title')}`,
    body: html`<p>${sentence}</p>`,
  })
}
