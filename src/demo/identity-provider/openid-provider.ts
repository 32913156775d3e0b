import { Router } from '@koa/router'
import type { Context } from 'koa'
import type { Form, ReadForm } from '#http/http.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { AppError } from '#kit/errors.ts'
import { sha256 } from '#kit/hash.ts'
import { randomToken } from '#kit/random.ts'
import type { Html } from '#views/html.ts'
import { readRequest, type AuthorizationRequest } from './authorization-request.ts'
import { createIdTokens } from './id-token.ts'
import { partners } from './identity-provider.ts'
import { createOneTime } from './one-time.ts'
import type { DemoPerson, PeopleForm, RelyingClient } from './identity-provider.ts'

export type OpenIdProviderDeps = {
  /** Of the identity provider; this one is `/partners` below it. */
  readonly origin: string
  readonly client: RelyingClient
  /** Who are you? */
  readonly page: (ctx: Context, form: PeopleForm) => Html
  readonly readForm: ReadForm
  readonly clock: Clock
}

type Grant = {
  readonly request: AuthorizationRequest
  readonly person: DemoPerson
  readonly authTime: number
}

/** The smallest one that an OpenID Connect library takes for one: code flow, PKCE, ES256. */
export function createOpenIdProvider(deps: OpenIdProviderDeps): Router {
  const { origin, client, clock } = deps
  const issuer = `${origin}/partners`
  const asked = createOneTime<AuthorizationRequest>(600_000, clock)
  const codes = createOneTime<Grant>(60_000, clock)
  const tokens = createIdTokens(issuer, clock)
  const router = new Router({ prefix: '/partners' })

  router.get('/.well-known/openid-configuration', (ctx) => {
    ctx.body = documentOf(issuer)
  })

  router.get('/jwks', async (ctx) => {
    ctx.body = await tokens.jwks()
  })

  router.get('/authorize', (ctx) => {
    const request = requestOf(ctx)
    if (!request) return
    const form = { people: partners, action: '/partners/authorize', csrf: asked.add(request) }
    ctx.type = 'html'
    ctx.body = deps.page(ctx, form).toString()
  })

  router.post('/authorize', async (ctx) => {
    const form = await deps.readForm(ctx)
    const request = asked.take(form.get('csrf') ?? '')
    if (!request) throw outdated()
    const person = partners.find(({ id }) => id === form.get('person'))
    const { state } = request
    if (!person) return answer(ctx, { error: 'access_denied', state })
    answer(ctx, { code: codes.add({ request, person, authTime: epochSeconds(clock) }), state })
  })

  router.post('/token', async (ctx) => {
    const form = await deps.readForm(ctx)
    if (form.get('client_id') !== client.clientId) return refuse(ctx, 401, 'invalid_client')
    if (form.get('grant_type') !== 'authorization_code')
      return refuse(ctx, 400, 'unsupported_grant_type')
    const grant = codes.take(form.get('code') ?? '')
    if (!grant || !isRedeemer(form, grant, client)) return refuse(ctx, 400, 'invalid_grant')
    const { person, authTime, request } = grant
    const { clientId } = client
    const idToken = await tokens.issue({ clientId, person, nonce: request.nonce, authTime })
    // the access token opens nothing: everything is in the ID token
    const access = { access_token: randomToken(), token_type: 'Bearer', expires_in: 60 }
    ctx.body = { ...access, id_token: idToken }
  })

  /** What is asked for; undefined when that was answered already. */
  function requestOf(ctx: Context): AuthorizationRequest | undefined {
    const read = readRequest(ctx.query, client)
    if (read.kind === 'unknown_client') throw unknownClient()
    if (read.kind === 'good') return read.request
    answer(ctx, { error: read.error, state: read.state })
    return undefined
  }

  /** RFC 9207: who answers. */
  function answer(ctx: Context, said: Readonly<Record<string, string | undefined>>): void {
    const url = new URL(client.redirectUri)
    for (const [name, value] of Object.entries({ ...said, iss: issuer }))
      if (value !== undefined) url.searchParams.set(name, value)
    ctx.status = 303
    ctx.redirect(url.href)
  }

  return router
}

function documentOf(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    scopes_supported: ['openid', 'email', 'profile'],
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    token_endpoint_auth_methods_supported: ['none'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  }
}

/** RFC 7636 §4.6, RFC 6749 §4.1.3. */
function isRedeemer(form: Form, { request }: Grant, { redirectUri }: RelyingClient): boolean {
  const challenge = sha256(form.get('code_verifier') ?? '')
  return request.challenge === challenge && form.get('redirect_uri') === redirectUri
}

function refuse(ctx: Context, status: number, error: string): void {
  ctx.status = status
  ctx.body = { error }
}

function outdated(): AppError {
  return new AppError({
    code: 'demo.form_outdated',
    status: 403,
    message: 'This form is out of date. Go back to the application and start again.',
  })
}

function unknownClient(): AppError {
  return new AppError({
    code: 'demo.unknown_client',
    status: 400,
    message: 'This identity provider does not know who asks.',
  })
}
