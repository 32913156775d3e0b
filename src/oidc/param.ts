import type { KoaContextWithOIDC } from 'oidc-provider'

/** A parameter of the request, when it is one text. */
export function textParam(ctx: KoaContextWithOIDC, name: string): string | undefined {
  const value: unknown = ctx.oidc.params?.[name]
  return typeof value === 'string' ? value : undefined
}

/** The engine's own form token of this session (`shared/xsrf.js`). */
export function xsrfOf(ctx: KoaContextWithOIDC): string {
  const secret: unknown = ctx.oidc.session?.state?.['secret']
  return typeof secret === 'string' ? secret : ''
}
