import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import type { Connection } from '#federation/federation.ts'
import { brandId, type ConnectionId } from '#kit/ids.ts'
import type { Tab } from '#test/support/browser.ts'
import { startLyingProvider, type LyingProvider } from '#test/support/lying-provider.ts'
import { csrfOf, openMyAccount, postByHand } from '#test/support/my-account.ts'
import { password, type Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

describeInWorlds('connected accounts in My account', (world) => {
  let provider: LyingProvider
  let made = 0
  before(async () => {
    provider = await startLyingProvider()
  })
  after(() => provider[Symbol.asyncDispose]())

  const be = (sub: string) =>
    provider.lie({ claims: (claims) => Object.assign(claims, { sub, email: `${sub}@peer.test` }) })

  async function connection(): Promise<Connection> {
    made += 1
    const { issuer, clientId: client_id, clientSecret: client_secret } = provider
    const id = `mine-${made}`
    const document = { id, type: 'oidc', name: `Mine ${made}`, issuer, client_id, client_secret }
    const saved = await world().app.connections.create({
      tenantId: world().main.id,
      document: { ...document, status: 'active' },
      origin: 'seed',
      actor: { kind: 'cli' },
    })
    assert.ok(saved.outcome === 'saved')
    return saved.connection
  }

  async function open(person?: Person) {
    const peer = await connection()
    const owner = person ?? (await world().addAccount())
    be(`sub-${made}`)
    const mine = await openMyAccount(world(), owner, 'connected')
    return { peer, person: owner, ...mine }
  }

  type Scene = Awaited<ReturnType<typeof open>>

  const begin = ({ tab, peer }: Pick<Scene, 'tab' | 'peer'>) =>
    tab.submit({ connection: peer.id }, `Connect ${peer.name}`)

  /** Where the page of the way out leads. */
  function wayOut({ page }: Tab): URL {
    const address = /<a class="button primary" href="([^"]+)"/.exec(page.html)?.[1]
    return new URL((address ?? assert.fail(page.text)).replaceAll('&amp;', '&'))
  }

  /** Goes there, signs in, and comes back in this tab. */
  async function goAndComeBack(tab: Tab, url = wayOut(tab)) {
    const callback = new URL(url.searchParams.get('redirect_uri') ?? '')
    callback.search = provider.authorize(url.href).toString()
    return tab.open(callback)
  }

  async function connected(scene: Scene) {
    await begin(scene)
    return goAndComeBack(scene.tab)
  }

  const identitiesOf = ({ account }: Person) =>
    world().app.connectedAccounts.list(account.tenantId, account.id)

  /** Buttons are told by what they post: two of a page have the same name. */
  const pressed = (scene: Scene, what: string, id: string) =>
    postByHand(world(), scene.tab, `${scene.home}/connected/${what}`, {
      form: { csrf: csrfOf(scene.tab.page), connection: id },
    })

  it('are connected by a proof on both sides, told of, exported, and disconnected', async () => {
    const scene = await open()
    const { tab, peer, person, home } = scene
    const page = await connected(scene)
    assert.equal(page.url.pathname, '/account/connected')
    assert.match(page.text, new RegExp(`${peer.name} is connected`))
    assert.match(page.text, /Account there sub-\d+@peer\.test/)
    assert.equal((await identitiesOf(person)).length, 1)
    await tab.open(`${home}/methods`)
    assert.match(tab.page.text, /You have 1 connected account/)
    const activity = await tab.open(`${home}/activity`)
    assert.match(activity.text, /Account connected/)
    await tab.open(`${home}/data`)
    const exported = await postByHand(world(), tab, `${home}/data/export`, {
      form: { csrf: csrfOf(tab.page) },
    })
    const { connected_accounts: listed } = (await exported.json()) as {
      connected_accounts: readonly { connection: string }[]
    }
    assert.deepEqual(
      listed.map(({ connection }) => connection),
      [peer.id],
    )
    await tab.open(`${home}/connected`)
    const removed = await tab.submit({ connection: peer.id }, `Disconnect ${peer.name}`)
    assert.match(removed.text, new RegExp(`${peer.name} is disconnected`))
    assert.deepEqual(await identitiesOf(person), [])
    const mails = await world().app.outbox.recent(50)
    const kinds = mails.filter(({ to }) => to === person.email).map(({ kind }) => kind)
    for (const kind of ['identity_linked', 'identity_unlinked']) assert.ok(kinds.includes(kind))
  })

  it('lead out by a page with a link: no form of My account ends on another host', async () => {
    const scene = await open()
    const page = await begin(scene)
    assert.equal(page.status, 200)
    assert.equal(page.url.pathname, `/federation/${scene.peer.id}/link`)
    assert.ok(wayOut(scene.tab).href.startsWith(provider.issuer))
    const again = await scene.tab.open(page.url)
    assert.equal(again.url.pathname, '/account/connected', 'a ticket is for once')
  })

  it('lead one out by a ticket, of twenty at once', async () => {
    const scene = await open()
    const asked = await pressed(scene, 'link', scene.peer.id)
    const address = new URL(asked.headers.get('location') ?? '', world().issuer)
    scene.browser.cookies.take(asked.headers.getSetCookie(), address)
    const headers = { cookie: scene.tab.cookieHeader(address) }
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => world().transport.fetch(address.href, { headers })),
    )
    const count = (wanted: number) => answers.filter(({ status }) => status === wanted).length
    assert.deepEqual([count(200), count(303)], [1, 19])
  })

  it('are nobody else’s to connect: another browser, another connection, another session', async () => {
    const scene = await open()
    const { tab, peer, person } = scene
    const asked = await pressed(scene, 'link', peer.id)
    assert.equal(asked.status, 303)
    const address = new URL(asked.headers.get('location') ?? '', world().issuer)
    const stranger = world().browser().tab()
    await stranger.open(address)
    assert.notEqual(stranger.page.url.pathname, address.pathname)

    await tab.open(`${scene.home}/connected`)
    await begin(scene)
    const url = wayOut(tab)
    await goAndComeBack(world().browser().tab(), url)
    assert.deepEqual(await identitiesOf(person), [], 'login CSRF: only who left comes back')
  })

  it('are not connected once the session that asked is over, or everything was ended (Q17)', async () => {
    for (const how of ['sign out', 'end'] as const) {
      const scene = await open()
      const { tab, person, browser } = scene
      await begin(scene)
      const url = wayOut(tab)
      const other = browser.tab()
      await other.open(`${scene.home}/profile`)
      if (how === 'sign out') await other.submit({}, 'Sign out')
      else
        await world().app.accounts.end(person.account.tenantId, person.account.id, { kind: 'cli' })
      await goAndComeBack(tab, url)
      assert.deepEqual(await identitiesOf(person), [], how)
    }
  })

  it('are changed by who has just proved who they are, and with the token of the page (Q64, Q67)', async () => {
    const scene = await open()
    const { peer, person, tab, home } = scene
    await connected(scene)
    const forged = await postByHand(world(), tab, `${home}/connected/unlink`, {
      form: { csrf: 'x', connection: peer.id },
    })
    assert.equal(forged.status, 403)
    await world().pass(301)
    for (const what of ['link', 'unlink']) {
      const answer = await pressed(scene, what, peer.id)
      assert.match(answer.headers.get('location') ?? '', /\/authorize\?.*prompt=login/)
    }
    assert.equal((await identitiesOf(person)).length, 1)
    await tab.open(`${home}/confirm/connected`)
    await tab.submit({ password })
    assert.equal(tab.page.url.pathname, '/account/connected', tab.page.text)
  })

  it('belong to one account, and an account has one of each', async () => {
    const first = await open()
    await connected(first)
    const { account } = await world().addAccount()
    const thief = await openMyAccount(
      world(),
      { ...first.person, email: account.email },
      'connected',
    )
    const page = await connected({ ...first, ...thief })
    assert.match(page.text, /belongs to somebody else here/)
    assert.equal((await identitiesOf(first.person)).length, 1)
    const other = await pressed(first, 'link', first.peer.id)
    assert.equal(other.headers.get('location'), '/account/connected', 'not offered any more')
  })

  it('say what to do when it came to nothing', async () => {
    const scene = await open()
    provider.lie({ respond: { token: (res) => void res.writeHead(500).end() } })
    const page = await connected(scene)
    assert.match(page.title, /^Error: /)
    assert.match(page.text, /Nothing was changed|wasn’t connected/)
    await begin(scene)
    const url = wayOut(scene.tab)
    const callback = new URL(url.searchParams.get('redirect_uri') ?? '')
    const state = url.searchParams.get('state') ?? ''
    const said = { error: 'access_denied', state, iss: provider.issuer }
    callback.search = new URLSearchParams(said).toString()
    const cancelled = await scene.tab.open(callback)
    assert.match(cancelled.text, /without signing in|wasn’t connected/)
  })

  it('are a way in: the last one stays, and a password may go once one was used', async () => {
    const scene = await open()
    const { person, peer, home, tab } = scene
    const { tenantId } = person.account
    await connected(scene)
    const refused = await removePassword(tab, home)
    assert.match(refused.text, /only strong way/)
    const key = (await identitiesOf(person))[0] ?? assert.fail()
    await world()
      .app.database.knex('identities')
      .where({ tenant_id: tenantId, connection_id: key.connectionId })
      .update({ last_used_at: new Date(world().clock.now()) })
    const { account } = person
    await world().app.passwords.removePassword({ account, actor: { kind: 'cli' } }, undefined)
    await tab.open(`${home}/connected`)
    const page = await tab.submit({ connection: peer.id }, `Disconnect ${peer.name}`)
    assert.match(page.text, /only way into your account/)
    assert.equal((await identitiesOf(person)).length, 1)
  })

  async function removePassword(tab: Tab, home: string) {
    await tab.open(`${home}/password`)
    return tab.submit({}, /Remove/)
  }

  it('are unknown in another tenant, as are connections (DESIGN §3)', async () => {
    const scene = await open()
    await connected(scene)
    const elsewhere = await world().addTenant(`connected-${made}`)
    const person = await world().addAccount(undefined, elsewhere)
    const { tab, home } = await openMyAccount(world(), person, 'connected', { tenant: elsewhere })
    assert.doesNotMatch(tab.page.text, new RegExp(scene.peer.name))
    const form = { csrf: csrfOf(tab.page), connection: scene.peer.id }
    const answer = await postByHand(world(), tab, `${home}/connected/link`, { form })
    assert.match(answer.headers.get('location') ?? '', /\/account\/connected$/)
    const id = brandId<ConnectionId>(scene.peer.id)
    assert.equal(await world().app.connections.find(elsewhere.id, id), undefined)
  })
})
