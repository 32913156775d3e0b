import { html, type Html } from './html.ts'
import type { Locale } from './messages.ts'

/** The demo relying party: another host, so only what it can serve itself. */
export type DemoFrame = {
  readonly locale: Locale
  readonly issuer: string
  readonly assets: (file: string) => string
}

export type DemoHomeProps = {
  readonly frame: DemoFrame
  /** POST: starts the authorization request. */
  readonly signInAction: string
  readonly csrf: string
  /** Shown above the button: why the last try ended, from `error` and `error_description`. */
  readonly error?: { readonly code: string; readonly description?: string | undefined } | undefined
  readonly signedOut?: boolean | undefined
}

export type DemoTokensProps = {
  readonly frame: DemoFrame
  readonly csrf: string
  /** POST each. Refresh is left out where there is no refresh token. */
  readonly actions: {
    readonly refresh?: string | undefined
    readonly userinfo: string
    readonly signOut: string
  }
  readonly tokens: readonly DemoToken[]
  /** What `/userinfo` answered, once it was asked. */
  readonly userinfo?: JsonObject | undefined
  /** One line on what was just done: `refreshed`, `reused`. */
  readonly notice?: 'signed_in' | 'refreshed' | 'userinfo' | undefined
  readonly error?: { readonly code: string; readonly description?: string | undefined } | undefined
}

export type DemoToken = {
  readonly kind: 'id_token' | 'access_token' | 'refresh_token'
  readonly value: string
  readonly expiresAt?: Date | undefined
  /** Of a JWT. */
  readonly header?: JsonObject | undefined
  readonly claims?: JsonObject | undefined
}

export type JsonObject = Readonly<Record<string, unknown>>

export function demoHomePage(props: DemoHomeProps): Html {
  return html`${props.frame.issuer}`
}

export function demoTokensPage(props: DemoTokensProps): Html {
  return html`${props.frame.issuer}`
}
