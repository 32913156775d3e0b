import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'

/** Posts `xsrf`, and `logout=yes` when the person says so; without it the engine keeps the session. */
export type LogoutProps = {
  readonly page: Page
  readonly action: string
  readonly xsrf: string
  readonly email?: string | undefined
  /** Names of the applications that will be told. */
  readonly apps: readonly string[]
}

export function logoutPage(props: LogoutProps): Html {
  return layout(props.page, { title: '', body: html`` })
}
