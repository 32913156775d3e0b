import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Tab } from '#test/support/browser.ts'
import type { RelyingParty } from '#test/support/relying-party.ts'
import {
  followOut,
  idOf,
  openSamlPeer,
  readRedirect,
  type SamlPeer,
} from '#test/support/saml-peer.ts'
import { stranger } from '#test/support/saml-messages.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const bye = 'https://web.example.test/bye'
const responder = 'urn:oasis:names:tc:SAML:2.0:status:Responder'

describeInWorlds('signing out here of who had signed in by SAML', (world) => {
  async function signedIn(peer: SamlPeer) {
    const browser = world().browser()
    const tab = browser.tab()
    return { browser, tab, ...(await peer.signIn(tab, 'web')) }
  }
  type SignedIn = Awaited<ReturnType<typeof signedIn>>

  /** Up to the page that leads there. */
  async function signOut({ rp, tab, tokens }: SignedIn) {
    const id_token_hint = String(tokens.id_token)
    const hint = { id_token_hint, post_logout_redirect_uri: bye, state: 'abc' }
    return tab.open(rp.logoutUrl(hint))
  }

  /** As far as their single logout endpoint; the id of our request. */
  async function goThere(person: SignedIn) {
    await signOut(person)
    const there = await followOut(person.tab)
    assert.equal(there.url.origin + there.url.pathname, 'https://idp.example/slo')
    return { url: there.url, id: idOf(there.url, 'SAMLRequest') }
  }

  async function isSignedIn(rp: RelyingParty, tab: Tab) {
    const page = await tab.open((await rp.start({ prompt: 'none' })).url)
    return page.url.searchParams.has('code')
  }

  it('is over here before anybody is asked there, and ends where it would have (SAML Profiles §4.4)', async () => {
    const peer = await openSamlPeer(world())
    const person = await signedIn(peer)
    const page = await signOut(person)
    assert.match(page.heading, /signed out here/)
    assert.equal(page.url.href.includes(bye), false, 'where it ends stands in no address')
    assert.equal(await isSignedIn(person.rp, person.browser.tab()), false)
    const left = await followOut(person.tab)
    const request = readRedirect(left.url, 'SAMLRequest')
    assert.match(request, /<samlp:LogoutRequest /)
    assert.match(request, />ada-42<\/saml:NameID>/)
    assert.match(request, /<samlp:SessionIndex>_session1</)
    assert.ok(left.url.searchParams.get('Signature'))
    const back = await peer.answer(person.tab, idOf(left.url, 'SAMLRequest'))
    assert.equal(back.url.href, `${bye}?state=abc`)
  })

  it('comes back by POST as well, by a GET of our own that has the cookie (check 24)', async () => {
    const peer = await openSamlPeer(world())
    const person = await signedIn(peer)
    const { id } = await goThere(person)
    const posted = await peer.answersByPost(peer.signed(peer.response(id)), id)
    assert.equal(posted.status, 303)
    const page = await person.tab.open(
      new URL(posted.headers.get('location') ?? '', peer.at('slo')),
    )
    assert.equal(page.url.href, `${bye}?state=abc`)
  })

  it('is the same from My account', async () => {
    const peer = await openSamlPeer(world())
    const { tab } = await signedIn(peer)
    await tab.open(`${world().issuer}/account/profile`)
    const page = await tab.submit({}, /sign out/i)
    assert.match(page.heading, /signed out here/)
    const left = await followOut(tab)
    const back = await peer.answer(tab, idOf(left.url, 'SAMLRequest'))
    assert.match(back.heading, /signed out/i)
    assert.equal(back.url.origin, new URL(world().issuer).origin)
  })

  const unconfirmed: readonly (readonly [
    what: string,
    answer: (peer: SamlPeer, tab: Tab, id: string) => Promise<{ readonly text: string }>,
  ])[] = [
    ['refuses', (peer, tab, id) => peer.answer(tab, id, { code: responder })],
    ['signs with another key', (peer, tab, id) => peer.answer(tab, id, { key: stranger })],
    [
      'answers nonsense',
      (peer, tab, id) => tab.open(`${peer.at('slo')}?SAMLResponse=x&RelayState=${id}`),
    ],
    [
      'says it to another address',
      (peer, tab, id) => peer.answer(tab, id, { values: { Destination: 'https://evil.example' } }),
    ],
  ]
  for (const [what, answer] of unconfirmed)
    it(`says plainly where the other side ${what}, and leads on`, async () => {
      const peer = await openSamlPeer(world())
      const person = await signedIn(peer)
      const { id } = await goThere(person)
      const page = await answer(peer, person.tab, id)
      assert.match(page.text, /You’re signed out here/)
      assert.match(page.text, /didn’t confirm/)
      assert.ok(person.tab.page.html.includes(`href="${bye}?state=abc"`), person.tab.page.html)
    })

  it('has a way on where the page of a sign-out that failed is loaded again', async () => {
    const peer = await openSamlPeer(world())
    const person = await signedIn(peer)
    const { id } = await goThere(person)
    const failed = await peer.answer(person.tab, id, { code: responder })
    const again = await person.tab.open(failed.url)
    assert.equal(again.status, 400)
    assert.match(again.html, /<a [^>]*href="\/account"/)
  })

  it('leaves a page behind that leads on where the other side is silent', async () => {
    const peer = await openSamlPeer(world())
    const person = await signedIn(peer)
    await goThere(person)
    const page = await person.tab.back()
    assert.match(page.text, /You’re signed out here/)
    assert.ok(page.html.includes(`href="${bye}?state=abc"`))
  })

  it('believes an answer once, of twenty at the same time', async () => {
    const peer = await openSamlPeer(world())
    const person = await signedIn(peer)
    const { id } = await goThere(person)
    const xml = peer.signed(peer.response(id))
    const all = await Promise.all(Array.from({ length: 20 }, () => peer.answersByPost(xml, id)))
    const pages = await Promise.all(
      all.map((posted) =>
        person.browser.tab().open(new URL(posted.headers.get('location') ?? '', peer.at('slo'))),
      ),
    )
    assert.equal(pages.filter(({ url }) => url.href === `${bye}?state=abc`).length, 1)
    assert.equal(pages.filter(({ status }) => status === 400).length, 19)
  })

  it('is nothing in another browser, at another connection, or unasked for (logout CSRF)', async () => {
    const peer = await openSamlPeer(world())
    const twin = await openSamlPeer(world())
    const victim = await signedIn(peer)
    const attacker = await signedIn(peer)
    const { id } = await goThere(attacker)
    const unasked = await peer.answer(victim.tab, '_nobody-ever-asked-for-this-one')
    const elsewhere = await twin.answer(attacker.tab, id)
    const leaving = await victim.tab.open(`${peer.at('slo')}?leave=${id}`)
    const brought = await peer.answer(victim.tab, id)
    for (const page of [unasked, elsewhere, leaving, brought]) {
      assert.equal(page.status, 400)
      assert.equal(page.html.includes(bye), false)
    }
    assert.equal(await isSignedIn(victim.rp, victim.browser.tab()), true)
    const late = await peer.answer(attacker.tab, id)
    assert.equal(late.status, 400, 'what another browser has brought is used up')
  })

  it('never leads where an address says (CWE-601)', async () => {
    const peer = await openSamlPeer(world())
    const person = await signedIn(peer)
    const { id } = await goThere(person)
    const evil = 'https://evil.example/'
    const how = { relayState: evil }
    const page = await peer.answer(person.tab, id, how)
    assert.equal(page.url.href, `${bye}?state=abc`)
    for (const query of [
      `leave=${encodeURIComponent(evil)}`,
      `handle=${encodeURIComponent(evil)}`,
    ]) {
      const refused = await person.tab.open(`${peer.at('slo')}?${query}&next=${evil}`)
      assert.equal(refused.status, 400)
      assert.equal(refused.html.includes('evil.example'), false)
    }
  })

  it('keeps a bounded word of what they say it answers, however long (CWE-770)', async () => {
    const peer = await openSamlPeer(world())
    const { tab } = await signedIn(peer)
    // the last one would be cut in two, and no store keeps half of it (F11)
    for (const asked of [`_${'x'.repeat(2000)}`, `_${'x'.repeat(298)}🔑`]) {
      const page = await peer.answer(tab, asked)
      assert.equal(page.status, 400, page.text)
      const [event] = await world().app.audit.list(world().main.id, { limit: 1 })
      assert.equal(event?.type, 'federation.logout_failed')
      assert.equal(String(event.detail?.['detail']).length, 300)
    }
  })

  it('answers a logout of theirs and asks none back: two that end each other come to an end', async () => {
    const peer = await openSamlPeer(world())
    const person = await signedIn(peer)
    const { id } = await goThere(person)
    const answered = await peer.endsByRedirect(person.tab, { indexes: ['_session1'] })
    assert.ok(answered.url.searchParams.has('SAMLResponse'))
    assert.equal(answered.url.searchParams.has('SAMLRequest'), false)
    assert.equal((await peer.answer(person.tab, id)).url.href, `${bye}?state=abc`)
  })

  const staying: readonly (readonly [string, object])[] = [
    ['it is not switched on', { single_logout: false }],
    ['they have no such endpoint', { slo_url: undefined }],
  ]
  for (const [when, document] of staying)
    it(`leads nobody there where ${when}`, async () => {
      const person = await signedIn(await openSamlPeer(world(), document))
      assert.equal((await signOut(person)).url.href, `${bye}?state=abc`)
    })

  it('leads nobody there who stays signed in', async () => {
    const person = await signedIn(await openSamlPeer(world()))
    await person.tab.open(`${world().issuer}/logout`)
    const page = await person.tab.submit({}, /^Stay/)
    assert.match(page.text, /signed in to Signet/)
  })

  it('is by a form where they take POST alone, with a button', async () => {
    const peer = await openSamlPeer(world(), { sso_binding: 'post' })
    const person = await signedIn(peer)
    await signOut(person)
    const page = await person.tab.submit({}, /Sign out at/)
    assert.equal(page.url.href, 'https://idp.example/slo')
    const xml = Buffer.from(page.posted?.get('SAMLRequest') ?? '', 'base64').toString()
    assert.match(xml, /<samlp:LogoutRequest .*<ds:Signature /s)
    const id = / ID="([^"]+)"/.exec(xml)?.[1] ?? ''
    assert.equal((await peer.answer(person.tab, id)).url.href, `${bye}?state=abc`)
  })
})
