import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose'
import type { JSONWebKeySet } from 'jose'
import { isConsent, signIn, signInTo } from '#test/support/person.ts'
import { errorOf } from '#test/support/relying-party.ts'
import type { Attempt } from '#test/support/relying-party.ts'
import { api } from '#test/support/world-clients.ts'
import type { ClientName } from '#test/support/world-clients.ts'
import type { World } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

describeInWorlds('a sign-in with code and PKCE', (world) => {
  it('asks who it is, the password and consent, and leads back (OIDC Core §3.1)', async () => {
    const { ada } = world().people
    const rp = await world().relyingParty('web')
    const browser = world().browser()
    const tab = browser.tab()
    const attempt = await rp.start()

    const identifier = await tab.open(attempt.url)
    assert.equal(identifier.status, 200)
    assert.match(identifier.text, /Payroll/)
    assert.equal(identifier.forms[0]?.fields.find((f) => f.name === 'email')?.label, 'Email')
    const password = await tab.submit({ email: ada.email })
    assert.match(password.html, /autocomplete="current-password"/)
    const consent = await tab.submit({ password: ada.password })
    assert.ok(isConsent(consent), consent.text)
    assert.match(consent.text, /web\.example\.test/)
    const back = await tab.submit({}, 'Allow')

    assert.equal(back.url.origin + back.url.pathname, rp.client.redirectUri)
    assert.equal(back.url.searchParams.get('iss'), world().issuer) // RFC 9207 §2
    assert.equal(back.url.searchParams.get('state'), attempt.state)
    const tokens = await attempt.finish(back.url)
    const claims = tokens.claims()
    assert.ok(claims)
    const now = Math.floor(world().clock.now() / 1000)
    assert.partialDeepStrictEqual(claims, {
      iss: world().issuer,
      sub: ada.account.id,
      aud: 'web',
      nonce: attempt.nonce,
      auth_time: now,
      acr: 'urn:signet:acr:password',
      amr: ['pwd'],
      iat: now,
      exp: now + 600, // Q12
      email: ada.email,
      email_verified: true,
      name: ada.account.profile.name,
    })
    assert.equal('groups' in claims, false, 'no scope asked for them')
  })

  it('keeps one cookie for the session: out of reach of scripts, unreadable, of this site (Q66)', async () => {
    const rp = await world().relyingParty('web')
    const browser = world().browser()
    await signInTo(rp, world().people.ada, { world: world(), tab: browser.tab() })
    const session = browser.cookies.find('signet')
    assert.partialDeepStrictEqual(session, { path: '/', httpOnly: true, sameSite: 'lax' })
    for (const { httpOnly, value } of browser.cookies.list()) {
      assert.ok(httpOnly)
      assert.ok(!value.includes(world().people.ada.account.id))
    }
  })

  const types: readonly ClientName[] = ['web', 'post', 'spa', 'native', 'signed', 'trusted']
  for (const name of types) {
    it(`works for the client ${name}, whose refresh token works as well`, async () => {
      const { ada } = world().people
      const rp = await world().relyingParty(name)
      const { tokens } = await signInTo(rp, ada, { world: world() })
      assert.equal(tokens.claims()?.sub, ada.account.id)
      assert.equal((await rp.userinfo(tokens)).email, ada.email)
      const refreshed = await rp.refresh(String(tokens.refresh_token))
      assert.equal(refreshed.claims()?.sub, ada.account.id)
    })
  }

  it('takes any loopback port of a native app (RFC 8252 §7.3)', async () => {
    const rp = await world().relyingParty('native')
    const attempt = await rp.start({ redirect_uri: 'http://127.0.0.1:51004/callback' })
    const { url } = await signIn(world().browser().tab(), attempt.url, world().people.ada)
    assert.equal(url.host, '127.0.0.1:51004')
    assert.ok((await attempt.finish(url)).access_token)
  })

  it('tells a pairwise client another name of the person everywhere (OIDC Core §8.1)', async () => {
    const { ada } = world().people
    const rp = await world().relyingParty('pairwise')
    const { tokens } = await signInTo(rp, ada, { world: world() })
    const sub = tokens.claims()?.sub
    assert.notEqual(sub, ada.account.id)
    assert.equal((await rp.userinfo(tokens)).sub, sub)
    assert.equal((await rp.introspect(tokens.access_token)).sub, sub)
    const again = await signInTo(rp, ada, { world: world() })
    assert.equal(again.tokens.claims()?.sub, sub)
  })

  it('gives a JWT for a registered API, of the scopes this client may have (RFC 9068, RFC 8707)', async () => {
    const { ada } = world().people
    const rp = await world().relyingParty('spa')
    const { tokens } = await signInTo(rp, ada, {
      world: world(),
      parameters: { resource: api, scope: 'openid read write' },
      redeem: { resource: api },
    })
    const { payload, protectedHeader } = await verify(world(), tokens.access_token)
    assert.deepEqual([protectedHeader.typ, protectedHeader.alg], ['at+jwt', 'ES256'])
    assert.partialDeepStrictEqual(payload, {
      iss: world().issuer,
      aud: api,
      sub: ada.account.id,
      client_id: 'spa',
      scope: 'read',
    })
    assert.equal(Number(payload.exp) - Number(payload.iat), 600) // Q12
    assert.equal(typeof payload.jti, 'string')
  })

  it('lives in its own tenant: another issuer, another cookie, another person (DESIGN §3)', async () => {
    const { ada } = world().people
    const browser = world().browser()
    const here = await world().relyingParty('trusted')
    await signInTo(here, ada, { world: world(), tab: browser.tab() })

    const there = await world().addClient('trusted', {}, world().acme)
    const rp = await world().relyingParty(there)
    const attempt = await rp.start({ prompt: 'none' })
    const refused = await browser.tab().open(attempt.url)
    assert.equal(refused.url.searchParams.get('error'), 'login_required')

    const { tokens } = await signInTo(rp, world().adaOfAcme, {
      world: world(),
      tab: browser.tab(),
    })
    assert.equal(tokens.claims()?.iss, `${world().issuer}/t/acme`)
    assert.equal(tokens.claims()?.sub, world().adaOfAcme.account.id)
    assert.equal(browser.cookies.find('signet-acme')?.path, '/t/acme')
  })

  describe('leads through a code that', () => {
    async function codeFor(name: ClientName): Promise<{ attempt: Attempt; back: URL }> {
      const rp = await world().relyingParty(name)
      const attempt = await rp.start()
      const { url } = await signIn(world().browser().tab(), attempt.url, world().people.ada)
      return { attempt, back: url }
    }

    it('works once; a second use takes back what the first one gave (Q5, RFC 9700 §4.5)', async () => {
      const rp = await world().relyingParty('web')
      const { attempt, back } = await codeFor('web')
      const tokens = await attempt.finish(back)
      assert.equal((await errorOf(attempt.finish(back))).error, 'invalid_grant')
      assert.equal((await rp.introspect(tokens.access_token)).active, false)
      assert.equal((await errorOf(rp.refresh(String(tokens.refresh_token)))).error, 'invalid_grant')
    })

    it('is dead after a minute (Q5)', async () => {
      const { attempt, back } = await codeFor('web')
      await world().pass(66) // a clock may be five seconds off
      assert.equal((await errorOf(attempt.finish(back))).error, 'invalid_grant')
    })

    it('is of no use with the verifier of another attempt, and gone after five (Q4)', async () => {
      const { attempt, back } = await codeFor('web')
      const redeem = (verifier: string) => redeemByHand(world(), back, verifier)
      for (let count = 0; count < 5; count += 1) {
        assert.equal((await redeem('x'.repeat(43))).error, 'invalid_grant')
      }
      assert.equal((await redeem(attempt.verifier)).error, 'invalid_grant')
    })

    it('is of no use to another client, and stays good for its own (RFC 6749 §4.1.3)', async () => {
      const { attempt, back } = await codeFor('web')
      const thief = world().client('post')
      const body = codeForm(back, attempt.verifier, world().client('web').redirectUri)
      body.set('client_id', thief.clientId)
      body.set('client_secret', String(thief.secret))
      const response = await world().transport.fetch(`${world().issuer}/token`, {
        method: 'POST',
        body,
      })
      assert.equal(response.status, 400)
      assert.partialDeepStrictEqual(await response.json(), { error: 'invalid_grant' })
      assert.ok((await attempt.finish(back)).access_token)
    })

    it('is not given without PKCE, and the refusal names the issuer (Q4, Q6)', async () => {
      const rp = await world().relyingParty('web')
      const attempt = await rp.start()
      attempt.url.searchParams.delete('code_challenge')
      attempt.url.searchParams.delete('code_challenge_method')
      const { url } = await world().browser().tab().open(attempt.url)
      assert.equal(url.searchParams.get('error'), 'invalid_request')
      assert.equal(url.searchParams.get('iss'), world().issuer)
    })

    it('is never sent to an address that is not registered (Q1, Q7)', async () => {
      const rp = await world().relyingParty('web')
      const near = ['/', '?x=1', '/..', '%2f'].map((end) => rp.client.redirectUri + end)
      for (const redirectUri of [...near, 'https://evil.example.test/callback']) {
        const attempt = await rp.start({ redirect_uri: redirectUri })
        const page = await world().browser().tab().open(attempt.url)
        assert.equal(page.isElsewhere, false)
        assert.equal(page.status, 400)
        assert.match(page.text, /[2-9A-Z]{4}-[2-9A-Z]{4}/, 'a reference code')
      }
    })
  })
})

function codeForm(back: URL, verifier: string, redirectUri: string): URLSearchParams {
  return new URLSearchParams({
    grant_type: 'authorization_code',
    code: String(back.searchParams.get('code')),
    redirect_uri: redirectUri,
    code_verifier: verifier,
  })
}

async function redeemByHand(
  world: World,
  back: URL,
  verifier: string,
): Promise<{ error?: string }> {
  const { clientId, secret, redirectUri } = world.client('web')
  const response = await world.transport.fetch(`${world.issuer}/token`, {
    method: 'POST',
    body: codeForm(back, verifier, redirectUri),
    headers: { authorization: `Basic ${btoa(`${clientId}:${String(secret)}`)}` },
  })
  return (await response.json()) as { error?: string }
}

async function verify(world: World, token: string) {
  const response = await world.transport.fetch(`${world.issuer}/jwks`)
  const keys = createLocalJWKSet((await response.json()) as JSONWebKeySet)
  assert.equal(decodeJwt(token).iss, world.issuer)
  return jwtVerify(token, keys, { currentDate: new Date(world.clock.now()) })
}
