import { html, type Html } from './html.ts'
import type { Locale } from './messages.ts'

/** What every page needs to know of the tenant, the reader and the server. Made once for each request. */
export type Page = {
  readonly locale: Locale
  readonly tenant: PageTenant
  /** Path of the tenant's issuer: `` or `/t/acme`. No trailing slash. */
  readonly basePath: string
  /** The address of one of our own files, by its name in `views/assets`. */
  readonly assets: (file: string) => string
}

export type PageTenant = {
  readonly name: string
  readonly supportUrl?: string | undefined
  readonly supportEmail?: string | undefined
  readonly privacyUrl?: string | undefined
  readonly termsUrl?: string | undefined
}

export function layout(page: Page, content: { title: string; body: Html }): Html {
  return html`<title>${content.title} ${page.tenant.name}</title>${content.body}`
}
