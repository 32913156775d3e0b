import { Router } from '@koa/router'
import type Koa from 'koa'
import type { Context } from 'koa'
import * as oidc from 'openid-client'
import type { ReadForm } from '#http/http.ts'
import { AppError } from '#kit/errors.ts'
import { demoHomePage, demoTokensPage } from '#views/demo.ts'
import type { DemoToken } from '#views/demo.ts'
import { pickLocale } from '#views/messages.ts'
import type { DemoClient } from './demo.ts'
import { createDemoHost, type DemoHostDeps } from './host.ts'
import {
  askUserinfo,
  createConfiguration,
  receive,
  refresh,
  signOutAddress,
  startAddress,
} from './sign-in.ts'
import { createVisitors } from './visitor.ts'
import type { Visitor } from './visitor.ts'

export type RelyingPartyDeps = DemoHostDeps & {
  /** The first is who is meant before anybody chose. */
  readonly clients: readonly [DemoClient, ...DemoClient[]]
  readonly readForm: ReadForm
}

/** The demo application: what every example in the README does, with the answers shown. */
export function createRelyingParty(deps: RelyingPartyDeps): Koa {
  const visitorOf = createVisitors()
  const configurations = new Map(
    deps.clients.map((client) => [client, createConfiguration(client)]),
  )
  const [main] = deps.clients
  const router = new Router()

  router.get('/', (ctx) => show(ctx, visitorOf(ctx), deps))

  for (const client of deps.clients) {
    router.get(`${client.path}/callback`, async (ctx) => {
      const visitor = visitorOf(ctx)
      const address = new URL(ctx.url, client.origin)
      await attempt(visitor, async () => receive(address, visitor, await serverOf({ client })))
      redirect(ctx, '/')
    })

    post(`${client.path}/sign-in`, async (visitor) => {
      visitor.client = client
      return startAddress(client, visitor, await serverOf(visitor))
    })
  }

  post('/refresh', async (visitor) => refresh(visitor, await serverOf(visitor)))
  post('/userinfo', async (visitor) => askUserinfo(visitor, await serverOf(visitor)))
  post('/sign-out', async (visitor) =>
    signOutAddress(visitor.client ?? main, visitor, await serverOf(visitor)),
  )

  async function serverOf({ client = main }: Pick<Visitor, 'client'>) {
    return (configurations.get(client) ?? createConfiguration(client))()
  }

  /** Each answers with where to go; a failure is shown on the first page. */
  function post(path: string, act: (visitor: Visitor) => Promise<string>): void {
    router.post(path, async (ctx) => {
      const visitor = visitorOf(ctx)
      const form = await deps.readForm(ctx)
      if (form.get('csrf') !== visitor.csrf) throw outdated()
      let address = '/'
      await attempt(visitor, async () => {
        address = await act(visitor)
      })
      redirect(ctx, address)
    })
  }

  return createDemoHost(router, deps)
}

function show(ctx: Context, visitor: Visitor, deps: RelyingPartyDeps): void {
  const { error, notice, tokens } = visitor
  Object.assign(visitor, { error: undefined, notice: undefined })
  const frame = {
    locale: pickLocale({ acceptLanguage: ctx.get('accept-language'), fallback: 'en' }),
    issuer: (visitor.client ?? deps.clients[0]).issuer,
    assets: deps.assets.url,
  }
  const page = tokens
    ? demoTokensPage({
        frame,
        csrf: visitor.csrf,
        actions: {
          refresh: tokens.refresh_token === undefined ? undefined : '/refresh',
          userinfo: '/userinfo',
          signOut: '/sign-out',
        },
        tokens: shownTokens(tokens),
        userinfo: visitor.userinfo,
        notice,
        error,
      })
    : demoHomePage({
        frame,
        signInAction: '/sign-in',
        enterpriseAction: '/acme/sign-in',
        csrf: visitor.csrf,
        error,
      })
  ctx.type = 'html'
  ctx.body = page.toString()
}

/** A failure is the provider's answer, shown as it is; anything else is said without details. */
async function attempt(visitor: Visitor, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    visitor.error =
      error instanceof oidc.ResponseBodyError || error instanceof oidc.AuthorizationResponseError
        ? { code: error.error, description: error.error_description }
        : { code: 'failed', description: error instanceof Error ? error.message : undefined }
  }
}

function shownTokens(tokens: oidc.TokenEndpointResponse): readonly DemoToken[] {
  const kinds = ['id_token', 'access_token', 'refresh_token'] as const
  return kinds.flatMap((kind) => {
    const value = tokens[kind]
    return typeof value === 'string' ? [{ kind, value, ...decoded(value) }] : []
  })
}

function decoded(token: string): Pick<DemoToken, 'header' | 'claims'> {
  const parts = token.split('.')
  if (parts.length !== 3) return {}
  const [header, claims] = parts.map((part) =>
    part === parts[2] ? undefined : JSON.parse(Buffer.from(part, 'base64url').toString()),
  )
  return { header, claims }
}

function redirect(ctx: Context, address: string): void {
  ctx.status = 303
  ctx.redirect(address)
}

function outdated(): AppError {
  return new AppError({
    code: 'demo.form_outdated',
    status: 403,
    message: 'This form is out of date. Go back, reload the page and try again.',
  })
}
