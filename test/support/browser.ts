import { createCookieJar } from './cookie-jar.ts'
import type { CookieJar } from './cookie-jar.ts'
import { readHtml } from './html-page.ts'
import type { HtmlForm, HtmlPage } from './html-page.ts'
import type { Transport } from './transport.ts'

/** A browser without JavaScript: cookies shared by its tabs, redirects followed, forms filled in and sent. */
export type Browser = {
  /** Its cookies; `acceptsCookies = false` makes it keep none. */
  readonly cookies: CookieJar
  acceptsCookies: boolean
  /** Sent with every request. */
  languages: string
  userAgent: string | undefined
  readonly address: string
  tab(): Tab
}

/** Where a tab ended up. */
export type Page = HtmlPage & {
  readonly url: URL
  /** 0 for an address of another host, which is not asked: see `isElsewhere`. */
  readonly status: number
  readonly headers: Headers
  readonly html: string
  /** The browser was sent to another host, or to an app by its scheme. */
  readonly isElsewhere: boolean
  /** What a form sent there. */
  readonly posted: URLSearchParams | undefined
  /** Every answer on the way here, the last included. */
  readonly hops: readonly Hop[]
}

export type Hop = { readonly method: string; readonly url: URL; readonly status: number }

export type Tab = {
  readonly page: Page
  open(url: string | URL): Promise<Page>
  /**
   * Fills in fields by name and presses a button by its words. Without a button: Enter in the first form that has the
   * fields. Throws when there is no such field or button.
   */
  submit(fields?: Readonly<Record<string, string>>, press?: string | RegExp): Promise<Page>
  /** Asks again for the page before this one, as a browser must that was told `no-store`. */
  back(): Promise<Page>
  reload(): Promise<Page>
  /** What it would send as `Cookie` to an address: for a request made by hand. */
  cookieHeader(url: URL): string
}

let browsers = 0

export function createBrowser(transport: Transport, home: string): Browser {
  browsers += 1
  const browser: Browser = {
    cookies: createCookieJar(),
    acceptsCookies: true,
    languages: 'en',
    userAgent: undefined,
    address: `198.51.100.${browsers % 250}`,
    tab: () => createTab(browser, transport, new URL(home)),
  }
  return browser
}

type Navigation = { readonly method: string; readonly url: URL; readonly body?: URLSearchParams }

function createTab(browser: Browser, transport: Transport, home: URL): Tab {
  const history: URL[] = []
  let page: Page | undefined

  async function ask({ method, url, body }: Navigation, site: string): Promise<Response> {
    const cookie = browser.cookies.header(url)
    const response = await transport.fetch(url, {
      method,
      body,
      from: browser.address,
      headers: {
        accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
        'accept-language': browser.languages,
        ...(browser.userAgent === undefined ? {} : { 'user-agent': browser.userAgent }),
        'sec-fetch-dest': 'document',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-site': site,
        // our pages say no-referrer, and then a form's origin is null (Fetch §3.2)
        ...(method === 'POST' ? { origin: 'null' } : {}),
        ...(cookie === undefined ? {} : { cookie }),
      },
    })
    if (browser.acceptsCookies) browser.cookies.take(response.headers.getSetCookie(), url)
    return response
  }

  async function navigate(first: Navigation, site: string): Promise<Page> {
    const hops: Hop[] = []
    let next = first
    for (let count = 0; count < 15; count += 1) {
      if (next.url.origin !== home.origin) return (page = elsewhere(next, hops))
      const response = await ask(next, site)
      hops.push({ method: next.method, url: next.url, status: response.status })
      const location = response.headers.get('location')
      if (location === null || response.status < 300 || response.status > 399) {
        return (page = await arrived(response, next.url, hops))
      }
      if (next.method === 'POST' && response.status !== 303)
        throw new Error(`${response.status} after a POST (RFC 9700 §4.12)`)
      next = { method: 'GET', url: new URL(location, next.url) }
    }
    throw new Error(`redirected without end: ${hops.map(({ url }) => url.pathname).join(' ')}`)
  }

  async function visit(navigation: Navigation, site: string): Promise<Page> {
    const arrival = await navigate(navigation, site)
    if (!arrival.isElsewhere && history.at(-1)?.href !== arrival.url.href) history.push(arrival.url)
    return arrival
  }

  function current(): Page {
    if (!page) throw new Error('nothing was opened yet')
    return page
  }

  return {
    get page() {
      return current()
    },
    open: (url) => visit({ method: 'GET', url: new URL(url, page?.url ?? home) }, 'none'),
    submit(fields = {}, press) {
      const { form, button } = choose(current(), fields, press)
      const url = new URL(form.action, current().url)
      const body = filledIn(form, fields)
      if (button?.name !== undefined) body.append(button.name, button.value)
      return visit({ method: form.method, url, body }, 'same-origin')
    },
    back() {
      if (!current().isElsewhere) history.pop()
      const url = history.at(-1)
      if (!url) throw new Error('there is no page before this one')
      return navigate({ method: 'GET', url }, 'none')
    },
    cookieHeader: (url) => browser.cookies.header(url) ?? '',
    reload: () => navigate({ method: 'GET', url: current().url }, 'none'),
  }
}

function choose(page: Page, fields: object, press: string | RegExp | undefined) {
  const fits = (text: string) =>
    press === undefined || (typeof press === 'string' ? text === press : press.test(text))
  const form = page.forms.find(
    (form) =>
      Object.keys(fields).every((name) => form.fields.some((field) => field.name === name)) &&
      (press === undefined || form.buttons.some(({ text }) => fits(text))),
  )
  if (!form) {
    const wanted = `${Object.keys(fields).join(', ')} ${press === undefined ? '' : String(press)}`
    throw new Error(`no form with ${wanted} on ${page.url.pathname}: ${page.text}`)
  }
  return { form, button: form.buttons.find(({ text }) => fits(text)) }
}

/** A box that nobody ticks is not sent (HTML, form submission). */
function filledIn(form: HtmlForm, fields: Readonly<Record<string, string>>): URLSearchParams {
  const sent = form.fields.filter(
    ({ name, type, attributes }) =>
      type !== 'checkbox' || 'checked' in attributes || fields[name] !== undefined,
  )
  return new URLSearchParams(
    sent.map(({ name, value }) => [name, fields[name] ?? value] as [string, string]),
  )
}

async function arrived(response: Response, url: URL, hops: readonly Hop[]): Promise<Page> {
  const html = await response.text()
  const { status, headers } = response
  return {
    ...readHtml(html),
    url,
    status,
    headers,
    html,
    isElsewhere: false,
    posted: undefined,
    hops,
  }
}

function elsewhere({ url, body }: Navigation, hops: readonly Hop[]): Page {
  const nothing = { status: 0, headers: new Headers(), html: '' }
  return { ...readHtml(''), ...nothing, url, isElsewhere: true, posted: body, hops }
}
