import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Browser, Page, Tab } from '#test/support/browser.ts'
import { codeIn, lastMail } from '#test/support/mail.ts'
import { csrfOf, openMyAccount, postByHand } from '#test/support/my-account.ts'
import { proveIdentity } from '#test/support/person.ts'
import type { TestClient } from '#test/support/relying-party.ts'
import { describeInWorlds } from '#test/support/worlds.ts'
import type { Person } from '#test/support/world.ts'
import type { Tenant, TenantSettings } from '#tenant/tenant.ts'

const day = 24 * 3600
const confirm = 'Confirm it’s you'

describeInWorlds('a device that is remembered in the place of the second step', (world) => {
  /** A tenant that asks everybody for a code by mail, and somebody in it. */
  async function demanding(settings: Partial<TenantSettings> = {}) {
    const made = await world().addTenant(`trust-${(count += 1)}`)
    const asked = { second_factor: 'required', email_code_as_second_step: true } as const
    const tenant = { ...made, settings: { ...made.settings, ...asked, ...settings } }
    await world().app.tenants.update(tenant)
    return { tenant, person: await world().addAccount(undefined, tenant) }
  }

  async function prove(tenant: Tenant, person: Person, other: Sign = {}): Promise<Signing> {
    const { browser = world().browser(), parameters = {} } = other
    const client = clients.get(tenant.id) ?? (await world().addClient('trusted', {}, tenant))
    clients.set(tenant.id, client)
    const rp = await world().relyingParty(client)
    const tab = browser.tab()
    await tab.open((await rp.start({ prompt: 'select_account', ...parameters })).url)
    return { browser, tab, page: await proveIdentity(tab, person) }
  }

  async function confirmBy(tab: Tab, tenant: Tenant, person: Person, trust?: string) {
    const code = codeIn(await lastMail(world(), tenant, person.email))
    return tab.submit({ code, ...(trust !== undefined && { trust }) })
  }

  async function trusted(settings: Partial<TenantSettings> = {}) {
    const { tenant, person } = await demanding(settings)
    const { browser, tab, page } = await prove(tenant, person)
    assert.equal(page.heading, confirm)
    assert.match(page.text, /Don’t ask again on this device for 30 days/)
    assert.ok((await confirmBy(tab, tenant, person, 'yes')).isElsewhere)
    await world().pass(60)
    return { tenant, person, browser }
  }

  it('is asked for the password only, in that browser only, for 30 days', async () => {
    const { tenant, person, browser } = await trusted()
    assert.ok((await prove(tenant, person, { browser })).page.isElsewhere)
    assert.equal((await prove(tenant, person)).page.heading, confirm)
    await world().pass(29 * day)
    assert.ok((await prove(tenant, person, { browser })).page.isElsewhere)
    await world().pass(day)
    assert.equal((await prove(tenant, person, { browser })).page.heading, confirm)
  })

  it('is remembered only by a box that is ticked where the code is right', async () => {
    const { tenant, person } = await demanding()
    const first = await prove(tenant, person)
    await first.tab.submit({ code: '000000', trust: 'yes' })
    assert.match(first.tab.page.html, /id="trust"/)
    assert.doesNotMatch(first.tab.page.html, /id="trust"[^>]*checked/)
    assert.ok((await confirmBy(first.tab, tenant, person)).isElsewhere)
    assert.equal(first.browser.cookies.find(`signet-trusted-${tenant.slug}`), undefined)
    assert.deepEqual(await world().app.trustedDevices.list(tenant, person.account), [])
  })

  it('is not remembered for whoever comes after, in the same conversation', async () => {
    const { tenant, person } = await demanding()
    const other = await world().addAccount(undefined, tenant)
    const { browser, tab } = await prove(tenant, person)
    await tab.submit({ code: '000000', trust: 'yes' })
    await tab.submit({}, 'Use another account')
    await proveIdentity(tab, other)
    assert.ok((await confirmBy(tab, tenant, other)).isElsewhere)
    await world().pass(60)
    for (const one of [person, other])
      assert.equal((await prove(tenant, one, { browser })).page.heading, confirm)
  })

  it('is nothing for another person, another tenant, another browser, or a changed cookie', async () => {
    const { tenant, person, browser } = await trusted()
    const other = await world().addAccount(undefined, tenant)
    assert.equal((await prove(tenant, other, { browser })).page.heading, confirm)
    const cookie = browser.cookies.find(`signet-trusted-${tenant.slug}`)
    assert.ok(cookie)
    const thief = world().browser()
    thief.userAgent = 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0'
    thief.cookies.put(cookie)
    assert.equal((await prove(tenant, person, { browser: thief })).page.heading, confirm)
    const forger = world().browser()
    forger.cookies.put({ ...cookie, value: `${cookie.value.slice(0, -2)}AA` })
    assert.equal((await prove(tenant, person, { browser: forger })).page.heading, confirm)
    const elsewhere = await demanding()
    const visitor = world().browser()
    const name = `signet-trusted-${elsewhere.tenant.slug}`
    const path = new URL(elsewhere.tenant.issuer).pathname
    visitor.cookies.put({ ...cookie, name, path })
    const there = await prove(elsewhere.tenant, elsewhere.person, { browser: visitor })
    assert.equal(there.page.heading, confirm)
  })

  it('never skips a step-up: what an application demands is proved, or not told', async () => {
    const { tenant, person, browser } = await trusted()
    const claims = { id_token: { acr: { essential: true, values: ['urn:signet:acr:mfa'] } } }
    const parameters = { claims: JSON.stringify(claims) }
    const { page } = await prove(tenant, person, { browser, parameters })
    assert.equal(page.url.searchParams.get('code'), null, 'a remembered device is no factor')
  })

  it('helps nobody whose sign-in is doubtful', async () => {
    const { tenant, person, browser } = await trusted({ risk_recent_failures: 50 })
    const failed = {
      tenantId: tenant.id,
      type: 'login.failed',
      outcome: 'failure',
      actor: { kind: 'anonymous' },
      accountId: person.account.id,
    } as const
    for (let at = 0; at < 3; at += 1) await world().app.audit.append(failed)
    const { page } = await prove(tenant, person, { browser })
    assert.equal(page.heading, confirm)
    assert.doesNotMatch(page.text, /Don’t ask again/)
  })

  it('is forgotten when removed in My account, at once', async () => {
    const { tenant, person, browser } = await trusted()
    const { tab } = await openMyAccount(world(), person, 'sessions', { browser, tenant })
    await tab.submit({}, 'Don’t trust it any more')
    assert.equal((await prove(tenant, person, { browser })).page.heading, confirm)
  })

  it('is forgotten with everything a new password ends', async () => {
    const { tenant, person, browser } = await trusted()
    const { id, tenantId } = person.account
    await world().app.accounts.end(tenantId, id, { kind: 'cli' })
    await world().pass(2)
    assert.equal((await prove(tenant, person, { browser })).page.heading, confirm)
  })

  it('is not offered where the tenant remembers none', async () => {
    const { tenant, person } = await demanding({ trusted_device_days: 0 })
    const { browser, tab, page } = await prove(tenant, person)
    assert.doesNotMatch(page.text, /Don’t ask again/)
    const code = codeIn(await lastMail(world(), tenant, person.email))
    const form = { csrf: csrfOf(tab.page), code, trust: 'yes' }
    await postByHand(world(), tab, `${tab.page.url.href}/confirm-code`, { form })
    await tab.reload()
    assert.equal(browser.cookies.find(`signet-trusted-${tenant.slug}`), undefined)
    assert.deepEqual(await world().app.trustedDevices.list(tenant, person.account), [])
  })
})

let count = 0
const clients = new Map<string, TestClient>()

type Sign = { readonly browser?: Browser; readonly parameters?: Readonly<Record<string, string>> }
type Signing = { readonly browser: Browser; readonly tab: Tab; readonly page: Page }
