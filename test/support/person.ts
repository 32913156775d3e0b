import assert from 'node:assert/strict'
import type { Page, Tab } from './browser.ts'
import type { RelyingParty, Tokens } from './relying-party.ts'
import { password } from './world.ts'
import type { Person, World } from './world.ts'

/** The identifier step, then the password step. */
export async function proveIdentity(tab: Tab, person: Pick<Person, 'email'>): Promise<Page> {
  if (tab.page.heading === 'Choose an account') await tab.submit({}, 'Use another account')
  await tab.submit({ email: person.email })
  return tab.submit({ password })
}

/** Answers whatever is asked, until the application has the person back. */
export async function signIn(tab: Tab, url: URL, person: Pick<Person, 'email'>): Promise<Page> {
  let page = await tab.open(url)
  if (!page.isElsewhere && !isConsent(page)) page = await proveIdentity(tab, person)
  if (isConsent(page)) page = await tab.submit({}, 'Allow')
  assert.ok(page.isElsewhere, `still here: ${page.status} ${page.text}`)
  return page
}

export function isConsent(page: Page): boolean {
  return page.forms.some(({ buttons }) => buttons.some(({ name }) => name === 'decision'))
}

export type SignedIn = { readonly tab: Tab; readonly tokens: Tokens }

/** A whole sign-in, in a browser of its own unless a tab is given. */
export async function signInTo(
  rp: RelyingParty,
  person: Pick<Person, 'email'>,
  options: {
    readonly world: World
    readonly tab?: Tab
    readonly parameters?: Readonly<Record<string, string>>
    /** Of the token request. */
    readonly redeem?: Readonly<Record<string, string>>
  },
): Promise<SignedIn> {
  const tab = options.tab ?? options.world.browser().tab()
  const attempt = await rp.start(options.parameters)
  const { url } = await signIn(tab, attempt.url, person)
  const tokens = await attempt.finish(url, options.redeem ? { parameters: options.redeem } : {})
  return { tab, tokens }
}
