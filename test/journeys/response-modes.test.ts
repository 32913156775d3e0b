import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose'
import type { JWTPayload } from 'jose'
import { proveIdentity, signIn } from '#test/support/person.ts'
import { authorizationRequest, wireOf } from '#test/support/protocol.ts'
import { openWorld } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

describe('response modes', () => {
  let world: World
  before(async () => {
    world = await openWorld()
  })
  after(() => world[Symbol.asyncDispose]())

  async function answered(mode: string, parameters: Readonly<Record<string, string>> = {}) {
    const client = world.client('trusted')
    const request = await authorizationRequest(client, { response_mode: mode, ...parameters })
    const tab = world.browser().tab()
    let page = await tab.open(request.url)
    if (!page.isElsewhere && page.forms[0]?.fields.some(({ name }) => name === 'email')) {
      page = await proveIdentity(tab, world.people.ada)
    }
    return { page, tab, request, client }
  }

  async function verified(response: string | null): Promise<JWTPayload> {
    const keys = createRemoteJWKSet(new URL(`${world.issuer}/jwks`), {
      [customFetch]: (url: string) => world.transport.fetch(url),
    })
    const { payload } = await jwtVerify(response ?? '', keys, {
      issuer: world.issuer,
      audience: 'trusted',
      requiredClaims: ['exp'],
    })
    return payload
  }

  it('form_post sends the answer by a form, with iss (OAuth Form Post §2, RFC 9207)', async () => {
    const { page, tab, request, client } = await answered('form_post')
    assert.equal(page.isElsewhere, false)
    assert.equal(page.url.search.includes('code='), false)
    assert.equal(page.forms[0]?.action, client.redirectUri)
    assert.match(page.headers.get('cache-control') ?? '', /no-store/)
    const policy = page.headers.get('content-security-policy') ?? ''
    assert.match(policy, /script-src [^;]*'sha256-/)
    assert.doesNotMatch(policy, /form-action|unsafe-inline/)
    const { posted, url } = await tab.submit()
    assert.equal(url.href, client.redirectUri)
    assert.ok(posted)
    assert.equal(posted.get('state'), request.parameters['state'])
    assert.equal(posted.get('iss'), world.issuer)
    const code = posted.get('code') ?? ''
    const tokens = await wireOf(world, client).post('/token', { ...request.redeem, code })
    assert.equal(tokens.status, 200, tokens.body)
  })

  it('form_post escapes what the client sent', async () => {
    const state = '"><script>alert(1)</script>'
    const { page, tab } = await answered('form_post', { state })
    assert.doesNotMatch(page.html, /<script>alert/)
    assert.equal((await tab.submit()).posted?.get('state'), state)
  })

  it('form_post works without JavaScript', async () => {
    const { page } = await answered('form_post')
    const submits = page.forms[0]?.buttons.length ?? 0
    assert.ok(submits > 0 || /<input[^>]+type="submit"/.test(page.html), page.html)
  })

  for (const mode of ['query.jwt', 'fragment.jwt', 'jwt']) {
    it(`${mode} signs the answer (JARM §4.1)`, async () => {
      const { page, request } = await answered(mode)
      const parameters = mode.startsWith('fragment')
        ? new URLSearchParams(page.url.hash.slice(1))
        : page.url.searchParams
      assert.deepEqual([...parameters.keys()], ['response'])
      const payload = await verified(parameters.get('response'))
      assert.ok(payload['code'])
      assert.equal(payload['state'], request.parameters['state'])
    })
  }

  it('form_post.jwt signs the answer and sends it by a form', async () => {
    const { tab } = await answered('form_post.jwt')
    const { posted } = await tab.submit()
    assert.deepEqual([...(posted?.keys() ?? [])], ['response'])
    assert.ok((await verified(posted?.get('response') ?? ''))['code'])
  })

  it('errors are answered in the mode that was asked for (JARM §4.1)', async () => {
    const { page } = await answered('query.jwt', { prompt: 'none' })
    const payload = await verified(page.url.searchParams.get('response'))
    assert.equal(payload['error'], 'login_required')
    const { page: form, tab } = await answered('form_post', { prompt: 'none' })
    assert.equal(form.isElsewhere, false)
    const { posted } = await tab.submit()
    assert.equal(posted?.get('error'), 'login_required')
    assert.equal(posted?.get('iss'), world.issuer)
  })

  it('a client may be held to some of them', async () => {
    const client = await world.addClient('trusted', { response_modes: ['form_post'] })
    const { url } = await authorizationRequest(client)
    const page = await world.browser().tab().open(url)
    const query = page.isElsewhere ? page.url.search : page.html
    assert.doesNotMatch(query, /code=/)
    url.searchParams.set('response_mode', 'form_post')
    const tab = world.browser().tab()
    await tab.open(url)
    assert.equal((await proveIdentity(tab, world.people.ada)).forms[0]?.action, client.redirectUri)
  })

  it('web_message and the implicit kinds are off (RFC 9700 §2.1.2)', async () => {
    for (const response_mode of ['web_message', 'smoke']) {
      const { page } = await answered(response_mode)
      const answer = page.isElsewhere ? page.url.search : page.html
      assert.match(answer, /unsupported_response_mode/)
    }
    for (const response_type of ['token', 'id_token', 'code id_token', 'none', 'code token']) {
      const { page } = await answered('', { response_type })
      const answer = page.isElsewhere ? page.url.href : page.html
      assert.match(answer, /unsupported_response_type/)
      assert.doesNotMatch(answer, /access_token=|id_token=/)
    }
  })

  it('query is the usual one', async () => {
    const { url } = await authorizationRequest(world.client('trusted'))
    const page = await signIn(world.browser().tab(), url, world.people.ada)
    assert.deepEqual([...page.url.searchParams.keys()].sort(), ['code', 'iss', 'state'])
  })
})
