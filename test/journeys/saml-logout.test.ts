import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Browser, Tab } from '#test/support/browser.ts'
import { errorOf, type RelyingParty } from '#test/support/relying-party.ts'
import { openSamlPeer, readRedirect, type SamlPeer } from '#test/support/saml-peer.ts'
import { stranger } from '#test/support/saml-messages.ts'
import { redirect } from '#test/support/saml-signing.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

describeInWorlds('signing out where one had signed in by SAML', (world) => {
  async function signedIn(peer: SamlPeer, options: Parameters<SamlPeer['signIn']>[2] = {}) {
    const browser = world().browser()
    const tab = browser.tab()
    return { browser, tab, ...(await peer.signIn(tab, 'web', options)) }
  }

  async function isSignedIn({ rp, browser }: { rp: RelyingParty; browser: Browser }) {
    const page = await browser.tab().open((await rp.start({ prompt: 'none' })).url)
    return page.url.searchParams.has('code')
  }

  const eventsOf = async (type: string) =>
    (await world().app.audit.list(world().main.id, { limit: 500 })).filter(
      (event) => event.type === type,
    )

  it('ends the session it names, its tokens with it, and answers by redirect (SAML Core §3.7.3)', async () => {
    const peer = await openSamlPeer(world())
    const one = await signedIn(peer, { index: '_one' })
    const other = await signedIn(peer, { index: '_two' })
    // in another browser: what is ended is what is named
    const page = await peer.endsByRedirect(
      world().browser().tab(),
      { indexes: ['_one'] },
      { relayState: 'theirs & only theirs' },
    )
    assert.equal(page.url.origin + page.url.pathname, 'https://idp.example/slo')
    const answer = readRedirect(page.url, 'SAMLResponse')
    assert.match(answer, /<samlp:LogoutResponse /)
    assert.match(answer, /StatusCode Value="[^"]+:Success"/)
    assert.match(answer, new RegExp(`InResponseTo="_peer\\d+-${peer.connection.id}"`))
    assert.equal(page.url.searchParams.get('RelayState'), 'theirs & only theirs')
    assert.ok(page.url.searchParams.get('Signature'))
    assert.equal(await isSignedIn(one), false)
    assert.equal(await isSignedIn(other), true)
    const { error } = await errorOf(one.rp.refresh(String(one.tokens.refresh_token)))
    assert.equal(error, 'invalid_grant')
    const [event] = await eventsOf('federation.logged_out')
    assert.deepEqual([event?.outcome, event?.detail?.['sessions']], ['success', 1])
    assert.ok((await eventsOf('session.ended')).length > 0)
  })

  it('ends all sessions of the name where none is named, and nobody else’s (SAML Core §3.7.3.1)', async () => {
    const peer = await openSamlPeer(world())
    const mine = [await signedIn(peer, { index: '_a' }), await signedIn(peer, { index: '_b' })]
    const bob = await signedIn(peer, { name: 'bob', index: '_c' })
    const posted = await peer.endsByPost(peer.signed(peer.request()), 'r')
    assert.equal(posted.status, 303)
    assert.match(posted.headers.get('location') ?? '', /^https:\/\/idp\.example\/slo\?SAMLResponse/)
    assert.deepEqual(await Promise.all(mine.map(isSignedIn)), [false, false])
    assert.equal(await isSignedIn(bob), true)
  })

  it('says yes where nobody is signed in any more: that is what was asked for', async () => {
    const peer = await openSamlPeer(world())
    const page = await peer.endsByRedirect(world().browser().tab(), { name: 'nobody' })
    assert.match(readRedirect(page.url, 'SAMLResponse'), /StatusCode Value="[^"]+:Success"/)
  })

  it('ends it by the latest index, though it was proved there no later than the first (SAML Core §2.7.2)', async () => {
    const peer = await openSamlPeer(world())
    const first = await signedIn(peer, { index: '_first' })
    await peer.signIn(first.tab, 'web', { index: '_latest', parameters: { prompt: 'login' } })
    await peer.endsByRedirect(world().browser().tab(), { indexes: ['_latest'] })
    assert.equal(await isSignedIn(first), false)
  })

  it('ends nothing by the SessionIndex of somebody else', async () => {
    const peer = await openSamlPeer(world())
    const ada = await signedIn(peer, { index: '_ada' })
    await peer.endsByRedirect(ada.tab, { name: 'eve', indexes: ['_ada'] })
    assert.equal(await isSignedIn(ada), true)
  })

  it('ends nothing of who signed in otherwise, though the same person has signed in there', async () => {
    const peer = await openSamlPeer(world())
    const theirs = await openSamlPeer(world())
    const here = await signedIn(peer)
    await signedIn(theirs)
    await theirs.endsByRedirect(world().browser().tab())
    assert.equal(await isSignedIn(here), true, 'another connection, of the same peer and name')
  })

  type Forgery = (peer: SamlPeer, tab: Tab) => Promise<{ readonly status: number }>
  const forged: readonly (readonly [reason: string, what: string, forge: Forgery])[] = [
    [
      'signature_missing',
      'is not signed, by redirect',
      (peer, tab) =>
        tab.open(`${peer.at('slo')}?${redirect(peer.request()).replace(/&SigAlg.*/, '')}`),
    ],
    ['signature_missing', 'is not signed, by POST', (peer) => peer.endsByPost(peer.request())],
    [
      'signature_invalid',
      'is signed by a stranger',
      (peer, tab) => peer.endsByRedirect(tab, {}, { key: stranger }),
    ],
    [
      'issuer_wrong',
      'is of another identity provider',
      (peer, tab) =>
        peer.endsByRedirect(tab, {}, { issuer: '<saml:Issuer>https://evil.example</saml:Issuer>' }),
    ],
    [
      'expired',
      'is over',
      (peer, tab) =>
        peer.endsByRedirect(tab, {}, { values: { NotOnOrAfter: '2020-01-01T00:00:00Z' } }),
    ],
    [
      'stale',
      'is of yesterday',
      (peer, tab) =>
        peer.endsByRedirect(tab, {}, { values: { IssueInstant: '2020-01-01T00:00:00Z' } }),
    ],
    [
      'destination_wrong',
      'is for another connection, or tenant',
      (peer, tab) =>
        peer.endsByRedirect(
          tab,
          {},
          { values: { Destination: `${world().acme.issuer}/federation/acme/slo` } },
        ),
    ],
    [
      'parameters_contradict',
      'is a request and an answer at once',
      (peer, tab) => tab.open(`${peer.at('slo')}?${redirect(peer.request())}&SAMLResponse=x`),
    ],
  ]
  for (const [reason, what, forge] of forged)
    it(`ends nothing for what ${what}: ${reason} (CWE-347, reference/federation.md §2.2, 20)`, async () => {
      const peer = await openSamlPeer(world())
      const ada = await signedIn(peer)
      const { status } = await forge(peer, world().browser().tab())
      assert.equal(status, 400)
      assert.equal(await isSignedIn(ada), true)
      const [event] = await eventsOf('federation.logout_failed')
      assert.equal(event?.detail?.['reason'], reason)
      assert.equal(event?.detail?.['connection'], peer.connection.id)
    })

  it('follows a request once, of twenty at the same time (check 16)', async () => {
    const peer = await openSamlPeer(world())
    const ada = await signedIn(peer)
    const xml = peer.signed(peer.request())
    const answers = await Promise.all(Array.from({ length: 20 }, () => peer.endsByPost(xml)))
    assert.equal(answers.filter(({ status }) => status === 303).length, 1)
    assert.equal(answers.filter(({ status }) => status === 400).length, 19)
    assert.equal(await isSignedIn(ada), false)
    const again = await signedIn(peer, { index: '_again' })
    assert.equal((await peer.endsByPost(xml)).status, 400)
    assert.equal(await isSignedIn(again), true, 'a replay does not end what came after')
  })

  it('is not there for a disabled connection, nor for one of another kind', async () => {
    const peer = await openSamlPeer(world())
    await signedIn(peer)
    const write = { kind: 'changes', changes: { status: 'disabled' } } as const
    const actor = { kind: 'cli' } as const
    const { tenantId, id } = peer.connection
    await world().app.connections.update({ tenantId, id, origin: 'seed', actor, write })
    assert.equal((await peer.endsByPost(peer.signed(peer.request()))).status, 404)
    const page = await peer.endsByRedirect(world().browser().tab())
    assert.equal(page.status, 404)
    const followed = await eventsOf('federation.logged_out')
    assert.ok(followed.every(({ detail }) => detail?.['connection'] !== peer.connection.id))
  })
})
