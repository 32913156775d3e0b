import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'

/** Development only: what would have been sent. */
export type DevMailListProps = {
  readonly page: Page
  readonly mails: readonly DevMailEntry[]
}

export type DevMailEntry = {
  readonly url: string
  readonly to: string
  readonly subject: string
  readonly createdAt: Date
}

export type DevMailProps = {
  readonly page: Page
  readonly listUrl: string
  readonly mail: Omit<DevMailEntry, 'url'> & { readonly text: string }
  /** The HTML part on a page of its own, to be served with `sandbox` and inline style allowed. */
  readonly htmlUrl?: string | undefined
}

export function devMailListPage(props: DevMailListProps): Html {
  return layout(props.page, { title: '', body: html`` })
}

export function devMailPage(props: DevMailProps): Html {
  return layout(props.page, { title: '', body: html`` })
}
