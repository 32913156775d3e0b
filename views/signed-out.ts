import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'

export type SignedOutProps = {
  readonly page: Page
  /** The application the person came from. */
  readonly client?: { readonly name: string; readonly url?: string | undefined } | undefined
  /** How many applications were told, and how many answered. */
  readonly told?: { readonly done: number; readonly total: number } | undefined
  /** Where to sign in again. */
  readonly signInUrl?: string | undefined
}

export function signedOutPage(props: SignedOutProps): Html {
  return layout(props.page, { title: '', body: html`` })
}
