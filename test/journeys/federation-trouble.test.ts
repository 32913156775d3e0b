import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { comeBack, connect, follow, signInThere } from '#test/support/foreign-sign-in.ts'
import { startLyingProvider } from '#test/support/lying-provider.ts'
import type { Lies, LyingProvider } from '#test/support/lying-provider.ts'
import { proveIdentity } from '#test/support/person.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const actor = { kind: 'cli' } as const
const failed = 'You’re not signed in yet'

describeInWorlds('a sign-in elsewhere that goes wrong', (world) => {
  let provider: LyingProvider
  let people = 0
  before(async () => {
    provider = await startLyingProvider()
  })
  after(() => provider[Symbol.asyncDispose]())

  /** Lies of somebody new. */
  function lie(lies: Lies = {}, more: object = {}) {
    people += 1
    const who = { sub: `t${people}`, email: `trouble${people}@example.test` }
    provider.lie({ ...lies, claims: (claims) => Object.assign(claims, who, more) })
    return who
  }

  async function open(document: object = {}) {
    const connection = await connect(world(), provider, document)
    const rp = await world().relyingParty('trusted')
    const browser = world().browser()
    const begin = async (tab = browser.tab()) => {
      const attempt = await rp.start()
      await tab.open(attempt.url)
      return { tab, attempt }
    }
    return { connection, browser, begin, ...(await begin()) }
  }

  type Scene = Awaited<ReturnType<typeof open>>

  /** The local way in is none the worse for it. */
  async function signInHere({ tab, attempt }: Pick<Scene, 'tab' | 'attempt'>): Promise<void> {
    await tab.submit({}, 'Sign in another way')
    const page = await proveIdentity(tab, world().people.ada)
    assert.ok(page.isElsewhere, page.text)
    assert.equal((await attempt.finish(page.url)).claims()?.sub, world().people.ada.account.id)
  }

  const reasons = async () =>
    (await world().app.audit.list(world().main.id, { limit: 5 }))
      .filter(({ type }) => type === 'federation.failed')
      .map(({ detail }) => detail?.['reason'])

  it('was left over there: a page says so, and another way is open', async () => {
    lie()
    const scene = await open()
    const { url } = await follow(scene.tab, scene.connection)
    const state = url.searchParams.get('state') ?? ''
    const answer = new URLSearchParams({
      state,
      error: 'access_denied',
      error_description: 'Click <b>here</b>',
    })
    const page = await comeBack(scene.tab, url, answer)
    assert.equal(page.heading, failed)
    assert.match(page.text, /came back from Peer \d+ without signing in/)
    assert.doesNotMatch(page.html, /Click/)
    assert.match(page.text, /Reference [2-9A-Z]{4}-[2-9A-Z]{4}/)
    assert.equal((await reasons())[0], 'upstream_cancelled')
    await signInHere(scene)
  })

  const broken: readonly (readonly [string, Lies])[] = [
    ['fails', { respond: { discovery: (res) => res.writeHead(500).end('no') } }],
    ['says nonsense', { respond: { discovery: (res) => res.writeHead(200).end('<html>') } }],
    [
      'sends people on',
      { respond: { discovery: (res) => res.writeHead(302, { location: '/x' }).end() } },
    ],
    ['says nothing', { respond: { discovery: () => undefined } }],
  ]
  for (const [what, lies] of broken)
    it(`has a page within five seconds where the other side ${what} (Q76)`, async () => {
      lie(lies)
      const scene = await open()
      const begun = performance.now()
      const page = await follow(scene.tab, scene.connection)
      assert.ok(performance.now() - begun < 6000)
      assert.equal(page.heading, failed)
      assert.match(page.text, /didn’t answer/)
      assert.equal((await reasons())[0], 'upstream_unavailable')
      await signInHere(scene)
    })

  it('was answered by what does not hold: nothing is told of why, and nobody is made an account', async () => {
    const who = lie({ idToken: async () => 'not.a.token' })
    const scene = await open()
    const page = await signInThere(scene.tab, provider, scene.connection)
    assert.match(page.text, /We can’t trust what Peer \d+ answered/)
    assert.equal((await reasons())[0], 'answer_refused')
    assert.equal(await world().app.accounts.findByEmail(world().main.id, who.email), undefined)
    lie()
    await follow(scene.tab, scene.connection)
    const again = await signInThere(scene.tab, provider, scene.connection)
    assert.ok(again.isElsewhere, again.text)
  })

  it('comes back once: a second time it is nobody’s, and the first sign-in stands', async () => {
    lie()
    const scene = await open()
    const { url } = await follow(scene.tab, scene.connection)
    const answer = provider.authorize(url.href)
    const done = await comeBack(scene.tab, url, answer)
    assert.ok(done.isElsewhere, done.text)
    const again = await comeBack(scene.tab, url, answer)
    assert.deepEqual([again.status, again.heading], [400, 'This sign-in can’t go on'])
    assert.ok((await scene.attempt.finish(done.url)).claims()?.sub)
  })

  it('comes back to the browser that left, and to no other (login CSRF, RFC 9700 §4.7)', async () => {
    const who = lie()
    const scene = await open()
    const { url } = await follow(scene.tab, scene.connection)
    const answer = provider.authorize(url.href)
    const stranger = await comeBack(world().browser().tab(), url, answer)
    assert.equal(stranger.heading, 'This sign-in can’t go on')
    assert.equal(await world().app.accounts.findByEmail(world().main.id, who.email), undefined)
    const { page } = { page: await comeBack(scene.tab, url, answer) }
    assert.equal(page.status, 400) // its key is known to somebody else
  })

  it('goes on in each of two tabs', async () => {
    lie()
    const scene = await open()
    const other = await scene.begin()
    const first = await follow(scene.tab, scene.connection)
    const second = await follow(other.tab, scene.connection)
    const back = await comeBack(other.tab, second.url, provider.authorize(second.url.href))
    assert.ok(back.isElsewhere, back.text)
    const late = await comeBack(scene.tab, first.url, provider.authorize(first.url.href))
    assert.ok(late.isElsewhere || late.status < 500, late.text)
  })

  it('is still there behind the Back button', async () => {
    lie()
    const scene = await open()
    await follow(scene.tab, scene.connection)
    const page = await scene.tab.back()
    assert.equal(page.heading, 'Sign in')
    const done = await signInThere(scene.tab, provider, scene.connection)
    assert.ok(done.isElsewhere, done.text)
  })

  it('is over with its interaction: nobody is made an account for it', async () => {
    const who = lie()
    const scene = await open()
    const { url } = await follow(scene.tab, scene.connection)
    const answer = provider.authorize(url.href)
    await scene.tab.back()
    await proveIdentity(scene.tab, world().people.ada)
    const page = await comeBack(scene.tab, url, answer)
    assert.match(page.text, /out of date/)
    assert.equal(await world().app.accounts.findByEmail(world().main.id, who.email), undefined)
  })

  it('opens no account that was disabled, however right it is over there (Q18)', async () => {
    const who = lie()
    const scene = await open()
    assert.ok((await signInThere(scene.tab, provider, scene.connection)).isElsewhere)
    const { id: tenantId } = world().main
    const account = await world().app.accounts.findByEmail(tenantId, who.email)
    await world().app.accounts.setStatus(tenantId, account?.id ?? assert.fail(), 'disabled', actor)
    const next = await scene.begin(world().browser().tab())
    const page = await signInThere(next.tab, provider, scene.connection)
    assert.match(page.text, /This account is paused/)
  })

  it('ends where the connection is switched off meanwhile', async () => {
    const who = lie()
    const scene = await open()
    const { url } = await follow(scene.tab, scene.connection)
    const answer = provider.authorize(url.href)
    const { id } = scene.connection
    const write = { kind: 'changes', changes: { status: 'disabled' } } as const
    const { id: tenantId } = world().main
    await world().app.connections.update({ tenantId, id, origin: 'seed', actor, write })
    const page = await comeBack(scene.tab, url, answer)
    assert.match(page.text, /switched off here/)
    assert.equal(await world().app.accounts.findByEmail(tenantId, who.email), undefined)
    await signInHere(scene)
  })

  it('makes nobody an account where the connection makes none', async () => {
    lie()
    const scene = await open({ just_in_time: 'off' })
    const page = await signInThere(scene.tab, provider, scene.connection)
    assert.match(page.text, /You have no account here yet/)
    await signInHere(scene)
  })
})
