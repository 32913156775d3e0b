import assert from 'node:assert/strict'
import type { Tenant } from '#tenant/tenant.ts'
import type { Browser, Page, Tab } from './browser.ts'
import { proveIdentity } from './person.ts'
import type { Person, World } from './world.ts'

/** A browser of its own, signed in to My account of the person's tenant, on one of its pages. */
export async function openMyAccount(
  world: World,
  person: Person,
  page = 'profile',
  options: { readonly browser?: Browser; readonly tenant?: Tenant } = {},
): Promise<{ readonly browser: Browser; readonly tab: Tab; readonly home: string }> {
  const browser = options.browser ?? world.browser()
  const home = `${(options.tenant ?? world.main).issuer}/account`
  const tab = browser.tab()
  await tab.open(`${home}/${page}`)
  if (!isMyAccount(tab.page)) await proveIdentity(tab, person)
  assert.equal(tab.page.url.href, `${home}/${page}`, tab.page.text)
  assert.equal(tab.page.status, 200)
  return { browser, tab, home }
}

export function isMyAccount(page: Page): boolean {
  return (
    page.status === 200 && page.forms.some(({ action }) => action.endsWith('/account/sign-out'))
  )
}

/** The hidden token of the page's forms. */
export function csrfOf(page: Page): string {
  const fields = page.forms.flatMap((form) => form.fields)
  return fields.find(({ name }) => name === 'csrf')?.value ?? ''
}

/** Posts to My account as this tab would, with whatever is given instead. */
export async function postByHand(
  world: World,
  tab: Tab,
  address: string,
  sent: {
    readonly form: Readonly<Record<string, string>>
    readonly headers?: Readonly<Record<string, string>>
  },
): Promise<Response> {
  return world.transport.fetch(address, {
    method: 'POST',
    headers: {
      cookie: tab.cookieHeader(new URL(address)),
      'sec-fetch-site': 'same-origin',
      origin: new URL(address).origin,
      ...sent.headers,
    },
    body: new URLSearchParams(sent.form),
  })
}
