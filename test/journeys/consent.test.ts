import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Page, Tab } from '#test/support/browser.ts'
import { isConsent, proveIdentity, signIn, signInTo } from '#test/support/person.ts'
import { api } from '#test/support/world-clients.ts'
import type { Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

type Parameters = Readonly<Record<string, string>>

describeInWorlds('consent', (world) => {
  /** Up to the consent page, or past it when nothing is asked. */
  async function arrive(tab: Tab, person: Person, parameters: Parameters): Promise<Page> {
    const rp = await world().relyingParty('web')
    const page = await tab.open((await rp.start(parameters)).url)
    return page.isElsewhere || isConsent(page) ? page : proveIdentity(tab, person)
  }

  it('is asked once and remembered, on another browser too (Q9)', async () => {
    const person = await world().addAccount()
    const first = await arrive(world().browser().tab(), person, { scope: 'openid email' })
    assert.ok(isConsent(first))
    const rp = await world().relyingParty('web')
    await signInTo(rp, person, { world: world(), parameters: { scope: 'openid email' } })
    const again = await arrive(world().browser().tab(), person, { scope: 'openid email' })
    assert.ok(again.isElsewhere, 'a second time it is not asked')
    assert.ok(again.url.searchParams.get('code'))
  })

  it('asks only for what is new, by its name', async () => {
    const person = await world().addAccount()
    const tab = world().browser().tab()
    await arrive(tab, person, { scope: 'openid email' })
    assert.match(tab.page.text, /email address/)
    await tab.submit({}, 'Allow')

    const added = await arrive(tab, person, { scope: 'openid email profile' })
    assert.ok(isConsent(added))
    assert.match(added.text, /name and picture/)
    assert.doesNotMatch(added.text, /see your email address/)
    await tab.submit({}, 'Allow')
    assert.ok((await arrive(tab, person, { scope: 'openid email profile' })).isElsewhere)
  })

  it('covers the scopes of an API one by one (RFC 8707)', async () => {
    const person = await world().addAccount()
    const tab = world().browser().tab()
    await arrive(tab, person, { scope: 'openid read', resource: api })
    assert.match(tab.page.text, /Demo API/)
    await tab.submit({}, 'Allow')
    const wider = await arrive(tab, person, { scope: 'openid read write', resource: api })
    assert.ok(isConsent(wider))
    assert.match(wider.text, /write/)
  })

  it('covers single claims of the claims parameter (OIDC Core §5.5)', async () => {
    const person = await world().addAccount()
    const tab = world().browser().tab()
    const claims = JSON.stringify({ id_token: { email: null } })
    const page = await arrive(tab, person, { scope: 'openid', claims })
    assert.ok(isConsent(page))
    assert.match(page.text, /email/)
  })

  it('that is remembered is not asked again for more than the session has used of it', async () => {
    const person = await world().addAccount()
    const rp = await world().relyingParty('web')
    await signInTo(rp, person, { world: world(), parameters: { scope: 'openid email' } })
    const tab = world().browser().tab()
    const narrow = await arrive(tab, person, { scope: 'openid' })
    assert.ok(narrow.isElsewhere)
    const wide = await tab.open((await rp.start({ scope: 'openid email', prompt: 'none' })).url)
    assert.ok(wide.url.searchParams.get('code'), wide.url.href)
  })

  it('gives no more than this request asks, whatever was allowed before', async () => {
    const person = await world().addAccount()
    const rp = await world().relyingParty('web')
    await signInTo(rp, person, { world: world(), parameters: { scope: 'openid email profile' } })
    const { tokens } = await signInTo(rp, person, {
      world: world(),
      parameters: { scope: 'openid' },
    })
    assert.equal(tokens.scope, 'openid')
    assert.equal(tokens.claims()?.['email'], undefined)
  })

  it('that is denied leads back with access_denied and leaves nothing behind (RFC 6749 §4.1.2.1)', async () => {
    const person = await world().addAccount()
    const tab = world().browser().tab()
    await arrive(tab, person, { scope: 'openid email' })
    const back = await tab.submit({}, /Don.t allow/)
    assert.ok(back.isElsewhere)
    assert.equal(back.url.searchParams.get('error'), 'access_denied')
    assert.equal(back.url.searchParams.get('iss'), world().issuer)
    assert.equal(back.url.searchParams.has('code'), false)
    assert.ok(isConsent(await arrive(tab, person, { scope: 'openid email' })), 'asked again')
  })

  it('is asked again with prompt=consent, and shows everything (OIDC Core §3.1.2.1)', async () => {
    const person = await world().addAccount()
    const tab = world().browser().tab()
    await arrive(tab, person, { scope: 'openid email' })
    await tab.submit({}, 'Allow')
    const page = await arrive(tab, person, { scope: 'openid email', prompt: 'consent' })
    assert.ok(isConsent(page))
    assert.match(page.text, /email address/)
    assert.ok((await tab.submit({}, 'Allow')).url.searchParams.get('code'))
  })

  it('is no question for an application of the tenant itself, except as a native app (RFC 8252 §8.6)', async () => {
    const person = await world().addAccount()
    const trusted = await world().relyingParty('trusted')
    const { url } = await signIn(world().browser().tab(), (await trusted.start()).url, person)
    assert.ok(url.searchParams.get('code'))

    const app = await world().addClient('native', { first_party: true })
    const rp = await world().relyingParty(app)
    const tab = world().browser().tab()
    await tab.open((await rp.start()).url)
    assert.ok(isConsent(await proveIdentity(tab, person)))
    await tab.submit({}, 'Allow')
    assert.ok(isConsent(await tab.open((await rp.start()).url)), 'and every time')
  })

  it('can be given as somebody else: switching the account leads to a new sign-in', async () => {
    const [person, other] = [await world().addAccount(), await world().addAccount()]
    const rp = await world().relyingParty('web')
    const tab = world().browser().tab()
    const attempt = await rp.start()
    await tab.open(attempt.url)
    await proveIdentity(tab, person)
    await tab.submit({}, 'Switch account')
    const page = await proveIdentity(tab, other)
    assert.ok(isConsent(page), page.text)
    assert.match(page.text, new RegExp(other.email))
    const back = await tab.submit({}, 'Allow')
    assert.equal((await attempt.finish(back.url)).claims()?.sub, other.account.id)
  })

  it('is written to the audit, given or denied (Q91)', async () => {
    const person = await world().addAccount()
    const tab = world().browser().tab()
    await arrive(tab, person, { scope: 'openid email' })
    await tab.submit({}, /Don.t allow/)
    await arrive(tab, person, { scope: 'openid email' })
    await tab.submit({}, 'Allow')
    const events = await world().app.audit.list(world().main.id, { limit: 20 })
    const types = events.filter((e) => e.accountId === person.account.id).map((e) => e.type)
    assert.ok(types.includes('consent.granted'))
    assert.ok(types.includes('consent.denied'))
  })
})
