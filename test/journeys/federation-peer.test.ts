import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { connectionUrl } from '#federation/federation.ts'
import { connect, follow } from '#test/support/foreign-sign-in.ts'
import { isConsent, signIn } from '#test/support/person.ts'
import { openWorld } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

/** The other side is an oidc-provider of its own, asked over HTTP, with people, sessions and consent of its own. */
describeInWorlds('a sign-in at an OpenID Provider (oidc-provider)', (world) => {
  let upstream: World
  before(async () => {
    upstream = await openWorld()
  })
  after(() => upstream[Symbol.asyncDispose]())

  let made = 0

  async function open(parameters: Readonly<Record<string, string>> = {}) {
    made += 1
    const id = `op-${made}`
    const { main } = world()
    const callback = connectionUrl(main, id as Parameters<typeof connectionUrl>[1], 'callback')
    const metadata = { redirect_uris: [callback], id_token_signed_response_alg: 'RS256' }
    const client = await upstream.addClient('web', metadata)
    const { clientId, secret = '' } = client
    const { issuer } = upstream
    const peer = { issuer, clientId, clientSecret: secret }
    const connection = await connect(world(), peer, { id, ...parameters })
    const rp = await world().relyingParty('trusted')
    const tab = world().browser().tab()
    const attempt = await rp.start()
    await tab.open(attempt.url)
    return { connection, rp, tab, attempt }
  }

  it('goes there, signs in, consents, comes back and is somebody here', async () => {
    const { connection, tab, attempt } = await open()
    const left = await follow(tab, connection)
    assert.equal(left.url.origin, new URL(upstream.issuer).origin)
    const person = await upstream.addAccount()
    const there = await signIn(upstream.browser().tab(), left.url, person)
    const back = await tab.open(there.url)
    assert.ok(back.isElsewhere && !isConsent(back), back.text)
    const claims = (await attempt.finish(back.url)).claims() ?? assert.fail('no ID token')
    assert.equal(claims['email'], person.email)
    assert.notEqual(claims.sub, person.account.id)
  })

  it('knows us by a key it fetches here, and by no secret (RFC 7523 §2.2)', async () => {
    const id = 'keyed'
    const { main } = world()
    const brand = id as Parameters<typeof connectionUrl>[1]
    const metadata = {
      redirect_uris: [connectionUrl(main, brand, 'callback')],
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks_uri: connectionUrl(main, brand, 'jwks'),
      id_token_signed_response_alg: 'RS256',
    }
    const { clientId } = await upstream.addClient('web', metadata)
    const peer = { issuer: upstream.issuer, clientId, clientSecret: '' }
    const document = { id, client_secret: undefined, token_endpoint_auth_method: 'private_key_jwt' }
    const connection = await connect(world(), peer, document)

    const published = await world().transport.fetch(metadata.jwks_uri)
    assert.equal(published.headers.get('content-type'), 'application/jwk-set+json')
    const { keys } = (await published.json()) as { keys: Record<string, unknown>[] }
    assert.deepEqual(
      keys.map(({ kty, d }) => [kty, d]),
      [['EC', undefined]],
    )
    for (const other of ['nowhere', 'x', 'KEYED'])
      assert.equal(
        (await world().transport.fetch(`${main.issuer}/federation/${other}/jwks`)).status,
        404,
      )
    const elsewhere = `${world().acme.issuer}/federation/${id}/jwks`
    assert.equal((await world().transport.fetch(elsewhere)).status, 404)

    const attempt = await (await world().relyingParty('trusted')).start()
    const tab = world().browser().tab()
    await tab.open(attempt.url)
    const left = await follow(tab, connection)
    const person = await upstream.addAccount()
    const there = await signIn(upstream.browser().tab(), left.url, person)
    const back = await tab.open(there.url)
    assert.ok(back.isElsewhere && !isConsent(back), back.text)
    assert.equal((await attempt.finish(back.url)).claims()?.['email'], person.email)
  })

  it('is asked anew over there when the application asks anew here', async () => {
    const { connection, rp, tab } = await open()
    const person = await upstream.addAccount()
    const theirs = upstream.browser().tab()
    const first = await follow(tab, connection)
    await tab.open((await signIn(theirs, first.url, person)).url)

    await world().pass(120)
    const attempt = await rp.start({ prompt: 'login' })
    await tab.open(attempt.url)
    const left = await follow(tab, connection)
    const there = await theirs.open(left.url)
    assert.equal(there.isElsewhere, false) // a session over there is not enough
    await theirs.submit({ password: person.password })
    const back = await tab.open(theirs.page.url)
    assert.ok(back.isElsewhere, back.text)
    const at = Math.floor(world().clock.now() / 1000)
    assert.equal((await attempt.finish(back.url)).claims()?.auth_time, at)
  })

  it('is not taken for more than it was: an old session over there is an old sign-in here (Q64)', async () => {
    const { connection, rp, tab } = await open()
    const person = await upstream.addAccount()
    const theirs = upstream.browser().tab()
    const first = await follow(tab, connection)
    await tab.open((await signIn(theirs, first.url, person)).url)
    const signedInAt = Math.floor(world().clock.now() / 1000)

    await world().pass(1200)
    const fresh = world().browser().tab()
    const attempt = await rp.start({ max_age: '3600' })
    await fresh.open(attempt.url)
    const left = await follow(fresh, connection)
    const back = await fresh.open((await theirs.open(left.url)).url)
    assert.ok(back.isElsewhere, back.text)
    assert.equal((await attempt.finish(back.url)).claims()?.auth_time, signedInAt)
  })
})
