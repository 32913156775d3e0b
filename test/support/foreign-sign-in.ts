import assert from 'node:assert/strict'
import type { Connection } from '#federation/federation.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { Browser, Page, Tab } from './browser.ts'
import type { LyingProvider } from './lying-provider.ts'
import type { World } from './world.ts'

let made = 0

/** Lets a tenant’s people sign in at `provider`. `document`: what differs, in the names of a seed file. */
export async function connect(
  world: World,
  provider: Pick<LyingProvider, 'issuer' | 'clientId' | 'clientSecret'>,
  document: object = {},
  tenant: Tenant = world.main,
): Promise<Connection> {
  const { issuer, clientId: client_id, clientSecret: client_secret } = provider
  const oidc = { type: 'oidc', issuer, client_id, client_secret }
  return addForeign(world, { ...oidc, ...document }, tenant)
}

/** The same, whatever it speaks. */
export async function addForeign(
  { app, main }: World,
  document: object,
  tenant: Tenant = main,
): Promise<Connection> {
  made += 1
  const saved = await app.connections.create({
    tenantId: tenant.id,
    document: {
      id: `peer-${made}`,
      name: `Peer ${made}`,
      just_in_time: 'on',
      status: 'active',
      ...document,
    },
    origin: 'seed',
    actor: { kind: 'cli' },
  })
  assert.equal(saved.outcome, 'saved', JSON.stringify(saved))
  return saved.outcome === 'saved' ? saved.connection : assert.fail()
}

/** Where the hand-off page, or a button, leads: followed as a person follows a link. */
export async function follow(tab: Tab, connection: Pick<Connection, 'id'>): Promise<Page> {
  const link = new RegExp(`href="([^"]*/leave/${connection.id})"`).exec(tab.page.html)?.[1]
  return tab.open(link ?? assert.fail(`no link to ${connection.id}: ${tab.page.text}`))
}

/** Signs in over there as whoever `provider` says, and comes back. */
export async function signInThere(
  tab: Tab,
  provider: Pick<LyingProvider, 'authorize'>,
  connection: Pick<Connection, 'id'>,
): Promise<Page> {
  const left = tab.page.isElsewhere ? tab.page : await follow(tab, connection)
  assert.ok(left.isElsewhere, left.text)
  return comeBack(tab, left.url, provider.authorize(left.url.href))
}

/** The answer of the other side, in this browser. */
export async function comeBack(tab: Tab, left: URL, answer: URLSearchParams): Promise<Page> {
  const callback = new URL(left.searchParams.get('redirect_uri') ?? assert.fail('no callback'))
  callback.search = answer.toString()
  return tab.open(callback)
}

/** Types an address, in a tab of its own unless one is given. */
export async function identify(browser: Browser, url: URL, email: string): Promise<Tab> {
  const tab = browser.tab()
  const page = await tab.open(url)
  if (page.heading === 'Choose an account') await tab.submit({}, 'Use another account')
  await tab.submit({ email })
  return tab
}
