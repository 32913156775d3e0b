import type { KoaContextWithOIDC } from 'oidc-provider'
import { textParam } from '../param.ts'
import type { PageOf, Tenant } from '#tenant/tenant.ts'
import type { Html } from '#views/html.ts'
import type { Page } from '#views/layout.ts'

/** What the engine's pages are made of. */
export type PageDeps = {
  readonly tenant: Tenant
  readonly pageOf: PageOf
}

export function pageFor(ctx: KoaContextWithOIDC, deps: PageDeps): Page {
  return deps.pageOf(deps.tenant, {
    headers: ctx.headers,
    uiLocales: textParam(ctx, 'ui_locales'),
  })
}

export function render(ctx: KoaContextWithOIDC, page: Html): void {
  ctx.type = 'html'
  ctx.body = page.toString()
}

/** The name a person knows a client by. */
export function clientName(ctx: KoaContextWithOIDC): string | undefined {
  return ctx.oidc.client?.clientName ?? ctx.oidc.client?.clientId
}
