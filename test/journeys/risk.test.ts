import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createMetrics } from '#telemetry/metrics.ts'
import type { Browser, Page, Tab } from '#test/support/browser.ts'
import { codeIn, lastMail, mailsTo } from '#test/support/mail.ts'
import { writeMmdb } from '#test/support/mmdb.ts'
import { openMyAccount } from '#test/support/my-account.ts'
import { proveIdentity, signInTo } from '#test/support/person.ts'
import { openWorld, type Person, type World } from '#test/support/world.ts'

const day = 24 * 3600
const home = {
  city: { names: { en: 'Vienna' } },
  country: { iso_code: 'AT' },
  location: { latitude: 48.2, longitude: 16.4 },
}

describe('a doubtful sign-in', () => {
  const folder = mkdtempSync(join(tmpdir(), 'signet-risk-'))
  const metrics = createMetrics({ version: 'test' })
  let world: World
  before(async () => {
    const [places, addresses] = [join(folder, 'city.mmdb'), join(folder, 'doubtful.txt')]
    writeFileSync(places, writeMmdb('198.51.100.0/24', home)) // where the browsers of tests are
    writeFileSync(addresses, '203.0.113.0/24 # exits\n')
    const settings = { GEOIP_FILE: places, RISK_ADDRESSES_FILE: addresses }
    world = await openWorld({ settings, metrics })
  })
  after(async () => {
    await world[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Somebody who signed in at home yesterday, and the browser they did it with. */
  async function settled() {
    const person = await world.addAccount()
    const browser = world.browser()
    const rp = await world.relyingParty('trusted')
    await signInTo(rp, person, { world, tab: browser.tab() })
    await world.pass(day)
    return { person, browser, rp }
  }

  function browserAt(address: string): Browser {
    const browser = world.browser()
    return Object.assign(browser, { address })
  }

  async function prove(browser: Browser, person: Person) {
    const rp = await world.relyingParty('trusted')
    const attempt = await rp.start({ prompt: 'login' })
    const tab = browser.tab()
    await tab.open(attempt.url)
    return { attempt, tab, page: await proveIdentity(tab, person) }
  }

  async function reasonsOf({ account }: Person): Promise<unknown> {
    const since = new Date(world.clock.now() - 30 * day * 1000)
    const events = await world.app.audit.listOf(account.tenantId, account.id, { since, limit: 50 })
    return events.find(({ type }) => type === 'risk.evaluated')?.detail?.['reasons']
  }

  async function enterMailedCode(tab: Tab, person: Person): Promise<Page> {
    return tab.submit({ code: codeIn(await lastMail(world, world.main, person.email)) })
  }

  it('is none at home, in whatever browser, nor at the very first', async () => {
    const { person } = await settled()
    assert.ok((await prove(world.browser(), person)).page.isElsewhere)
    assert.deepEqual(await reasonsOf(person), ['new_device'])
    const first = await world.addAccount()
    assert.ok((await prove(browserAt('192.0.2.77'), first)).page.isElsewhere)
  })

  it('on a new device in a new country asks for a step more, and then knows the place', async () => {
    const { person } = await settled()
    const browser = browserAt('192.0.2.77')
    const { tab, page, attempt } = await prove(browser, person)
    assert.equal(page.heading, 'Confirm it’s you')
    assert.doesNotMatch(page.text, /Don’t ask again on this device/)
    assert.ok(!(await tab.reload()).isElsewhere, 'asking again is no way past it')
    const back = await enterMailedCode(tab, person)
    assert.ok(back.isElsewhere, back.text)
    const tokens = await attempt.finish(back.url)
    assert.equal(tokens.claims()?.['acr'], 'urn:signet:acr:password', 'a mail is no factor (Q47)')
    assert.ok((await prove(browser, person)).page.isElsewhere, 'a known device and network')
  })

  it('is judged once: what changes meanwhile changes nothing', async () => {
    const { person } = await settled()
    const { tab } = await prove(browserAt('192.0.2.78'), person)
    const { account } = person
    await world.app.risks.learn({ tenant: world.main, account, ip: '192.0.2.78' })
    assert.equal((await tab.reload()).heading, 'Confirm it’s you')
    const other = await world.addAccount()
    await tab.submit({}, 'Use another account')
    const page = await proveIdentity(tab, other)
    assert.ok(page.isElsewhere, 'another person is judged for themselves')
  })

  for (const forwarded of ['a', '198.51.100.1, a', 'unknown', '"198.51.100.1"'])
    it(`counts an address nobody can read against them: ${forwarded} (Q50, CVE-2024-47070)`, async () => {
      const { person } = await settled()
      const { page } = await prove(browserAt(forwarded), person)
      assert.equal(page.heading, 'We couldn’t sign you in this time')
      assert.deepEqual(await reasonsOf(person), [
        'new_device',
        'new_network_unreadable',
        'new_country_unreadable',
        'impossible_travel_unreadable',
      ])
    })

  it('that would be refused tells the owner once, and the application no more', async () => {
    const { person } = await settled()
    const { tab, page, attempt } = await prove(browserAt('203.0.113.9'), person)
    assert.equal(page.heading, 'We couldn’t sign you in this time')
    await tab.reload()
    const told = (await mailsTo(world, person.email)).filter(
      ({ kind }) => kind === 'sign_in_refused',
    )
    assert.equal(told.length, 1)
    assert.match(told[0]?.text ?? '', /203\.0\.113\.9/)
    assert.ok(told[0]?.text.includes(`${world.issuer}/recover`))
    const back = await tab.submit({}, /^Back to/)
    assert.ok(back.isElsewhere)
    assert.equal(back.url.searchParams.get('error'), 'access_denied')
    assert.equal(back.url.searchParams.get('code'), null)
    await assert.rejects(attempt.finish(back.url))
    const sessions = await world.app.sessions.list(person.account)
    assert.equal(sessions.length, 1, 'only yesterday’s')
  })

  it('may be left for another account, or begun anew at home', async () => {
    const { person, browser } = await settled()
    const { tab } = await prove(browserAt('203.0.113.9'), person)
    const page = await tab.submit({}, 'Use another account')
    assert.ok(page.forms.some(({ fields }) => fields.some(({ name }) => name === 'email')))
    assert.ok((await prove(browser, person)).page.isElsewhere)
  })

  it('is told in My account, and what gave no reason to ask is not', async () => {
    const { person, browser } = await settled()
    await prove(browserAt('203.0.113.12'), person)
    await prove(world.browser(), person)
    const { tab } = await openMyAccount(world, person, 'activity', { browser })
    assert.match(tab.page.text, /Unusual sign-in stopped/)
    assert.equal(tab.page.text.match(/Unusual sign-in noticed/g)?.length, 1)
    assert.doesNotMatch(tab.page.text, /Account changed/)
  })

  it('is no business of a tenant that switched it off', async () => {
    const { person } = await settled()
    const { main } = world
    const settings = { ...main.settings, risk: 'off' } as const
    await world.app.tenants.update({ ...main, settings })
    try {
      assert.ok((await prove(browserAt('203.0.113.10'), person)).page.isElsewhere)
    } finally {
      await world.app.tenants.update(main)
    }
  })

  it('is counted', async () => {
    const { person } = await settled()
    await prove(browserAt('203.0.113.11'), person)
    assert.match(
      (await metrics.render()).body,
      /signet_risk_evaluations_total\{level="high"\} [1-9]/,
    )
  })
})
