import { Router } from '@koa/router'
import type Koa from 'koa'
import type { Context } from 'koa'
import type { ReadForm } from '#http/http.ts'
import type { Clock } from '#kit/clock.ts'
import type { KeyDeriver } from '#kit/sealer.ts'
import { demoForwardPage, demoPeoplePage } from '#views/demo-identity-provider.ts'
import { pickLocale } from '#views/messages.ts'
import { createDemoHost, type DemoHostDeps } from '../host.ts'
import type { PeopleForm, RelyingClient, ServiceProvider } from './identity-provider.ts'
import { createOpenIdProvider } from './openid-provider.ts'
import { createSamlProvider } from './saml-provider.ts'

export type IdentityProviderDeps = DemoHostDeps & {
  readonly origin: string
  readonly client: RelyingClient
  readonly serviceProvider: ServiceProvider
  readonly keys: KeyDeriver
  readonly readForm: ReadForm
  readonly clock: Clock
}

/** Its host: who works at Acme stands at `/employees`, who works with it at `/partners`. */
export function createIdentityProvider(deps: IdentityProviderDeps): Koa {
  const frame = (ctx: Context) => ({
    locale: pickLocale({ acceptLanguage: ctx.get('accept-language'), fallback: 'en' }),
    assets: deps.assets.url,
  })
  const pageOf = (organization: string) => (ctx: Context, form: PeopleForm) =>
    demoPeoplePage({ frame: frame(ctx), organization, ...form })
  const forward = (ctx: Context, action: string, fields: Readonly<Record<string, string>>) =>
    demoForwardPage({ frame: frame(ctx), organization: 'Acme', action, fields })

  const router = new Router()
  router.use(createOpenIdProvider({ ...deps, page: pageOf('Acme partners') }).routes())
  router.use(createSamlProvider({ ...deps, page: pageOf('Acme'), forward }).routes())
  return createDemoHost(router, deps)
}
