import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { apiOf, refusalOf } from '#test/support/api.ts'
import type { Tab } from '#test/support/browser.ts'
import { connect, follow, signInThere } from '#test/support/foreign-sign-in.ts'
import { startLyingProvider } from '#test/support/lying-provider.ts'
import type { LyingProvider } from '#test/support/lying-provider.ts'
import { csrfOf, isMyAccount, openMyAccount, postByHand } from '#test/support/my-account.ts'
import { requesterFrom } from '#test/support/password-login.ts'
import { codeFor } from '#test/support/recovery.ts'
import { errorOf } from '#test/support/relying-party.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const actor = { kind: 'cli' } as const
const nowhere = { issuer: 'https://id.example.test', clientId: 'signet', clientSecret: 'secret' }
let tenants = 0

// Q18, reference/federation.md §3.7: what ends a way in, or leaves one, is felt by what it has opened before.
describeInWorlds('a way in that ends while somebody is in', (world) => {
  let provider: LyingProvider
  before(async () => {
    provider = await startLyingProvider()
  })
  after(() => provider[Symbol.asyncDispose]())

  async function open() {
    tenants += 1
    const tenant = await world().addTenant(`ended-${tenants}`)
    const person = await world().addAccount(undefined, tenant)
    const be = { sub: `ended${tenants}`, email: `new${tenants}@example.test` }
    provider.lie({ claims: (claims) => Object.assign(claims, be) })
    const client = await world().addClient('trusted', { api_login: true }, tenant)
    return { tenant, person, client, rp: await world().relyingParty(client) }
  }

  type Scene = Awaited<ReturnType<typeof open>>

  const enforced = (domain: string) => ({ domains: [{ domain, proved: true, enforced: true }] })

  async function enforce({ tenant }: Scene): Promise<void> {
    await connect(world(), nowhere, enforced('example.test'), tenant)
    await world().pass(2)
  }

  async function change({ tenant }: Scene, id: string, changes: object): Promise<void> {
    const found = (await world().app.connections.list(tenant.id)).find((one) => one.id === id)
    const named = {
      tenantId: tenant.id,
      id: found?.id ?? assert.fail(),
      origin: 'seed',
      actor,
    } as const
    const saved = await world().app.connections.update({
      ...named,
      write: { kind: 'changes', changes },
    })
    assert.equal(saved.outcome, 'saved')
    await world().pass(2)
  }

  it('closes My account to who signed in before their domain had to sign in elsewhere', async () => {
    const scene = await open()
    const { tab, home } = await openMyAccount(world(), scene.person, 'profile', scene)
    await enforce(scene)
    const page = await tab.open(`${home}/email`)
    assert.ok(!isMyAccount(page), page.text)
    assert.match(page.heading, /^Continue to Peer/)
  })

  it('closes the JSON API to them, whatever their token says', async () => {
    const scene = await open()
    const api = apiOf(world(), scene.client)
    const token = (await api.logIn(scene.person)).text('access_token')
    assert.equal((await api.get('/auth/me', { token })).status, 200)
    await enforce(scene)
    assert.equal(refusalOf(await api.get('/auth/me', { token })), '401 api.token_invalid')
  })

  it('lets nobody take their address out of a domain that signs in elsewhere only', async () => {
    const scene = await open()
    const connection = await connect(world(), provider, enforced('example.test'), scene.tenant)
    const tab = world().browser().tab()
    const home = `${scene.tenant.issuer}/account`
    await tab.open(`${home}/email`)
    await tab.submit({ email: `new${tenants}@example.test` })
    assert.ok(isMyAccount(await signInThere(tab, provider, connection)), tab.page.text)
    const before = (await world().mail.received()).length
    await tab.open(`${home}/email`)
    const form = { csrf: csrfOf(tab.page), email: `private${tenants}@other.test` }
    const answer = await postByHand(world(), tab, `${home}/email`, { form })
    assert.equal(answer.status, 303)
    const page = await tab.open(`${home}/email`)
    assert.match(page.alert ?? '', /organization/)
    assert.equal((await world().mail.received()).length, before)
  })

  it('has a code for another address be good for nothing, once the domain signs in elsewhere only', async () => {
    const scene = await open()
    const { tenant, person } = scene
    const email = `moved${tenants}@other.test`
    const browser = 'b'.repeat(43)
    const requester = requesterFrom('203.0.113.9')
    const owner = { tenant, accountId: person.account.id, browser, requester }
    const provedAt = Math.floor(world().clock.now() / 1000)
    const begun = await world().app.emailChanges.begin({ ...owner, email, provedAt })
    assert.ok(begun.kind === 'sent', begun.kind)
    const code = await codeFor(world(), email)
    await enforce(scene)
    const { handle } = begun
    const done = await world().app.emailChanges.confirm({ ...owner, handle, code })
    assert.equal(done.kind, 'expired')
  })

  async function isIn({ rp }: Scene, tab: Tab): Promise<boolean> {
    const attempt = await rp.start({ prompt: 'none' })
    return (await tab.open(attempt.url)).url.searchParams.has('code')
  }

  it('closes sessions, My account and the API that a connection opened, when it is disabled (Q18)', async () => {
    const scene = await open()
    const connection = await connect(world(), provider, {}, scene.tenant)
    const tab = world().browser().tab()
    const attempt = await scene.rp.start()
    await tab.open(attempt.url)
    await attempt.finish((await signInThere(tab, provider, connection)).url)
    assert.ok(isMyAccount(await tab.open(`${scene.tenant.issuer}/account/profile`)))
    assert.ok(await isIn(scene, tab))
    await change(scene, connection.id, { status: 'disabled' })
    assert.ok(!(await isIn(scene, tab)))
    assert.ok(!isMyAccount(await tab.open(`${scene.tenant.issuer}/account/profile`)))
  })

  async function offline(scene: Scene) {
    const connection = await connect(world(), provider, {}, scene.tenant)
    const tab = world().browser().tab()
    const attempt = await scene.rp.start({ scope: 'openid offline_access', prompt: 'consent' })
    await tab.open(attempt.url)
    const back = await signInThere(tab, provider, connection)
    const page = back.isElsewhere ? back : await tab.submit({}, 'Allow')
    const { refresh_token: refresh } = await attempt.finish(page.url)
    return { connection, tab, refresh: refresh ?? assert.fail('no refresh token') }
  }

  const refused = async ({ rp }: Scene, token: string) =>
    assert.equal((await errorOf(rp.refresh(token))).error, 'invalid_grant')

  it('renews no token that came through a connection that was disabled (Q18)', async () => {
    const scene = await open()
    const { connection, refresh } = await offline(scene)
    const { refresh_token: next = '' } = await scene.rp.refresh(refresh)
    await change(scene, connection.id, { status: 'disabled' })
    await refused(scene, next)
  })

  it('renews none that came through another connection than the domain’s, nor after its session', async () => {
    const scene = await open()
    const early = await offline(scene)
    await enforce(scene)
    await refused(scene, early.refresh)
    const late = await open()
    const { refresh } = await offline(late)
    await world().pass(25 * 3600)
    const { refresh_token: next = '' } = await late.rp.refresh(refresh)
    await enforce(late)
    await refused(late, next)
  })

  it('lets nobody in who proved it there just before it was disabled', async () => {
    const scene = await open()
    const { settings } = scene.tenant
    const more = { ...settings, second_factor: 'required' } as const
    await world().app.tenants.update({ ...scene.tenant, settings: more })
    const connection = await connect(world(), provider, {}, scene.tenant)
    const tab = world().browser().tab()
    const attempt = await scene.rp.start()
    await tab.open(attempt.url)
    await follow(tab, connection)
    const waiting = await signInThere(tab, provider, connection)
    assert.ok(!waiting.isElsewhere, waiting.text)
    await change(scene, connection.id, { status: 'disabled' })
    await world().app.tenants.update({ ...scene.tenant, settings })
    await world().pass(2)
    const page = await tab.reload()
    assert.ok(!page.isElsewhere, page.text)
  })
})
