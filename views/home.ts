import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'

/** What stands at the issuer itself. */
export type HomeProps = {
  readonly page: Page
  readonly issuer: string
  readonly links: HomeLinks
  readonly development?: boolean | undefined
}

export type HomeLinks = {
  readonly discovery: string
  readonly account?: string | undefined
  readonly admin?: string | undefined
  readonly developers?: string | undefined
  /** Development only. */
  readonly demo?: string | undefined
  readonly mail?: string | undefined
}

export function homePage(props: HomeProps): Html {
  return layout(props.page, { title: '', body: html`` })
}
