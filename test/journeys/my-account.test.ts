import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { AccountId, TenantId } from '#kit/ids.ts'
import { csrfOf, isMyAccount, openMyAccount, postByHand } from '#test/support/my-account.ts'
import { proveIdentity } from '#test/support/person.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const actor = { kind: 'cli' } as const

describeInWorlds('signing in to My account', (world) => {
  it('leads to the page that was asked for, with the headers of an account page', async () => {
    const person = await world().addAccount()
    const { tab } = await openMyAccount(world(), person, 'profile')
    assert.match(tab.page.text, new RegExp(person.email))
    const policy = tab.page.headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'none'.*form-action 'self'/)
    assert.equal(tab.page.headers.get('cross-origin-opener-policy'), 'same-origin')
    assert.equal(tab.page.headers.get('cache-control'), 'no-store')
    assert.equal((await tab.open(`${world().issuer}/account`)).url.pathname, '/account/profile')
  })

  it('stays open when somebody of the same network guesses its secret (Q37)', async () => {
    const person = await world().addAccount()
    const browser = world().browser()
    const guess = () =>
      world().transport.fetch(`${world().issuer}/token`, {
        method: 'POST',
        from: browser.address,
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: 'signet-account',
          client_secret: 'x'.repeat(43),
          code: 'x',
        }),
      })
    for (let count = 0; count < 25; count += 1) assert.equal((await guess()).status, 401)
    await openMyAccount(world(), person, 'profile', { browser })
  })

  it('asks nothing of who is signed in already, and shows no consent, whatever is asked for', async () => {
    const { browser } = await openMyAccount(world(), await world().addAccount())
    browser.cookies.remove('signet-account')
    const tab = browser.tab()
    assert.ok(isMyAccount(await tab.open(`${world().issuer}/account`)))
    const request = tab.page.hops.find(({ url }) => url.pathname === '/authorize')?.url
    assert.ok(request)
    request.searchParams.set('prompt', 'consent')
    const page = await tab.open(request)
    assert.doesNotMatch(page.text, /Allow/)
  })

  it('takes no answer this browser did not ask for (RFC 9700 §4.7: login CSRF)', async () => {
    const { home } = await openMyAccount(world(), await world().addAccount())
    const attacker = world().browser().tab()
    await attacker.open(`${home}/profile`)
    const mallory = await world().addAccount()
    await proveIdentity(attacker, mallory)
    const callback = attacker.page.hops.find(({ url }) => url.pathname === '/account/callback')?.url
    assert.ok(callback)
    const victim = world().browser()
    const page = await victim.tab().open(callback)
    assert.equal(page.status, 400)
    assert.equal(victim.cookies.find('signet-account'), undefined)
  })

  it('takes each answer once', async () => {
    const { browser, tab } = await openMyAccount(world(), await world().addAccount())
    const callback = tab.page.hops.find(({ url }) => url.pathname === '/account/callback')?.url
    const before = browser.cookies.find('signet-account')?.value
    assert.equal((await tab.open(callback ?? '')).status, 400)
    assert.equal(browser.cookies.find('signet-account')?.value, before)
  })

  it('takes no answer of another issuer, and none without a code (RFC 9207 §2.4)', async () => {
    const tab = world().browser().tab()
    for (const change of [
      (query: URLSearchParams) => query.set('iss', 'https://evil.test'),
      (query: URLSearchParams) => query.delete('iss'),
      (query: URLSearchParams) => query.delete('code'),
      (query: URLSearchParams) => query.set('code', 'made-up'),
      (query: URLSearchParams) => query.set('state', 'made-up'),
    ]) {
      await tab.open(`${world().issuer}/account/profile`)
      const state = tab.page.hops
        .find(({ url }) => url.pathname === '/authorize')
        ?.url.searchParams.get('state')
      const callback = new URL(`${world().issuer}/account/callback`)
      callback.search = new URLSearchParams({
        state: state ?? '',
        code: 'x'.repeat(43),
        iss: world().issuer,
      }).toString()
      change(callback.searchParams)
      assert.equal((await tab.open(callback)).status, 400, callback.search)
    }
  })

  it('lets two tabs sign in at once, each back to its page', async () => {
    const browser = world().browser()
    const person = await world().addAccount()
    const [one, other] = [browser.tab(), browser.tab()]
    await one.open(`${world().issuer}/account/profile`)
    await other.open(`${world().issuer}/account/profile`)
    assert.ok(isMyAccount(await proveIdentity(other, person)))
    assert.ok(isMyAccount(await proveIdentity(one, person)))
  })

  it('gives a new session id at each sign-in, and the one before is dead (Q65)', async () => {
    const person = await world().addAccount()
    const { browser, tab, home } = await openMyAccount(world(), person)
    const before = browser.cookies.find('signet-account')
    await tab.open(`${home}/confirm/profile`)
    await tab.submit({ password: person.password })
    assert.ok(isMyAccount(tab.page))
    const after = browser.cookies.find('signet-account')
    assert.notEqual(after?.value, before?.value)
    const stranger = world().browser()
    assert.ok(before)
    stranger.cookies.put(before)
    assert.ok(!isMyAccount(await stranger.tab().open(`${home}/profile`)))
  })

  it('gives nothing to whoever holds the code and even the verifier: the client has a secret', async () => {
    const answer = await world().transport.fetch(`${world().issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: 'signet-account',
        code: 'x',
        code_verifier: 'y'.repeat(43),
        redirect_uri: `${world().issuer}/account/callback`,
      }),
    })
    assert.equal(answer.status, 401)
  })
})

describeInWorlds('a session of My account ends', (world) => {
  const opens = async (tab: Awaited<ReturnType<typeof openMyAccount>>['tab']) =>
    isMyAccount(await tab.open(`${world().issuer}/account/profile`))

  it('at once with the account, the session, or a status (Q65)', async () => {
    const ways = {
      ended: (tenantId, id) => world().app.accounts.end(tenantId, id, actor),
      disabled: (tenantId, id) => world().app.accounts.setStatus(tenantId, id, 'disabled', actor),
      'without its session': (tenantId, accountId) =>
        world().app.artifacts.destroyByOwner(tenantId, { accountId }),
    } satisfies Record<string, (...owner: Owner) => Promise<unknown>>
    for (const [what, way] of Object.entries(ways)) {
      const person = await world().addAccount()
      const { tab } = await openMyAccount(world(), person)
      assert.equal(await opens(tab), true)
      await way(person.account.tenantId, person.account.id)
      assert.equal(await opens(tab), false, what)
    }
  })

  it('with a sign-out elsewhere on this browser', async () => {
    const { browser, tab } = await openMyAccount(world(), await world().addAccount())
    const other = browser.tab()
    await other.open(`${world().issuer}/logout`)
    await other.submit({}, /^Sign out/)
    assert.equal(await opens(tab), false)
  })

  it('with its own sign-out, which is that of the provider as well', async () => {
    const { browser, tab } = await openMyAccount(world(), await world().addAccount())
    const page = await tab.submit({}, 'Sign out')
    assert.match(page.text, /signed out/i)
    assert.equal(browser.cookies.find('signet-account'), undefined)
    assert.equal(browser.cookies.find('signet'), undefined)
    assert.equal(await opens(tab), false)
  })

  it('after half an hour unused, and after half a day whatever happens; then a new one needs no password (Q63)', async () => {
    const { browser, tab } = await openMyAccount(world(), await world().addAccount())
    const first = browser.cookies.find('signet-account')?.value
    await world().pass(29 * 60)
    assert.equal(await opens(tab), true)
    await world().pass(29 * 60)
    assert.equal(await opens(tab), true)
    assert.equal(browser.cookies.find('signet-account')?.value, first)
    await world().pass(31 * 60)
    assert.equal(await opens(tab), true)
    const second = browser.cookies.find('signet-account')?.value
    assert.notEqual(second, first)
    for (let passed = 0; passed <= 12 * 3600; passed += 25 * 60) {
      await world().pass(25 * 60)
      await opens(tab)
    }
    assert.notEqual(browser.cookies.find('signet-account')?.value, second)
  })

  it('is of one tenant: its cookie and its forms open nothing in another (Q77)', async () => {
    const { browser, tab } = await openMyAccount(world(), world().people.ada)
    const cookie = browser.cookies.find('signet-account')
    assert.ok(cookie)
    const stranger = world().browser()
    stranger.cookies.put({ ...cookie, name: 'signet-account-acme', path: '/t/acme/account' })
    const page = await stranger.tab().open(`${world().acme.issuer}/account/profile`)
    assert.ok(!isMyAccount(page))
    const acme = await openMyAccount(world(), world().adaOfAcme, 'profile', {
      tenant: world().acme,
    })
    const form = { csrf: csrfOf(tab.page), name: 'Planted' }
    const answer = await postByHand(world(), acme.tab, `${acme.home}/profile`, { form })
    assert.equal(answer.status, 403)
  })
})

type Owner = [tenantId: TenantId, accountId: AccountId]
