import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Page } from './layout.ts'
import { samples } from './samples.ts'

const page = (locale: Page['locale'] = 'en'): Page => ({
  locale,
  basePath: '',
  assets: (file) => `/assets/${file}`,
  tenant: {
    name: 'Acme',
    supportUrl: 'https://acme.test/help',
    supportEmail: 'it@acme.test',
    privacyUrl: 'https://acme.test/privacy',
    termsUrl: 'https://acme.test/terms',
  },
})

const count = (markup: string, pattern: RegExp) => [...markup.matchAll(pattern)].length

/** Opening tags, as a parser sees them. */
const tagsOf = (markup: string) => [...markup.matchAll(/<([a-z][a-z0-9]*)((?:[^"'>]|"[^"]*")*)>/g)]

describe('every screen in every state', () => {
  for (const locale of ['en', 'de', 'en-XA', 'ar-XB'] as const) {
    for (const { name, html } of samples({ page: page(locale) })) {
      it(`${name} is well formed in ${locale}`, () => {
        const markup = String(html)
        assert.match(markup, /^<!doctype html>/)
        assert.match(
          markup,
          new RegExp(`<html lang="${locale}" dir="${locale === 'ar-XB' ? 'rtl' : 'ltr'}"`),
        )
        assert.match(markup, /<meta name="color-scheme" content="light dark"/)
        assert.equal(count(markup, /<h1[ >]/g), 1, 'one h1')
        assert.equal(count(markup, /<main[ >]/g), 1, 'one main')
        assert.equal(count(markup, /<title>/g), 1, 'one title')
        assert.doesNotMatch(markup, /undefined|\[object|NaN|\{\w+\}|\]\(\w+\)/)
        assertBalanced(markup)
      })
    }
  }

  for (const { name, html } of samples({ page: page() })) {
    const markup = String(html)

    it(`${name} needs no more than default-src 'none' and our own files`, () => {
      assert.doesNotMatch(markup, /\sstyle=|<style|\son[a-z]+=|javascript:/i)
      assert.doesNotMatch(markup, /<script(?! type="module" src="\/assets\/)[^>]*>/)
      assert.doesNotMatch(markup, /(?:src|srcset)="(?!\/assets\/)/)
      assert.doesNotMatch(markup, /<link[^>]*href="(?!\/assets\/)/)
    })

    it(`${name} labels every field it shows and focuses at most one thing`, () => {
      for (const [, tag = '', attributes = ''] of tagsOf(markup)) {
        if (tag !== 'input' || attributes.includes('type="hidden"')) continue
        const id = /\sid="([^"]+)"/.exec(attributes)?.[1] ?? ''
        assert.ok(markup.includes(`<label for="${id}"`), `a label for ${id}`)
      }
      const focused = count(markup, /\sautofocus[\s/>]/g)
      assert.ok(focused <= 1)
      if (markup.includes('aria-invalid="true"')) assert.equal(focused, 1, 'what is to be mended')
    })

    it(`${name} posts every form with its token (Q67)`, () => {
      const forms = markup
        .split('<form')
        .slice(1)
        .map((form) => form.split('</form>')[0] ?? '')
      for (const form of forms) {
        assert.match(form, /^\s+method="post"/)
        // for another site, which must not learn it
        if (form.includes('data-forward')) {
          assert.doesNotMatch(form, /csrf|xsrf|sample-token/)
          continue
        }
        assert.match(form, /<input type="hidden" name="(csrf|xsrf)" value="sample-token"/)
      }
    })
  }

  it('says "Error: " first in the title of what went wrong, and there only', () => {
    for (const { name, html } of samples({ page: page() })) {
      const title = /<title>([^<]*)<\/title>/.exec(String(html))?.[1] ?? ''
      const failed =
        /^error-|-(error|wrong|required|invalid|empty|expired|used|throttled|locked)(-without-reset)?$/.test(
          name,
        )
      const listed = name !== 'dev-mail-empty' && failed
      assert.equal(title.startsWith('Error: '), listed, `${name}: ${title}`)
    }
  })
})

describe('the sign-in fields', () => {
  const sample = (name: string) =>
    String(samples({ page: page() }).find((sample) => sample.name === name)?.html)

  it('offers the identifier to password managers and passkey autofill', () => {
    const [, attributes = ''] = /<input\s+id="email"([^>]*)>/.exec(sample('identifier')) ?? []
    const wanted =
      'type="email" autocomplete="username webauthn" autocapitalize="none" spellcheck="false" inputmode="email"'
    assert.ok(attributes.replaceAll(/\s+/g, ' ').includes(wanted), attributes)
  })

  it('repeats the identifier beside the password, readonly', () => {
    assert.match(sample('password'), /name="email"[^>]*autocomplete="username"[^>]*readonly/)
    assert.match(sample('password'), /autocomplete="current-password"/)
  })

  it('never prints a password back after a wrong try', () => {
    assert.doesNotMatch(sample('password-wrong'), /id="password"[^>]*value=/)
  })

  it('focuses the invalid field, or the alert of the whole form', () => {
    assert.match(sample('identifier-invalid'), /id="email"[^>]*aria-invalid="true"[^>]*autofocus/)
    assert.match(sample('password-wrong'), /role="alert" tabindex="-1" autofocus/)
  })

  it('warns on every device page before anything is sent (RFC 8628 §5.4)', () => {
    for (const name of ['device-code', 'device-code-prefilled', 'device-confirm']) {
      assert.match(sample(name), /Only continue if you started this yourself/)
    }
  })

  it('posts what the engine expects of the device and logout forms', () => {
    assert.match(sample('device-confirm'), /name="user_code" value="WDJB-MJHT"/)
    assert.match(sample('device-confirm'), /name="confirm" value="yes"/)
    assert.match(sample('device-confirm'), /name="abort" value="yes"/)
    assert.equal(count(sample('logout'), /name="logout" value="yes"/g), 1)
  })

  it('shows where an untrusted redirect leads and never goes there by itself (RFC 9700 §4.11.2)', () => {
    const markup = sample('error-redirect')
    assert.match(markup, /<code dir="ltr">free-prizes\.example\.test<\/code>/)
    assert.doesNotMatch(markup, /http-equiv|<form/)
  })
})

describe('hostile words (Q72)', () => {
  const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`

  for (const { name, html } of samples({ page: page(), text: () => hostile })) {
    it(`${name} escapes them wherever they stand`, () => {
      const markup = String(html)
      assert.doesNotMatch(markup, /<script>|<img/)
      const own = /<script type="module" src="\/assets\/[a-z]+\.js"><\/script>/g
      assert.equal(count(markup, /<script /g), count(markup, own))
      for (const [, , attributes = ''] of tagsOf(markup)) {
        assert.doesNotMatch(attributes.replaceAll(/"[^"]*"/g, '""'), /onerror|alert/)
      }
      assertBalanced(markup)
    })
  }

  for (const address of [
    'javascript:alert(1)',
    'data:text/html,<script>',
    '//evil.test/',
    '/\\evil.test',
  ]) {
    for (const { name, html } of samples({ page: page(), url: () => address })) {
      it(`${name} leads nowhere when told to go to ${address}`, () => {
        for (const [, , attributes = ''] of tagsOf(String(html))) {
          const addresses = attributes.matchAll(/\s(?:href|action|src)="([^"]*)"/g)
          for (const [, found = ''] of addresses)
            assert.doesNotMatch(found, /^(?:javascript|data|\/\/|\/\\)/i)
        }
      })
    }
  }

  it('keeps a right-to-left override inside its own name', () => {
    const overriding = samples({ page: page(), text: (text) => `\u202e${text}` })
    for (const { name, html } of overriding.filter(({ name }) => name.startsWith('consent'))) {
      const body = String(html).split('</title>')[1] ?? ''
      const loose = body.replaceAll(/<bdi>[^<]*<\/bdi>|"[^"]*"|<code dir="ltr">[^<]*<\/code>/g, '')
      assert.doesNotMatch(loose.replace(/<span class="seal"[\s\S]*?<\/span>/, ''), /\u202e/, name)
    }
  })
})

const voids = new Set(['meta', 'link', 'input', 'img', 'br', 'hr'])

/** Every element that is opened is closed, in order. */
function assertBalanced(markup: string): void {
  const open: string[] = []
  const body = markup.replaceAll(/<!doctype html>|<!--[\s\S]*?-->/g, '')
  for (const [whole, closing, tag = ''] of body.matchAll(
    /<(\/?)([a-z][a-z0-9]*)(?:[^"'>]|"[^"]*")*>/g,
  )) {
    if (closing === '/') assert.equal(open.pop(), tag, `</${tag}>`)
    else if (!voids.has(tag) && !whole.endsWith('/>')) open.push(tag)
  }
  assert.deepEqual(open, [])
}
