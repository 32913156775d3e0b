import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'

/** Posts `decision=allow` or `decision=deny`. */
export type ConsentProps = {
  readonly page: Page
  readonly action: string
  readonly csrf: string
  readonly client: ConsentClient
  readonly account: { readonly email: string }
  /** Where "Switch account" posts. */
  readonly switchAction?: string | undefined
  /** OpenID Connect scopes not allowed before, by their names. */
  readonly scopes: readonly string[]
  /** Claims asked for one by one. */
  readonly claims?: readonly string[] | undefined
  readonly resources?: readonly ConsentResource[] | undefined
  /** True when something was allowed before, so this is only what is new. */
  readonly added?: boolean | undefined
  /** Host or custom scheme of the validated redirect URI. */
  readonly returnHost: string
}

export type ConsentClient = {
  readonly name: string
  /** Nobody of the tenant vouches for it: registered dynamically, or by a person. */
  readonly unverified?:
    | { readonly addedBy?: string | undefined; readonly addedAt?: Date | undefined }
    | undefined
  readonly privacyUrl?: string | undefined
  readonly termsUrl?: string | undefined
}

export type ConsentResource = {
  /** Resource indicator (RFC 8707). */
  readonly identifier: string
  readonly name?: string | undefined
  readonly scopes: readonly string[]
}

export function consentPage(props: ConsentProps): Html {
  return layout(props.page, { title: '', body: html`` })
}
