import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'

/** Who is it? Posts `email`. */
export type IdentifierProps = {
  readonly page: Page
  readonly action: string
  readonly csrf: string
  /** The application that asked, when there is one. */
  readonly clientName?: string | undefined
  /** What was typed before, or `login_hint`. */
  readonly email?: string | undefined
  readonly error?: IdentifierError | undefined
  /** Development only: a button that fills in the demo account. Posts its `email` to the same action. */
  readonly demo?: { readonly email: string } | undefined
  /** Where to make an account, when registration is open. */
  readonly registerUrl?: string | undefined
}

export type IdentifierError = 'required' | 'invalid'

export function identifierPage(props: IdentifierProps): Html {
  return layout(props.page, { title: '', body: html`` })
}
