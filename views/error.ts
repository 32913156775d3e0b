import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'

/** What happened, what to do, and a reference the people who run the server can find it by. */
export type ErrorProps = {
  readonly page: Page
  readonly problem: Problem
  /** Reference code, shown as it is: the request id. */
  readonly reference: string
  /** For the developer of the application, collapsed. Never a secret, never a value of somebody else. */
  readonly details?: readonly ErrorDetail[] | undefined
  /** Where the error is explained (`/developers/errors/{code}`). */
  readonly docsUrl?: string | undefined
}

export type ErrorDetail = { readonly label: string; readonly value: string }

export type Problem =
  /** The interaction is over, unknown, or was left by the Back button. */
  | {
      readonly kind: 'expired'
      readonly clientName?: string | undefined
      /** `initiate_login_uri` or `client_uri`. */
      readonly startAgainUrl?: string | undefined
    }
  | {
      readonly kind: 'cookies_blocked'
      readonly host: string
      readonly retryUrl?: string | undefined
    }
  /** The request of the application cannot be trusted: unknown client, redirect URI, or parameters. */
  | { readonly kind: 'client_misconfigured'; readonly clientName?: string | undefined }
  /** Signed in, but not allowed in here. */
  | {
      readonly kind: 'access_denied'
      readonly email?: string | undefined
      readonly clientName?: string | undefined
      readonly switchAccount?: { readonly action: string; readonly csrf: string } | undefined
      readonly askUrl?: string | undefined
    }
  | { readonly kind: 'account_suspended' }
  /** A form that was not sent from our page, or not whole. */
  | { readonly kind: 'bad_request'; readonly retryUrl?: string | undefined }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'throttled'; /** Seconds. */ readonly retryAfter: number }
  | {
      readonly kind: 'unavailable'
      /** Seconds. */
      readonly retryAfter?: number | undefined
      readonly retryUrl?: string | undefined
    }
  | { readonly kind: 'server'; readonly retryUrl?: string | undefined }
  /** RFC 9700 §4.11.2: an error that would send the browser to a place we do not vouch for. */
  | {
      readonly kind: 'untrusted_redirect'
      /** The whole validated address, parameters included. */
      readonly destination: string
      readonly clientName?: string | undefined
    }

export function errorPage(props: ErrorProps): Html {
  return layout(props.page, { title: '', body: html`` })
}
