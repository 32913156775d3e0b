import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'

/** Posts one of `account=<id>`, `remove=<id>`, `another=yes`. */
export type AccountChooserProps = {
  readonly page: Page
  readonly action: string
  readonly csrf: string
  readonly clientName?: string | undefined
  readonly accounts: readonly ChooserAccount[]
}

export type ChooserAccount = {
  /** Opaque to the page; comes back in `account` or `remove`. */
  readonly id: string
  readonly email: string
  readonly name?: string | undefined
  /** `confirm`: signed in, but longer ago than `max_age` allows. */
  readonly state: 'signed_in' | 'signed_out' | 'confirm'
  /** May it be taken off the list? */
  readonly removable?: boolean | undefined
}

export function accountChooserPage(props: AccountChooserProps): Html {
  return layout(props.page, { title: '', body: html`` })
}
