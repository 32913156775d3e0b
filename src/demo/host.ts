import { Router } from '@koa/router'
import Koa from 'koa'
import type { Middleware } from 'koa'
import { applySecurityHeaders } from '#http/security-headers.ts'
import type { Assets } from '#views/assets.ts'

export type DemoHostDeps = { readonly assets: Assets; readonly errors: Middleware }

/** What both hosts of the demo do around their pages. */
export function createDemoHost(pages: Router, { assets, errors }: DemoHostDeps): Koa {
  const files = new Router()
  files.get('/assets/:file', (ctx) => {
    const asset = assets.find(ctx.path)
    if (!asset) return
    ctx.type = asset.type
    ctx.set('cache-control', 'public, max-age=31536000, immutable')
    ctx.body = asset.body
  })

  const app = new Koa()
  app.use(async (ctx, next) => {
    applySecurityHeaders(ctx.res, 'interaction', { https: false })
    await next()
  })
  app.use(errors)
  app.use(files.routes())
  app.use(pages.routes())
  return app
}
