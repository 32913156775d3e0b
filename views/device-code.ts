import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'

/** RFC 8628 §3.3. Posts `xsrf` and `user_code`, as the engine's `code_verification` expects. */
export type DeviceCodeProps = {
  readonly page: Page
  readonly action: string
  readonly xsrf: string
  readonly userCode?: string | undefined
  readonly error?: DeviceCodeError | undefined
}

export type DeviceCodeError =
  | { readonly kind: 'required' | 'wrong' | 'expired' | 'used' }
  | { readonly kind: 'throttled'; /** Seconds. */ readonly retryAfter: number }

export function deviceCodePage(props: DeviceCodeProps): Html {
  return layout(props.page, { title: '', body: html`` })
}
