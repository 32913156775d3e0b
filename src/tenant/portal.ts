import { Router } from '@koa/router'
import { homePage } from '#views/home.ts'
import type { HomeLinks } from '#views/home.ts'
import { basePathOf, tenantOf } from './tenant.ts'
import type { PageOf } from './tenant.ts'

/** What stands at the issuer itself: whoever opens it learns what it is and where to go on. */
export function createHomeRouter(deps: {
  readonly pageOf: PageOf
  /** Links of a development start, by the tenant's base path. */
  readonly developmentLinks: ((basePath: string) => Pick<HomeLinks, 'demo' | 'mail'>) | undefined
}): Router {
  const { pageOf, developmentLinks } = deps
  const router = new Router()

  router.get('/', (ctx) => {
    const tenant = tenantOf(ctx.req)
    const page = homePage({
      page: pageOf(tenant, { headers: ctx.headers }),
      issuer: tenant.issuer,
      links: {
        account: `${basePathOf(tenant)}/account`,
        discovery: `${tenant.issuer}/.well-known/openid-configuration`,
        ...developmentLinks?.(basePathOf(tenant)),
      },
      development: developmentLinks !== undefined,
    })
    ctx.type = 'html'
    ctx.body = page.toString()
  })

  return router
}
