import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'

/** Where somebody stands who is signed in with nowhere to go back to. */
export type ContinueProps = {
  readonly page: Page
  readonly account?: { readonly email: string } | undefined
  readonly client?: { readonly name: string; readonly url?: string | undefined } | undefined
  readonly accountUrl?: string | undefined
}

export function continuePage(props: ContinueProps): Html {
  return layout(props.page, { title: '', body: html`` })
}
