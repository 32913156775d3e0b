import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import Koa from 'koa'
import { decodeJwt } from 'jose'
import { createErrorBoundary } from '#http/error-boundary.ts'
import { readForm } from '#http/form.ts'
import { sha256 } from '#kit/hash.ts'
import { silentLogger } from '#telemetry/logger.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { html } from '#views/html.ts'
import type { PeopleForm } from './identity-provider.ts'
import { createOpenIdProvider } from './openid-provider.ts'

const client = {
  clientId: 'signet',
  redirectUri: 'http://localhost:3000/callback',
}
const verifier = 'v'.repeat(43)
const good = {
  client_id: client.clientId,
  redirect_uri: client.redirectUri,
  response_type: 'code',
  scope: 'openid email',
  state: 'the state',
  nonce: 'the nonce',
  code_challenge: sha256(verifier),
  code_challenge_method: 'S256',
}

describe('the OpenID Provider of the demo', () => {
  const clock = createFakeClock()
  let server: Server
  let issuer: string

  before(async () => {
    server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    issuer = `${origin}/partners`
    const app = new Koa()
    const known = { renderError: () => 'refused', isApi: () => false, requestId: () => undefined }
    app.use(createErrorBoundary({ ...known, logger: silentLogger, clock }))
    const page = (_ctx: unknown, { csrf }: PeopleForm) => html`${csrf}`
    app.use(createOpenIdProvider({ origin, client, page, readForm, clock }).routes())
    const serve = app.callback()
    server.on('request', (req, res) => void serve(req, res))
  })
  after(() => server.close())

  const ask = (change: Readonly<Record<string, string>>) =>
    fetch(`${issuer}/authorize?${String(new URLSearchParams({ ...good, ...change }))}`, {
      redirect: 'manual',
    })

  const choose = (form: Readonly<Record<string, string>>) =>
    fetch(`${issuer}/authorize`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams(form),
    })

  async function codeFor(person: string): Promise<string> {
    const csrf = await (await ask({})).text()
    return parametersOf(await choose({ csrf, person })).get('code') ?? assert.fail('no code')
  }

  const redeem = (code: string, change: Readonly<Record<string, string>> = {}) =>
    fetch(`${issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        client_id: client.clientId,
        redirect_uri: client.redirectUri,
        code_verifier: verifier,
        ...change,
      }),
    })

  it('tells of who was chosen, once', async () => {
    const code = await codeFor('grace')
    const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(code)))
    const [only, ...others] = answers.filter(({ status }) => status === 200)
    assert.deepEqual(others, [])
    assert.ok(only)
    const claims = decodeJwt(((await only.json()) as { id_token: string }).id_token)
    const now = Math.floor(clock.now() / 1000)
    assert.partialDeepStrictEqual(claims, {
      iss: issuer,
      sub: 'grace',
      aud: 'signet',
      nonce: 'the nonce',
      auth_time: now,
      email: 'grace@partners.test',
      email_verified: true,
      name: 'Grace Hopper',
    })
  })

  for (const [what, change] of [
    ['an unknown client', { client_id: 'other' }],
    ['an address that is not registered', { redirect_uri: 'https://evil.test/' }],
  ] as const)
    it(`sends nobody anywhere for ${what} (RFC 6749 §4.1.2.1)`, async () => {
      const answer = await ask(change)
      assert.deepEqual([answer.status, answer.headers.get('location')], [400, null])
    })

  for (const [error, change] of [
    ['unsupported_response_type', { response_type: 'token' }],
    ['invalid_scope', { scope: 'email' }],
    ['invalid_request', { code_challenge_method: 'plain' }],
    ['login_required', { prompt: 'none' }],
  ] as const)
    it(`answers ${error}, with state and issuer (RFC 9207)`, async () => {
      const said = parametersOf(await ask(change))
      assert.deepEqual(
        ['error', 'state', 'iss'].map((name) => said.get(name)),
        [error, 'the state', issuer],
      )
    })

  it('answers access_denied for who chose nobody', async () => {
    const csrf = await (await ask({})).text()
    assert.equal(parametersOf(await choose({ csrf })).get('error'), 'access_denied')
    for (const form of [{ csrf, person: 'grace' }, { person: 'grace' }])
      assert.equal((await choose(form)).status, 403) // used, and never given (Q67)
  })

  for (const [what, change] of [
    ['another verifier (RFC 7636 §4.6)', { code_verifier: 'w'.repeat(43) }],
    ['another address', { redirect_uri: 'https://evil.test/' }],
    ['no code', { code: '' }],
  ] as const)
    it(`gives nothing for ${what}`, async () => {
      const answer = await redeem(await codeFor('alan'), change)
      assert.deepEqual([answer.status, await answer.json()], [400, { error: 'invalid_grant' }])
    })

  it('gives nothing after a minute, nor to another client', async () => {
    const code = await codeFor('alan')
    assert.equal((await redeem(code, { client_id: 'other' })).status, 401)
    clock.advance(60_000)
    assert.equal((await redeem(code)).status, 400)
  })
})

function parametersOf(answer: Response): URLSearchParams {
  assert.equal(answer.status, 303)
  return new URL(answer.headers.get('location') ?? '').searchParams
}
