import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import type { Browser, BrowserContextOptions, Page as Tab } from 'playwright-core'
import { findChromium, launchChromium } from '#test/support/chromium.ts'
import { loadAssets } from '#views/assets.ts'
import type { Locale } from '#views/messages.ts'
import { samples } from '#views/samples.ts'

const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:"
const tenant = {
  name: 'Acme',
  supportUrl: 'https://acme.test/help',
  supportEmail: 'it@acme.test',
  privacyUrl: 'https://acme.test/privacy',
  termsUrl: 'https://acme.test/terms',
}

const assets = await loadAssets()
const gallery = (locale: Locale) =>
  samples({ page: { locale, tenant, basePath: '', assets: assets.url } })
const names = gallery('en').map(({ name }) => name)
const pages = new Map<string, string>(
  (['en', 'de', 'en-XA', 'ar-XB'] as const).flatMap((locale) =>
    gallery(locale).map(({ name, html }) => [`/${locale}/${name}`, String(html)] as const),
  ),
)

function serveGallery(): Server {
  return createServer((request, response) => {
    const path = request.url ?? '/'
    const asset = assets.find(path)
    if (asset) return response.writeHead(200, { 'content-type': asset.type }).end(asset.body)
    // what a script of ours asks for: of nothing it makes nothing
    if (request.method === 'POST') return response.end('{}')
    const headers = { 'content-type': 'text/html', 'content-security-policy': policy }
    return response.writeHead(pages.has(path) ? 200 : 404, headers).end(pages.get(path))
  })
}

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
)

type AxeResult = { violations: { id: string; nodes: { html: string }[] }[] }

const everything = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Injected by the debugger, which the page's policy does not concern. */
async function axe(tab: Tab, runOnly = everything): Promise<string[]> {
  await tab.evaluate(axeSource)
  const options = JSON.stringify({ runOnly, resultTypes: ['violations'] })
  const { violations } = await tab.evaluate<AxeResult>(`axe.run(document, ${options})`)
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)
}

describe(
  'the screens in a browser',
  { skip: findChromium() === undefined && 'no Chromium' },
  () => {
    const server = serveGallery()
    let browser: Browser
    let origin: string

    before(async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      browser = await launchChromium()
    })

    after(async () => {
      await browser.close()
      server.closeAllConnections()
      server.close()
    })

    /** One tab that fails the test on any console error or any request to another host. */
    async function withTab(options: BrowserContextOptions, use: (tab: Tab) => Promise<void>) {
      const context = await browser.newContext(options)
      const complaints: string[] = []
      const tab = await context.newPage()
      tab.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      tab.on('pageerror', (error) => complaints.push(String(error)))
      tab.on('request', (request) => {
        if (!request.url().startsWith(origin)) complaints.push(`asked ${request.url()}`)
      })
      // it would press the button of its page: here people stay, and look
      await tab.route(/\/forward[^/]*\.js$/, (route) =>
        route.fulfill({ contentType: 'text/javascript', body: '' }),
      )
      try {
        await use(tab)
      } finally {
        await context.close()
      }
      assert.deepEqual(complaints, [])
    }

    const overflow = (tab: Tab) =>
      tab.evaluate<number>('document.documentElement.scrollWidth - innerWidth')

    it('have no axe violation', async () => {
      await withTab({}, async (tab) => {
        for (const name of names) {
          await tab.goto(`${origin}/en/${name}`)
          assert.deepEqual(await axe(tab), [], name)
        }
        await tab.evaluate('document.querySelector("h1").remove()')
        assert.notDeepEqual(await axe(tab), [], 'a fault is seen')
      })
    })

    it('have enough contrast in dark', async () => {
      await withTab({ colorScheme: 'dark' }, async (tab) => {
        for (const name of names) {
          await tab.goto(`${origin}/en/${name}`)
          assert.deepEqual(await axe(tab, ['color-contrast']), [], name)
        }
        await tab.evaluate(`{
        const sheet = new CSSStyleSheet()
        sheet.replaceSync('h1 { color: #333 }')
        document.adoptedStyleSheets = [sheet]
      }`)
        assert.notDeepEqual(await axe(tab, ['color-contrast']), [], 'a fault is seen')
      })
    })

    it('have no axe violation from right to left, and mirror', async () => {
      await withTab({}, async (tab) => {
        for (const name of [
          'identifier-invalid',
          'password-wrong',
          'consent-unverified',
          'error-details',
        ]) {
          await tab.goto(`${origin}/ar-XB/${name}`)
          assert.deepEqual(await axe(tab), [], name)
        }
        await tab.goto(`${origin}/ar-XB/account-chooser`)
        const sides = await tab.evaluate<[number, number]>(
          '[".avatar", ".who"].map((part) => document.querySelector(part).getBoundingClientRect().left)',
        )
        assert.ok(sides[0] > sides[1], 'the avatar stands at the right')
      })
    })

    for (const locale of ['de', 'en-XA', 'ar-XB'] as const) {
      it(`fit 320 pixels in ${locale} without scrolling sideways (WCAG 1.4.10)`, async () => {
        await withTab({ viewport: { width: 320, height: 640 } }, async (tab) => {
          for (const name of names) {
            await tab.goto(`${origin}/${locale}/${name}`)
            assert.equal(await overflow(tab), 0, name)
          }
        })
      })
    }

    it('have targets of 44 pixels, and of 24 where they stand in a text (WCAG 2.5.8)', async () => {
      await withTab({ viewport: { width: 320, height: 640 } }, async (tab) => {
        for (const name of names) {
          await tab.goto(`${origin}/en/${name}`)
          const small = await tab.evaluate<string[]>(`
          [...document.querySelectorAll('.button, .account, input:not([type=hidden], [readonly]), .tick label, summary, .quiet, .aside a, .inline a')]
            .filter((target) => target.checkVisibility())
            .filter((target) => target.offsetHeight < (target.matches('.tick input, .quiet, .aside a, .inline a') ? 24 : 44))
            .map((target) => target.outerHTML)`)
          assert.deepEqual(small, [], name)
        }
      })
    })

    it('are complete in forced colors', async () => {
      await withTab({ forcedColors: 'active' }, async (tab) => {
        for (const name of ['identifier-invalid', 'password-wrong', 'consent', 'account-chooser']) {
          await tab.goto(`${origin}/en/${name}`)
          assert.deepEqual(await axe(tab), [], name)
          const borderless = await tab.evaluate<string[]>(
            `[...document.querySelectorAll('.button')]
            .filter((button) => getComputedStyle(button).borderTopStyle === 'none')
            .map((button) => button.outerHTML)`,
          )
          assert.deepEqual(borderless, [])
        }
      })
    })

    it('work without JavaScript, and show no button that could do nothing', async () => {
      await withTab({ javaScriptEnabled: false }, async (tab) => {
        await tab.goto(`${origin}/en/password`)
        assert.equal(await tab.getByText('Show password').isVisible(), false)
        assert.equal(await tab.getByRole('button', { name: 'Sign in' }).isVisible(), true)
      })
    })

    it('put the focus where the next key belongs', async () => {
      const focused = `document.activeElement.id || document.activeElement.getAttribute('role')`
      await withTab({}, async (tab) => {
        for (const [name, wanted] of [
          ['identifier', 'email'],
          ['identifier-invalid', 'email'],
          ['password', 'password'],
          ['password-wrong', 'alert'],
          ['password-required', 'password'],
          ['email-code-wrong', 'code'],
          ['register-agreement-required', 'terms'],
          ['device-code-wrong', 'user_code'],
          ['error-server', 'alert'],
        ]) {
          await tab.goto(`${origin}/en/${name}`)
          await tab.waitForFunction('document.activeElement !== document.body')
          assert.equal(await tab.evaluate(focused), wanted, name)
        }
      })
    })

    it('can be walked through by keyboard in the order they are read', async () => {
      await withTab({}, async (tab) => {
        await tab.goto(`${origin}/en/password-wrong`)
        await tab.waitForFunction('document.activeElement !== document.body')
        const order: unknown[] = []
        for (let step = 0; step < 6; step += 1) {
          await tab.keyboard.press('Tab')
          order.push(
            await tab.evaluate(
              'document.activeElement.id || document.activeElement.textContent.trim()',
            ),
          )
        }
        const wanted = [
          'reset your password',
          'email',
          'Not you? Change',
          'password',
          'Show password',
          'Sign in',
        ]
        assert.deepEqual(order, wanted)
        const outline = await tab.evaluate('getComputedStyle(document.activeElement).outlineWidth')
        assert.equal(outline, '3px', 'the focus is seen (WCAG 2.4.13)')
      })
    })

    it('show and hide a password, and send it as one', async () => {
      await withTab({}, async (tab) => {
        await tab.goto(`${origin}/en/password`)
        const type = () => tab.evaluate<string>('document.getElementById("password").type')
        await tab.getByRole('button', { name: 'Show password' }).click()
        assert.equal(await type(), 'text')
        await tab.getByRole('button', { name: 'Hide password' }).click()
        assert.equal(await type(), 'password')
      })
    })

    it('send a form once when it is submitted twice', async () => {
      await withTab({}, async (tab) => {
        await tab.goto(`${origin}/en/identifier`)
        await tab.evaluate(`{
        const button = document.querySelector('.primary')
        window.sent = 0
        addEventListener('submit', (event) => { if (!event.defaultPrevented) window.sent += 1; event.preventDefault() })
        button.click(); button.click()
      }`)
        assert.equal(await tab.evaluate('window.sent'), 1)
      })
    })
  },
)
