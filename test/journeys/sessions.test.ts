import assert from 'node:assert/strict'
import { it } from 'node:test'
import { epochSeconds } from '#kit/clock.ts'
import type { ArtifactModel } from '#oidc/oidc.ts'
import type { SessionOwner } from '#session/session.ts'
import { apiOf } from '#test/support/api.ts'
import type { Browser, Tab } from '#test/support/browser.ts'
import { meanwhile } from '#test/support/meanwhile.ts'
import { signInTo } from '#test/support/person.ts'
import { errorOf } from '#test/support/relying-party.ts'
import { password } from '#test/support/world.ts'
import type { Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const by = { actor: { kind: 'cli' } } as const
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

describeInWorlds('the sessions of a person', (world) => {
  const sessions = () => world().app.sessions
  const ownerOf = ({ account }: Person): SessionOwner => ({
    tenantId: account.tenantId,
    id: account.id,
  })

  async function signedIn(person: Person, browser: Browser = world().browser()) {
    const rp = await world().relyingParty('trusted')
    const { tab } = await signInTo(rp, person, { world: world(), tab: browser.tab() })
    const known = await sessions().list(ownerOf(person))
    const newest = known.toSorted((a, b) => b.openedAt.getTime() - a.openedAt.getTime())[0]
    assert.ok(newest)
    return { rp, tab, browser, session: newest }
  }

  const isSignedIn = async (tab: Tab) => {
    const rp = await world().relyingParty('trusted')
    const { url } = await tab.open((await rp.start({ prompt: 'none' })).url)
    return url.searchParams.has('code')
  }

  it('tell where, when and how, and which one asks', async () => {
    const person = await world().addAccount()
    const browser = world().browser()
    browser.userAgent = firefox
    const first = await signedIn(person, browser)
    const began = first.session.openedAt.getTime()
    await world().pass(300)
    const second = await signedIn(person)
    assert.ok(await isSignedIn(first.tab))

    const list = await sessions().list(ownerOf(person), first.session.uid)
    assert.deepEqual(
      new Set(list.map(({ uid }) => uid)),
      new Set([first.session.uid, second.session.uid]),
    )
    const mine = list.find(({ isCurrent }) => isCurrent)
    assert.partialDeepStrictEqual(mine, {
      device: { browser: 'Firefox', system: 'Linux' },
      ip: browser.address,
      place: undefined,
      acr: 'urn:signet:acr:password',
      amr: ['pwd'],
      clientIds: ['trusted'],
    })
    assert.ok(mine)
    assert.equal(mine.uid, first.session.uid)
    assert.equal(mine.openedAt.getTime(), began)
    assert.ok(mine.lastSeenAt.getTime() - began >= 299_000, 'seen since')
  })

  it('stay one session when the person proves who they are once more', async () => {
    const person = await world().addAccount()
    const { rp, tab, session } = await signedIn(person)
    await world().pass(100)
    await tab.open((await rp.start({ prompt: 'login' })).url)
    await tab.submit({ password })
    const [only, ...others] = await sessions().list(ownerOf(person))
    assert.deepEqual(others, [])
    assert.equal(only?.uid, session.uid)
    assert.equal(only.openedAt.getTime(), session.openedAt.getTime())
    assert.equal(only.provedAt.getTime(), session.provedAt.getTime() + 100_000)
  })

  it('are as well those of a front end with pages of its own, and end as they do', async () => {
    const person = await world().addAccount()
    const client = await world().addClient('spa', { first_party: true, api_login: true })
    const api = apiOf(world(), client)
    const answer = await api.logIn(person, { headers: { 'user-agent': firefox } })
    assert.equal(answer.status, 200, answer.body)
    const [only, ...others] = await sessions().list(ownerOf(person))
    assert.ok(only)
    assert.deepEqual(others, [])
    assert.equal(only.device.browser, 'Firefox')
    const me = () => api.get('/auth/me', { token: answer.text('access_token') })
    assert.equal((await me()).status, 200)
    await sessions().end(ownerOf(person), only.uid, by)
    assert.equal((await me()).status, 401)
  })

  it('are gone from the list after a sign-out, a day without use, or thirty days', async () => {
    const person = await world().addAccount()
    const { tab } = await signedIn(person)
    await tab.open(`${world().issuer}/logout`)
    await tab.submit({}, /^Sign out/)
    assert.deepEqual(await sessions().list(ownerOf(person)), [])
    assert.deepEqual(await rowsOf(person), [], 'its row as well, and the address in it')

    await signedIn(person)
    await world().pass(25 * 3600)
    assert.deepEqual(await sessions().list(ownerOf(person)), [])
    assert.deepEqual(await rowsOf(person), [])

    await signedIn(person)
    await world().pass(31 * 24 * 3600)
    const { sessions: remove } = world().app.removers
    assert.ok(Number(await remove?.(epochSeconds(world().clock), 100)) > 0)
    assert.deepEqual(await rowsOf(person), [])
  })

  const rowsOf = ({ account }: Person): Promise<string[]> =>
    world().app.database.knex('sessions').where({ account_id: account.id }).pluck('uid')

  it('are unknown to everybody else: of this tenant, of another one (Q77)', async () => {
    const person = await world().addAccount()
    const { session, tab } = await signedIn(person)
    const strangers = [ownerOf(world().people.grace), ownerOf(world().adaOfAcme)]
    const mixed = { tenantId: world().acme.id, id: person.account.id }
    for (const stranger of [...strangers, mixed]) {
      assert.equal(await sessions().end(stranger, session.uid, by), 'unknown')
      assert.equal(await sessions().endOthers(mixed, session.uid, by), 0)
    }
    assert.equal(
      await sessions().end(ownerOf(person), 'nobody' as typeof session.uid, by),
      'unknown',
    )
    assert.ok(await isSignedIn(tab))
  })

  it('end once, however many ask at the same time, and the audit says who did it (Q91)', async () => {
    const person = await world().addAccount()
    const owner = ownerOf(person)
    const { session, tab } = await signedIn(person)
    const actor = { kind: 'account', id: person.account.id } as const
    const ends = Array.from({ length: 20 }, () =>
      sessions().end(owner, session.uid, { actor, ip: '203.0.113.9' }),
    )
    assert.ok((await Promise.all(ends)).includes('ended'))
    assert.equal(await isSignedIn(tab), false)
    const events = await world().app.audit.list(owner.tenantId, { limit: 50 })
    const ended = events.filter(
      ({ type, accountId }) => type === 'session.ended' && accountId === owner.id,
    )
    assert.equal(ended.length, 1)
    assert.partialDeepStrictEqual(ended[0], {
      actor,
      ip: '203.0.113.9',
      detail: { session: session.uid },
    })
  })

  // What another process does while a request runs: the session must not come back, nor give anything (Q65, F14).
  const moments: readonly (readonly [
    what: string,
    moment: Parameters<typeof meanwhile>[1],
    request: 'silent' | 'more' | 'again',
  ])[] = [
    ['a code of a new application', { before: 'upsert', model: 'AuthorizationCode' }, 'silent'],
    ['a new Grant', { before: 'upsert', model: 'Grant' }, 'silent'],
    ['a wider Grant', { before: 'update', model: 'Grant' }, 'more'],
    ['a code for more', { before: 'upsert', model: 'AuthorizationCode' }, 'more'],
    [
      'a fresh proof, before the old cookie is retired',
      { before: 'consume', model: 'Session' },
      'again',
    ],
    ['a fresh proof, between the cookies', { before: 'upsert', model: 'Session' }, 'again'],
    ['a fresh proof, with the new cookie', { after: 'upsert', model: 'Session' }, 'again'],
  ]

  for (const [what, moment, request] of moments)
    it(`do not come back by a request under way: ${what}`, async () => {
      const person = await world().addAccount()
      const { tab, session } = await signedIn(person)
      const client = await world().addClient('trusted', { always_issue_refresh_token: true })
      const rp = await world().relyingParty(client)
      if (request !== 'silent') await tab.open((await rp.start({ scope: 'openid' })).url)
      const attempt = await rp.start(request === 'again' ? { prompt: 'login' } : {})
      if (request === 'again') await tab.open(attempt.url)

      const end = () => sessions().end(ownerOf(person), session.uid, by)
      const watch = meanwhile(world(), moment, end)
      const page = await (request === 'again' ? tab.submit({ password }) : tab.open(attempt.url))
      assert.ok(watch.happened(), 'it came to that')

      if (page.url.searchParams.has('code'))
        assert.equal((await errorOf(attempt.finish(page.url))).error, 'invalid_grant')
      assert.equal(await isSignedIn(tab), false)
      assert.deepEqual(await sessions().list(ownerOf(person)), [])
      const models: ArtifactModel[] = ['Session', 'Grant', 'RefreshToken']
      const left = await world()
        .app.database.knex('oidc_artifacts')
        .where({ account_id: person.account.id })
        .whereIn('model', models)
        .pluck('model')
      assert.deepEqual(left, [])
    })

  it('take along what two tabs were given for one application at the same time (F14)', async () => {
    const person = await world().addAccount()
    const { tab, session } = await signedIn(person)
    const client = await world().addClient('trusted', { always_issue_refresh_token: true })
    const rp = await world().relyingParty(client)
    const [first, second] = [await rp.start(), await rp.start()]
    const headers = { cookie: tab.cookieHeader(new URL(world().issuer)) }
    let answer: Response | undefined
    const other = async () => (answer = await world().transport.fetch(second.url, { headers }))
    const watch = meanwhile(world(), { before: 'upsert', model: 'AuthorizationCode' }, other)
    const page = await tab.open(first.url)
    assert.ok(watch.happened())
    const tokens = [
      await first.finish(page.url),
      await second.finish(new URL(answer?.headers.get('location') ?? '')),
    ]
    for (const [at, { refresh_token: token }] of tokens.entries())
      tokens[at] = await rp.refresh(String(token))
    await sessions().end(ownerOf(person), session.uid, by)
    for (const { refresh_token: token } of tokens)
      assert.equal((await errorOf(rp.refresh(String(token)))).error, 'invalid_grant')
  })

  it('do not come back by 20 requests under way', async () => {
    const person = await world().addAccount()
    const { tab, session } = await signedIn(person)
    const client = await world().addClient('trusted', { always_issue_refresh_token: true })
    const rp = await world().relyingParty(client)
    const attempts = await Promise.all(Array.from({ length: 20 }, () => rp.start()))
    const cookie = tab.cookieHeader(new URL(world().issuer))
    const answers = attempts.map(({ url }) => world().transport.fetch(url, { headers: { cookie } }))
    const [responses] = await Promise.all([
      Promise.all(answers),
      sessions().end(ownerOf(person), session.uid, by),
    ])
    const kept: string[] = []
    for (const [at, response] of responses.entries()) {
      const back = new URL(response.headers.get('location') ?? '/', world().issuer)
      if (!back.searchParams.has('code')) continue
      const tokens = await attempts[at]?.finish(back).catch(() => undefined)
      if (tokens?.refresh_token) kept.push(tokens.refresh_token)
    }
    assert.deepEqual(kept, [])
    assert.equal(await isSignedIn(tab), false)
  })
})
