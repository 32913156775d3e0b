import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { calculatePKCECodeChallenge, randomPKCECodeVerifier } from 'openid-client'
import { apiOf, refusalOf } from '#test/support/api.ts'
import type { Tab } from '#test/support/browser.ts'
import { comeBack, connect } from '#test/support/foreign-sign-in.ts'
import { startLyingProvider, type LyingProvider } from '#test/support/lying-provider.ts'
import type { Answer } from '#test/support/protocol.ts'
import type { Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

describeInWorlds('connecting an account elsewhere by the JSON API', (world) => {
  let provider: LyingProvider
  let people = 0
  before(async () => {
    provider = await startLyingProvider()
  })
  after(() => provider[Symbol.asyncDispose]())

  const be = (sub: string) =>
    provider.lie({ claims: (claims) => Object.assign(claims, { sub, email: `${sub}@peer.test` }) })

  /** Somebody signed in at a front end, who is somebody else over there. */
  async function open(person?: Person, document: object = {}) {
    people += 1
    be(`there${people}`)
    const connection = await connect(world(), provider, document)
    const client = await world().addClient('spa', { first_party: true, api_login: true })
    const api = apiOf(world(), client)
    const owner = person ?? (await world().addAccount())
    const token = (await api.logIn(owner)).text('access_token')
    const verifier = randomPKCECodeVerifier()
    const back = {
      redirect_uri: client.redirectUri,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: 'a state',
    }
    return { connection, client, api, person: owner, token, verifier, back }
  }

  type Scene = Awaited<ReturnType<typeof open>>

  const begin = ({ api, connection, token, back }: Scene, other: object = {}): Promise<Answer> =>
    api.post(`/auth/sso/${connection.id}/link`, { token, body: { ...back, ...other } })

  /** There, and back to the front end: where it is then. */
  async function go(address: string, tab: Tab = world().browser().tab()): Promise<URL> {
    const left = await tab.open(address)
    assert.ok(left.isElsewhere, left.text)
    const page = await comeBack(tab, left.url, provider.authorize(left.url.href))
    assert.ok(page.isElsewhere, page.text)
    return page.url
  }

  async function goThere(scene: Scene): Promise<URL> {
    const answer = await begin(scene)
    assert.equal(answer.status, 200, answer.body)
    return go(answer.text('authorization_url'))
  }

  const finish = (
    { api, connection, token, verifier }: Scene,
    back: URL,
    other: { token?: string; verifier?: string; connection?: string; api?: Scene['api'] } = {},
  ): Promise<Answer> =>
    (other.api ?? api).post(`/auth/sso/${other.connection ?? connection.id}/link/callback`, {
      token: other.token ?? token,
      body: {
        code: back.searchParams.get('code') ?? '',
        code_verifier: other.verifier ?? verifier,
      },
    })

  const identitiesOf = ({ account }: Person) =>
    world().app.connectedAccounts.list(account.tenantId, account.id)

  it('needs a proof on both sides, is told of, and opens the account then', async () => {
    const scene = await open()
    const { person, connection, client } = scene
    const back = await goThere(scene)
    assert.equal(back.href.split('?')[0], client.redirectUri)
    assert.equal(back.searchParams.get('state'), 'a state')
    assert.equal(back.searchParams.get('iss'), world().issuer)
    assert.deepEqual(await identitiesOf(person), [], 'nothing before the front end comes for it')
    assert.equal((await finish(scene, back)).status, 204)
    const [one, ...others] = await identitiesOf(person)
    assert.deepEqual([one?.connectionId, others.length], [connection.id, 0])
    assert.equal(one?.lastUsedAt, undefined, 'no way in until it was one')
    const mails = await world().app.outbox.recent(50)
    const told = mails.filter(({ to, kind }) => to === person.email && kind === 'identity_linked')
    assert.equal(told.length, 1)
    assert.equal(refusalOf(await begin(scene)), '409 api.identity_taken')
  })

  it('happens once, of twenty at once', async () => {
    const scene = await open()
    const back = await goThere(scene)
    const answers = await Promise.all(Array.from({ length: 20 }, () => finish(scene, back)))
    assert.equal(answers.filter(({ status }) => status === 204).length, 1)
    const others = answers.filter(({ status }) => status !== 204).map(refusalOf)
    assert.deepEqual([...new Set(others)], ['401 api.code_over'])
    assert.equal((await identitiesOf(scene.person)).length, 1)
  })

  it('is nobody else’s: another person, session, application, verifier or connection; and is used up', async () => {
    const scene = await open()
    const { api, person } = scene
    const other = await connect(world(), provider)
    const eve = await world().addAccount()
    const stranger = await world().addClient('spa', { first_party: true, api_login: true })
    const elsewhere = apiOf(world(), stranger)
    const tokenOf = async (one: Scene['api'], who: Person) =>
      (await one.logIn(who)).text('access_token')
    for (const wrong of [
      { token: await tokenOf(api, eve) },
      { token: await tokenOf(api, person) },
      { api: elsewhere, token: await tokenOf(elsewhere, person) },
      { verifier: randomPKCECodeVerifier() },
      { connection: other.id },
    ]) {
      const back = await goThere(scene)
      assert.equal(refusalOf(await finish(scene, back, wrong)), '401 api.code_over')
      assert.equal(refusalOf(await finish(scene, back)), '401 api.code_over')
    }
    const late = await goThere(scene)
    await world().pass(61)
    assert.equal(refusalOf(await finish(scene, late)), '401 api.code_over')
    for (const one of [person, eve]) assert.deepEqual(await identitiesOf(one), [])
  })

  it('is nothing in another tenant', async () => {
    const scene = await open()
    const back = await goThere(scene)
    const acme = await world().addTenant(`link-${people}`)
    const theirs = await world().addClient('spa', { first_party: true, api_login: true }, acme)
    const answer = await finish(scene, back, { api: apiOf(world(), theirs) })
    assert.equal(refusalOf(answer), '401 api.token_invalid')
    assert.equal((await finish(scene, back)).status, 204)
  })

  it('is begun by a sign-in of just now, for a connection that is on (Q64)', async () => {
    const scene = await open()
    const { api, connection, back } = scene
    const path = `/auth/sso/${connection.id}/link`
    assert.equal(refusalOf(await api.post(path, { body: back })), '401 api.token_required')
    const off = await open(scene.person, { status: 'disabled' })
    assert.equal(refusalOf(await begin(off)), '404 api.connection_unknown')
    for (const redirect_uri of ['https://evil.test/callback', `${back.redirect_uri}/`]) {
      const refused = await begin(scene, { redirect_uri })
      assert.equal(refusalOf(refused), '400 api.redirect_uri_unknown')
    }
    assert.equal((await begin(scene, { code_challenge_method: 'plain' })).status, 400)
    await world().pass(301)
    assert.equal(refusalOf(await begin(scene)), '401 api.step_up_required')
  })

  it('is finished by a proof that is fresh still, however long they were away (Q64)', async () => {
    const scene = await open()
    await world().pass(290)
    const back = await goThere(scene)
    await world().pass(20)
    assert.equal(refusalOf(await finish(scene, back)), '401 api.step_up_required')
    assert.deepEqual(await identitiesOf(scene.person), [])
    const token = (await scene.api.logIn(scene.person)).text('access_token')
    const anew = { ...scene, token }
    assert.equal((await finish(anew, await goThere(anew))).status, 204)
  })

  it('lets one browser leave, once, in two minutes, for the connection that was asked for', async () => {
    const scene = await open()
    const other = await connect(world(), provider)
    const open400 = async (address: string) => {
      const page = await world().browser().tab().open(address)
      assert.deepEqual([page.status, page.isElsewhere], [400, false], address)
    }
    const answer = (await begin(scene)).text('authorization_url')
    await open400(answer.replace(`/${scene.connection.id}/`, `/${other.id}/`))
    await world().transport.fetch(answer, { method: 'HEAD' })
    const tabs = Array.from({ length: 20 }, () => world().browser().tab())
    await Promise.all(tabs.map((tab) => tab.open(answer)))
    const [{ page: left } = assert.fail('nobody left'), ...more] = tabs.filter(
      ({ page }) => page.isElsewhere,
    )
    assert.deepEqual(more, [])
    await open400(answer)
    const late = (await begin(scene)).text('authorization_url')
    await world().pass(121)
    await open400(late)
    const said = provider.authorize(left.url.href)
    const stranger = await comeBack(world().browser().tab(), left.url, said)
    assert.equal(stranger.isElsewhere, false, 'login CSRF: only who left comes back')
    assert.deepEqual(await identitiesOf(scene.person), [])
  })

  it('is over with the session that asked, and with all that was ended (Q17)', async () => {
    const scene = await open()
    const back = await goThere(scene)
    const { account } = scene.person
    await world().app.accounts.end(account.tenantId, account.id, { kind: 'cli' })
    assert.equal(refusalOf(await finish(scene, back)), '401 api.token_invalid')
    await world().pass(2)
    const token = (await scene.api.logIn(scene.person)).text('access_token')
    assert.equal(refusalOf(await finish(scene, back, { token })), '401 api.code_over')
  })

  it('takes nothing from anybody, and says why it cannot be', async () => {
    const scene = await open()
    assert.equal((await finish(scene, await goThere(scene))).status, 204)
    const eve = await world().addAccount()
    const token = (await scene.api.logIn(eve)).text('access_token')
    const theirs = { ...scene, person: eve, token }
    const taken = await finish(theirs, await goThere(theirs))
    assert.equal(refusalOf(taken), '409 api.identity_taken')
    assert.deepEqual(await identitiesOf(eve), [])

    const weak = await open(eve, { required_amr: ['mfa'] })
    const refused = await finish(weak, await goThere(weak))
    assert.equal(refusalOf(refused), '403 api.identity_refused')
    const { details } = refused.json['error'] as { details: object }
    assert.deepEqual(details, { reason: 'authentication_too_weak' })

    const gone = await open(eve)
    const back = await goThere(gone)
    const { tenantId, id } = gone.connection
    const by = { origin: 'seed', actor: { kind: 'cli' } } as const
    const write = { kind: 'changes', changes: { status: 'disabled' } } as const
    await world().app.connections.update({ tenantId, id, ...by, write })
    assert.equal(refusalOf(await finish(gone, back)), '404 api.connection_unknown')
  })

  it('tells the front end of a failure over there, without a reason', async () => {
    const scene = await open()
    const tab = world().browser().tab()
    const { url } = await tab.open((await begin(scene)).text('authorization_url'))
    const state = url.searchParams.get('state') ?? ''
    const said = new URLSearchParams({ state, error: 'access_denied' })
    const cancelled = await comeBack(tab, url, said)
    const { error, state: given } = Object.fromEntries(cancelled.url.searchParams)
    assert.deepEqual([error, given], ['access_denied', 'a state'])
  })
})
