import assert from 'node:assert/strict'
import { epochSeconds } from '#kit/clock.ts'
import { codeAt } from './authenticator-app.ts'
import type { Page, Tab } from './browser.ts'
import { password } from './world.ts'
import type { World } from './world.ts'

/** The key on a page that sets an app up. */
export function secretOn({ text }: Page): string {
  const [key = assert.fail(text)] = /[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}/.exec(text) ?? []
  return key.replaceAll(' ', '')
}

export function codesOn({ text }: Page): readonly string[] {
  return text.match(/\b(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}\b/g) ?? []
}

/** What the app shows now, or so many steps from now. */
export const codeNow = (world: World, secret: string, steps = 0): string =>
  codeAt(secret, epochSeconds(world.clock), steps)

export type TwoSteps = { readonly secret: string; readonly codes: readonly string[] }

/** Sets an app up in My account and keeps the codes; then lets the step of the first code pass. */
export async function setUpTwoSteps(world: World, tab: Tab, home: string): Promise<TwoSteps> {
  await tab.open(`${home}/authenticator`)
  const secret = secretOn(await tab.submit({}, 'Go on'))
  const page = await tab.submit({ code: codeNow(world, secret) })
  const codes = codesOn(page)
  assert.equal(codes.length, 10, page.text)
  await tab.submit({}, 'I’ve saved them')
  await world.pass(60)
  return { secret, codes }
}

/** Proves once more who one is, with the app as well (Q64), and comes back to a page of My account. */
export async function confirmWithApp(
  world: World,
  tab: Tab,
  { home, page, secret }: { readonly home: string; readonly page: string; readonly secret: string },
): Promise<void> {
  await tab.open(`${home}/confirm/${page}`)
  await tab.submit({ password })
  await world.pass(30)
  await tab.submit({ code: codeNow(world, secret) })
  assert.equal(tab.page.url.href, `${home}/${page}`, tab.page.text)
}
