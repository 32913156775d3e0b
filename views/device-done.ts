import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'

export type DeviceDoneProps = {
  readonly page: Page
  readonly outcome: 'connected' | 'denied'
  readonly clientName?: string | undefined
}

export function deviceDonePage(props: DeviceDoneProps): Html {
  return layout(props.page, { title: '', body: html`` })
}
