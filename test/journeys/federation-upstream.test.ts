import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Connection } from '#federation/federation.ts'
import { createLogger } from '#telemetry/logger.ts'
import { createMetrics } from '#telemetry/metrics.ts'
import type { Page, Tab } from '#test/support/browser.ts'
import { startLyingProvider, type LyingProvider } from '#test/support/lying-provider.ts'
import { adaOfPeer, startOpenIdPeer, type OpenIdPeer } from '#test/support/openid-peer.ts'
import { isConsent, proveIdentity, signInTo } from '#test/support/person.ts'
import { openWorld, type World } from '#test/support/world.ts'

/** An OpenID Provider that is not ours, seen from a whole sign-in. */
describe('a whole sign-in at a real OpenID Provider', () => {
  const lines: string[] = []
  const metrics = createMetrics({ version: 'test' })
  let world: World
  let peer: OpenIdPeer
  let connection: Connection

  before(async () => {
    const destination = { write: (line: string) => void lines.push(line) }
    const logger = createLogger({ level: 'trace', pretty: false, destination })
    world = await openWorld({ logger, metrics })
    const callback = `${world.issuer}/federation/peer/callback`
    peer = await startOpenIdPeer({ redirectUris: [callback] })
    connection = await connect(world, 'peer', peer)
  })
  after(async () => {
    await peer[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
  })

  async function begin(tab: Tab) {
    const rp = await world.relyingParty('web')
    const attempt = await rp.start()
    await tab.open(attempt.url)
    return attempt
  }

  const leave = (tab: Tab): Promise<Page> => follow(tab, connection)

  it('begins with a button, ends at the application, and leaves no code behind', async () => {
    const tab = world.browser().tab()
    const attempt = await begin(tab)
    const left = await leave(tab)
    assert.equal(left.url.origin, peer.issuer)
    const answer = await peer.visit(left.url)
    let page = await tab.open(answer)
    const [callback, ...onward] = page.hops
    assert.deepEqual([callback?.status, callback?.url.pathname], [303, '/federation/peer/callback'])
    const secrets = ['code', 'state'].map((name) => answer.searchParams.get(name) ?? assert.fail())
    for (const secret of secrets) {
      assert.equal(
        onward.some(({ url }) => url.href.includes(secret)),
        false,
      )
      assert.equal(page.html.includes(secret), false)
      assert.equal(
        lines.some((line) => line.includes(secret)),
        false,
        'in the log',
      )
    }
    if (isConsent(page)) page = await tab.submit({}, 'Allow')
    assert.ok(page.isElsewhere, page.text)
    const claims = (await attempt.finish(page.url)).claims()
    assert.equal(claims?.['email'], adaOfPeer.email)
    const { body } = await metrics.render()
    assert.match(
      body,
      /signet_federation_requests_total\{protocol="oidc",outcome="success",reason="none"\} 1/,
    )
  })

  it('tells nobody where it came from (Referrer-Policy), and is kept by no cache', async () => {
    const answer = await world.transport.fetch(
      `${world.issuer}/federation/peer/callback?code=x&state=y`,
    )
    assert.equal(answer.status, 303)
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer')
    assert.equal(answer.headers.get('cache-control'), 'no-store')
  })

  it('is not taken up by another browser (login CSRF), and its event says why it came to nothing', async () => {
    const mine = world.browser().tab()
    await begin(mine)
    const answer = await peer.visit((await leave(mine)).url)
    const theirs = await world.browser().tab().open(answer)
    assert.equal(theirs.status, 400)
    assert.match(theirs.text, /[2-9A-Z]{4}-[2-9A-Z]{4}/)
    const [event] = await world.app.audit.list(world.main.id, { limit: 1 })
    assert.equal(event?.type, 'federation.failed')
    const reason = { reason: 'errand_unknown', detail: 'state.other_browser' }
    assert.partialDeepStrictEqual(event?.detail, { connection: 'peer', ...reason })
    const page = await mine.open(answer)
    assert.notEqual(page.isElsewhere, true, 'used up for who left, too')
  })

  it('is taken by a POST from another site as well, whose answer opens in the browser that left', async () => {
    const tab = world.browser().tab()
    await begin(tab)
    const answer = await peer.visit((await leave(tab)).url)
    const posted = await world.transport.fetch(`${world.issuer}/federation/peer/callback`, {
      method: 'POST',
      body: answer.searchParams,
      headers: {
        origin: peer.issuer,
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'navigate',
      },
    })
    assert.equal(posted.status, 303)
    const next = posted.headers.get('location') ?? assert.fail()
    assert.match(next, /^\/federation\/peer\/callback\?handle=[\w-]{43}$/)
    assert.equal((await world.browser().tab().open(new URL(next, world.issuer))).status, 400)
  })

  it('fills no audit for who comes back from nowhere (CWE-770), and misses nobody else', async () => {
    const come = (from: string) =>
      world.transport.fetch(`${world.issuer}/federation/peer/callback?state=x`, { from })
    const events = async () => {
      const all = await world.app.audit.list(world.main.id, { limit: 500 })
      return all.filter(({ type }) => type === 'federation.failed').length
    }
    const before = await events()
    for (let count = 0; count < 30; count += 1) await come('203.0.113.77')
    assert.equal((await events()) - before, 20)
    await come('203.0.113.78')
    assert.equal((await events()) - before, 21)
  })

  it('shows nothing the other side wrote freely', async () => {
    const tab = world.browser().tab()
    await begin(tab)
    peer.person = undefined
    const answer = await peer.visit((await leave(tab)).url)
    peer.person = adaOfPeer
    answer.searchParams.set('error_description', 'Call 555-1234 to unlock')
    answer.searchParams.set('error_uri', 'https://evil.test/')
    const page = await tab.open(answer)
    assert.doesNotMatch(page.html, /555|evil/)
    assert.equal(
      lines.some((line) => /555-1234/.test(line)),
      false,
    )
  })
})

describe('a whole sign-in where the other side is down (R7)', () => {
  let world: World
  let provider: LyingProvider
  before(async () => {
    world = await openWorld()
    provider = await startLyingProvider()
    await connect(world, 'down', provider)
  })
  after(async () => {
    await provider[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
  })

  for (const [what, respond] of [
    [
      'says 500',
      (res: { writeHead(status: number): { end(): unknown } }) => void res.writeHead(500).end(),
    ],
    ['does not answer', () => undefined],
  ] as const)
    it(`has a page within five seconds when it ${what}, and goes on here`, async () => {
      provider.lie({ respond: { discovery: respond } })
      const { ada } = world.people
      const rp = await world.relyingParty('web')
      const tab = world.browser().tab()
      const attempt = await rp.start()
      await tab.open(attempt.url)
      const startedAt = performance.now()
      const page = await follow(tab, { id: 'down' })
      assert.ok(performance.now() - startedAt < 6000, 'in time')
      assert.equal(page.isElsewhere, false)
      assert.match(page.text, /[2-9A-Z]{4}-[2-9A-Z]{4}/)
      await tab.submit({}, /another way/i)
      let back = await proveIdentity(tab, ada)
      if (isConsent(back)) back = await tab.submit({}, 'Allow')
      assert.equal((await attempt.finish(back.url)).claims()?.sub, ada.account.id)
    })

  it('does not touch who signs in here', async () => {
    const rp = await world.relyingParty('web')
    const { tokens } = await signInTo(rp, world.people.grace, { world })
    assert.equal(tokens.claims()?.sub, world.people.grace.account.id)
  })
})

async function connect(
  { app, main }: World,
  id: string,
  peer: Pick<OpenIdPeer, 'issuer' | 'clientId' | 'clientSecret'>,
): Promise<Connection> {
  const { issuer, clientId: client_id, clientSecret: client_secret } = peer
  const document = { id, type: 'oidc', name: 'Peer', issuer, client_id, client_secret }
  const saved = await app.connections.create({
    tenantId: main.id,
    document: { ...document, just_in_time: 'on', status: 'active' },
    origin: 'seed',
    actor: { kind: 'cli' },
  })
  assert.equal(saved.outcome, 'saved', JSON.stringify(saved))
  return saved.outcome === 'saved' ? saved.connection : assert.fail()
}

/** Where a button leads: followed as a person follows a link. */
async function follow(tab: Tab, { id }: { readonly id: string }): Promise<Page> {
  const link = new RegExp(`href="([^"]*/leave/${id})"`).exec(tab.page.html)?.[1]
  return tab.open(link ?? assert.fail(`no link to ${id}: ${tab.page.text}`))
}
