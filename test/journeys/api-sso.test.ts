import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { randomPKCECodeVerifier, calculatePKCECodeChallenge } from 'openid-client'
import { apiOf, refusalOf } from '#test/support/api.ts'
import type { Answer } from '#test/support/protocol.ts'
import type { Tab } from '#test/support/browser.ts'
import { comeBack, connect } from '#test/support/foreign-sign-in.ts'
import { startLyingProvider } from '#test/support/lying-provider.ts'
import type { LyingProvider } from '#test/support/lying-provider.ts'
import { basic } from '#test/support/protocol.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

describeInWorlds('signing in elsewhere, for a front end with pages of its own', (world) => {
  let provider: LyingProvider
  let people = 0
  before(async () => {
    provider = await startLyingProvider()
  })
  after(() => provider[Symbol.asyncDispose]())

  async function open(document: object = {}) {
    people += 1
    const who = { sub: `api${people}`, email: `api${people}@example.test` }
    provider.lie({ claims: (claims) => Object.assign(claims, who) })
    const connection = await connect(world(), provider, document)
    const client = await world().addClient('spa', { first_party: true, api_login: true })
    const verifier = randomPKCECodeVerifier()
    const query = {
      client_id: client.clientId,
      redirect_uri: client.redirectUri,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: 'a state',
    }
    return { who, connection, client, verifier, query, api: apiOf(world(), client) }
  }

  type Scene = Awaited<ReturnType<typeof open>>

  const authorize = ({ api, connection }: Scene, query: Readonly<Record<string, string>>) =>
    api.get(`/auth/sso/${connection.id}/authorize?${new URLSearchParams(query).toString()}`)

  /** There, and back to the front end: where it is then. */
  async function goThere(scene: Scene, tab: Tab = world().browser().tab()): Promise<URL> {
    const answer = await authorize(scene, scene.query)
    assert.equal(answer.status, 200, answer.body)
    const left = await tab.open(answer.text('authorization_url'))
    assert.ok(left.isElsewhere, left.text)
    const page = await comeBack(tab, left.url, provider.authorize(left.url.href))
    assert.ok(page.isElsewhere, page.text)
    return page.url
  }

  const redeem = (
    { api, client, connection, verifier }: Scene,
    back: URL,
    other: Readonly<Record<string, string>> = {},
  ): Promise<Answer> => {
    const code = back.searchParams.get('code') ?? ''
    const query = { client_id: client.clientId, code, code_verifier: verifier, ...other }
    const { connection: id = connection.id, ...rest } = query as Record<string, string>
    return api.get(`/auth/sso/${id}/callback?${new URLSearchParams(rest).toString()}`)
  }

  it('ends in tokens for this API, as any sign-in', async () => {
    const scene = await open()
    const back = await goThere(scene)
    assert.equal(back.href.split('?')[0], scene.client.redirectUri)
    const { state, iss } = Object.fromEntries(back.searchParams)
    assert.deepEqual([state, iss], ['a state', world().issuer])
    const answer = await redeem(scene, back)
    assert.equal(answer.status, 200, answer.body)
    const me = await scene.api.get('/auth/me', { token: answer.text('access_token') })
    assert.equal(me.json['email'], scene.who.email)
  })

  it('gives tokens once, however many ask at once (RFC 6749 §4.1.2)', async () => {
    const scene = await open()
    const back = await goThere(scene)
    const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(scene, back)))
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
    const others = answers.filter(({ status }) => status !== 200).map(refusalOf)
    assert.deepEqual([...new Set(others)], ['401 api.code_over'])
  })

  it('gives none for a wrong verifier, another application or another connection, and uses the code up', async () => {
    const scene = await open()
    const other = await connect(world(), provider)
    const stranger = await world().addClient('spa', { first_party: true, api_login: true })
    for (const wrong of [
      { code_verifier: randomPKCECodeVerifier() },
      { client_id: stranger.clientId },
      { connection: other.id },
    ]) {
      const back = await goThere(scene)
      assert.equal(refusalOf(await redeem(scene, back, wrong)), '401 api.code_over')
      assert.equal(refusalOf(await redeem(scene, back)), '401 api.code_over')
    }
    const back = await goThere(scene)
    await world().pass(61)
    assert.equal(refusalOf(await redeem(scene, back)), '401 api.code_over')
  })

  it('sends nobody to an address that is not registered, nor for who may not (RFC 9700 §4.1)', async () => {
    const scene = await open()
    const { clientId: withoutRight } = world().client('web')
    for (const wrong of [
      { redirect_uri: `${scene.client.redirectUri}/` },
      { redirect_uri: 'https://evil.test/callback' },
      { client_id: withoutRight },
      { client_id: 'nobody' },
    ]) {
      const answer = await authorize(scene, { ...scene.query, ...wrong })
      const page = await world().browser().tab().open(answer.text('authorization_url'))
      assert.deepEqual([page.status, page.isElsewhere], [400, false], JSON.stringify(wrong))
    }
    const plain = { ...scene.query, code_challenge_method: 'plain' }
    assert.equal((await authorize(scene, plain)).status, 400)
    const off = await open({ status: 'disabled' })
    assert.equal(refusalOf(await authorize(off, off.query)), '404 api.connection_unknown')
  })

  it('authenticates a confidential application by its header alone', async () => {
    const scene = await open()
    const client = await world().addClient('web', { first_party: true, api_login: true })
    const own = { ...scene, client, api: apiOf(world(), client) }
    const query = { ...scene.query, client_id: client.clientId, redirect_uri: client.redirectUri }
    const back = await goThere({ ...own, query })
    const code = back.searchParams.get('code') ?? ''
    const address = `/auth/sso/${scene.connection.id}/callback?${new URLSearchParams({
      code,
      code_verifier: scene.verifier,
    }).toString()}`
    const bare = await own.api.get(`${address}&client_id=${client.clientId}`)
    assert.equal(refusalOf(bare), '401 api.client_refused')
    const authorization = basic(client.clientId, client.secret ?? '')
    const answer = await own.api.get(address, { headers: { authorization } })
    assert.equal(answer.status, 200, answer.body)
  })

  it('tells the front end of a failure, and of an account that stands here already, without a reason', async () => {
    const scene = await open()
    const tab = world().browser().tab()
    const answer = await authorize(scene, scene.query)
    const { url } = await tab.open(answer.text('authorization_url'))
    const state = url.searchParams.get('state') ?? ''
    const cancelled = await comeBack(
      tab,
      url,
      new URLSearchParams({ state, error: 'access_denied' }),
    )
    assert.equal(cancelled.url.searchParams.get('error'), 'access_denied')
    assert.equal(cancelled.url.searchParams.get('state'), 'a state')

    const person = await world().addAccount()
    const taken = await open()
    provider.lie({ claims: (claims) => Object.assign(claims, { sub: 'x', email: person.email }) })
    assert.equal((await goThere(taken)).searchParams.get('error'), 'interaction_required')
  })
})
