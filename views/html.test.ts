import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Html, href, html, name, type Part } from './html.ts'

describe('html', () => {
  it('escapes what could end a text or a quoted attribute', () => {
    const hostile = `<script>&"'`
    const made = html`<p title="${hostile}">${hostile}</p>`
    const safe = '&lt;script&gt;&amp;&quot;&#39;'
    assert.equal(String(made), `<p title="${safe}">${safe}</p>`)
  })

  it('leaves markup of its own as it is, in lists too', () => {
    const letters = ['a', 'b'].map((letter) => html`<i>${letter}</i>`)
    assert.equal(String(html`<p>${letters}</p>`), '<p><i>a</i><i>b</i></p>')
  })

  it('prints numbers, and nothing for false, null and undefined', () => {
    assert.equal(String(html`${0}${1.5}|${false}${null}${undefined}`), '01.5|')
  })

  it('refuses what the types forbid when a cast let it through', () => {
    for (const foreign of [{}, Promise.resolve('x'), true, () => 'x', Symbol('x')]) {
      assert.throws(() => html`${foreign as unknown as Part}`, TypeError)
    }
  })

  it('cannot be made from a string elsewhere', () => {
    const make = Html as unknown as new (key: unknown, markup: string) => Html
    assert.throws(() => new make(Symbol('maker'), '<b>'), TypeError)
  })

  it('is a type error for objects, promises and true', () => {
    // @ts-expect-error an object would print as [object Object]
    assert.throws(() => html`${{ toString: () => '<b>' }}`)
    // @ts-expect-error a forgotten await would print as [object Promise]
    assert.throws(() => html`${Promise.resolve('x')}`)
  })
})

describe('href', () => {
  const kept = ['https://a.test/', 'http://a.test/', 'mailto:a@b.test', '/login?a=b#c', '/']
  for (const address of kept) it(`keeps ${address}`, () => assert.equal(href(address), address))

  const dropped = [
    'javascript:alert(1)',
    ' JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    '//evil.test',
    '/\\evil.test',
    '/\t/evil.test',
    'com.example.app:/cb',
    'relative',
    '',
  ]
  for (const address of dropped) {
    it(`drops ${JSON.stringify(address)}`, () => assert.equal(href(address), '#'))
  }

  it('keeps the scheme of the one application it was told of', () => {
    const appScheme = 'com.example.app'
    assert.equal(href('com.example.app:/cb', { appScheme }), 'com.example.app:/cb')
    assert.equal(href('com.example.other:/cb', { appScheme }), '#')
  })

  it('never keeps a scheme that runs or reads in the browser, whoever says so', () => {
    assert.equal(href('javascript:alert(1)', { appScheme: 'javascript' }), '#')
    assert.equal(href('data:text/html,x', { appScheme: 'data' }), '#')
  })
})

describe('name', () => {
  it('isolates the direction of what others wrote', () => {
    assert.equal(String(name('<דוד>')), '<bdi>&lt;דוד&gt;</bdi>')
  })
})
