import assert from 'node:assert/strict'
import { createBrowser } from './browser.ts'
import type { Page } from './browser.ts'
import type { Transport } from './transport.ts'

export type DemoPlaces = {
  readonly issuer: string
  readonly application: string
  readonly identityProvider: string
}

/** A newcomer with a browser, who clicks through the demo of a development start. */
export function createNewcomer(transport: Transport, places: DemoPlaces) {
  const tabs = {
    application: createBrowser(transport, places.application).tab(),
    signet: createBrowser(transport, places.issuer).tab(),
    identityProvider: createBrowser(transport, places.identityProvider).tab(),
  }

  /** As who the button of the home page leads to `prove`; gives the claims that the application then shows. */
  async function signIn(button: string, prove: (page: Page) => Promise<Page>) {
    await tabs.application.open('/')
    const request = await tabs.application.submit({}, button)
    let page = await prove(await tabs.signet.open(request.url))
    if (!page.isElsewhere) page = await tabs.signet.submit({}, 'Allow')
    assert.ok(page.isElsewhere, `still at ${page.url.pathname}: ${page.text}`)
    const { text } = await tabs.application.open(page.url)
    assert.match(text, /You’re signed in/)
    const claim = (name: string) => new RegExp(`"${name}": "([^"]+)"`).exec(text)?.[1]
    return {
      subject: claim('sub') ?? assert.fail(text),
      email: claim('email'),
      name: claim('name'),
    }
  }

  /** To the partners, from a sign-in page at Acme. */
  async function leave({ html, text }: Page): Promise<Page> {
    const [, link] = /href="([^"]*\/leave\/partners)"/.exec(html) ?? []
    const left = await tabs.signet.open(link ?? assert.fail(text))
    return tabs.identityProvider.open(left.url)
  }

  return {
    ...tabs,
    leave,

    asAda: () =>
      signIn('Sign in', async () => {
        await tabs.signet.submit({ email: 'ada@example.test' })
        return tabs.signet.submit({ password: 'correct-horse-battery' })
      }),

    /** By the address typed: its domain is Acme's. */
    asEmployee: (email: string, person: RegExp) =>
      signIn('Sign in at Acme', async () => {
        let page = await tabs.signet.submit({ email })
        const [, link] = /href="([^"]*\/leave\/employees)"/.exec(page.html) ?? []
        if (!page.isElsewhere) page = await tabs.signet.open(link ?? assert.fail(page.text))
        await tabs.identityProvider.open(page.url)
        await tabs.identityProvider.submit({}, person)
        const back = await tabs.identityProvider.submit({}, 'Continue')
        const posted = await transport.fetch(back.url, { method: 'POST', body: back.posted })
        assert.equal(posted.status, 303)
        return tabs.signet.open(new URL(posted.headers.get('location') ?? '', back.url))
      }),

    /** By "Acme partners", as who is chosen there. */
    asPartner: (person: string | RegExp) =>
      signIn('Sign in at Acme', async (page) => {
        await leave(page)
        const back = await tabs.identityProvider.submit({}, person)
        return tabs.signet.open(back.url)
      }),
  }
}
