import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'

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
  return layout(props.page, { title: '', body: html`` })
}
