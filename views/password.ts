import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'

/** Posts `email` (readonly, for password managers; the server knows it already) and `password`. */
export type PasswordProps = {
  readonly page: Page
  readonly action: string
  readonly csrf: string
  readonly email: string
  readonly clientName?: string | undefined
  /** Where "Not you? Change" posts; left out when the account is fixed. */
  readonly changeAction?: string | undefined
  /** Why this person, who is signed in already, is asked again (`max_age`, `prompt=login`). */
  readonly reauthenticate?: boolean | undefined
  readonly error?: PasswordError | undefined
  readonly resetUrl?: string | undefined
  /** Development only: filled in. */
  readonly demoPassword?: string | undefined
}

export type PasswordError =
  | { readonly kind: 'required' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'throttled'; /** Seconds. */ readonly retryAfter: number }

export function passwordPage(props: PasswordProps): Html {
  return layout(props.page, { title: '', body: html`` })
}
