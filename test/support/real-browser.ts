import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { startApplication } from './application.ts'
import type { Application } from './application.ts'
import { findChromium, launchChromium } from './chromium.ts'
import { openWorld } from './world.ts'
import type { Person, World, WorldOptions } from './world.ts'

/** A world, an application on another origin, and Chromium in front of both. */
export type Scene = {
  readonly world: World
  readonly application: Application
  /**
   * A tab with a profile of its own. Fails on whatever the browser complains of (of that only what `heeding` matches, where
   * it is given), and on any other host it asks.
   */
  withPage(use: (page: Page) => Promise<void>, options?: PageOptions): Promise<void>
}

export type PageOptions = BrowserContextOptions & {
  readonly heeding?: RegExp
  /** Hosts it may ask besides. */
  readonly also?: readonly string[]
}

type OpenScene = Scene & AsyncDisposable

/** Registers a suite for a real browser; all its tests share one scene. */
export function describeInChromium(
  title: string,
  suite: (scene: () => Scene) => void,
  options?: WorldOptions,
): void {
  describe(title, { skip: findChromium() === undefined && 'no Chromium' }, () => {
    let scene: OpenScene | undefined
    before(async () => {
      scene = await openScene(options)
    })
    after(() => scene?.[Symbol.asyncDispose]())
    suite(() => scene ?? assert.fail('no scene yet'))
  })
}

/** What is to be tried with and without the script: a name for the test, and the option. */
export const withAndWithoutScript = [
  { how: 'with JavaScript', javaScriptEnabled: true },
  { how: 'without JavaScript', javaScriptEnabled: false },
] as const

async function openScene(options?: WorldOptions): Promise<OpenScene> {
  await using stack = new AsyncDisposableStack()
  const world = stack.use(await openWorld(options))
  const application = stack.use(await startApplication())
  const chromium = stack.adopt(await launchChromium(), (browser) => browser.close())
  const own = [world.issuer, application.origin].map((address) => new URL(address).host)
  const everything = stack.move()
  return {
    world,
    application,
    withPage: (use, options = {}) => withPage(chromium, own, use, options),
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  }
}

async function withPage(
  chromium: Browser,
  own: readonly string[],
  use: (page: Page) => Promise<void>,
  { heeding = /./, also = [], ...options }: PageOptions,
): Promise<void> {
  const context = await chromium.newContext(options)
  const complaints: string[] = []
  context.on('console', (message) => {
    if (message.type() === 'error' && heeding.test(message.text())) complaints.push(message.text())
  })
  context.on('request', (request) => {
    const { host } = new URL(request.url())
    if (host !== '' && ![...own, ...also].includes(host)) complaints.push(`asked ${host}`)
  })
  try {
    await use(await context.newPage())
  } finally {
    await context.close()
  }
  assert.deepEqual(complaints, [])
}

/** By the keyboard alone: walks to the field of this name, types, and presses Enter. */
export async function enter(page: Page, name: string, value: string): Promise<void> {
  await fill(page, name, value)
  await send(page)
}

/** The same, without Enter. */
export async function fill(page: Page, name: string, value: string): Promise<void> {
  await walkTo(page, page.locator(`input[name=${name}]:not([type=hidden], [readonly])`))
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type(value)
}

/** By the keyboard alone: walks to a button or a link, by its words, and presses Enter. */
export async function press(
  page: Page,
  role: 'button' | 'link',
  name: string | RegExp,
): Promise<void> {
  await walkTo(page, page.getByRole(role, { name }).first())
  await send(page)
}

/** Answers the identifier and the password, by the keyboard. */
export async function prove(page: Page, { email, password }: Omit<Person, 'account'>) {
  await enter(page, 'email', email)
  await enter(page, 'password', password)
}

async function send(page: Page): Promise<void> {
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
}

/** Run in the page, which is no part of this program: hence its own idea of what an element is. */
const hasFocus = (element: { readonly ownerDocument: { readonly activeElement: unknown } }) =>
  element.ownerDocument.activeElement === element

/** More than any page has; then it cannot be reached. */
const mostStops = 100

/** Presses Tab until this is what the next key goes to (WCAG 2.1.1). */
export async function walkTo(page: Page, target: Locator): Promise<void> {
  for (let stop = 0; stop < mostStops; stop += 1) {
    if (await target.evaluate(hasFocus)) return
    await page.keyboard.press('Tab')
  }
  assert.fail(`no key leads to ${String(target)}`)
}
