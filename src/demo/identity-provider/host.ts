import type Koa from 'koa'
import type { ReadForm } from '#http/http.ts'
import type { Clock } from '#kit/clock.ts'
import { demoPeoplePage } from '#views/demo-identity-provider.ts'
import { pickLocale } from '#views/messages.ts'
import { createDemoHost, type DemoHostDeps } from '../host.ts'
import type { RelyingClient } from './identity-provider.ts'
import { createOpenIdProvider } from './openid-provider.ts'

export type IdentityProviderDeps = DemoHostDeps & {
  readonly origin: string
  readonly client: RelyingClient
  readonly readForm: ReadForm
  readonly clock: Clock
}

/** Its host: who works with Acme stands at `/partners`. */
export function createIdentityProvider(deps: IdentityProviderDeps): Koa {
  const provider = createOpenIdProvider({
    ...deps,
    page: (ctx, form) =>
      demoPeoplePage({
        frame: {
          locale: pickLocale({ acceptLanguage: ctx.get('accept-language'), fallback: 'en' }),
          assets: deps.assets.url,
        },
        organization: 'Acme partners',
        ...form,
      }),
  })
  return createDemoHost(provider, deps)
}
