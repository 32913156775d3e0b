import assert from 'node:assert/strict'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, it } from 'node:test'
import { AppError } from '#kit/errors.ts'
import { checkHost, checkTarget } from './limits.ts'
import { pageClassOf, securityHeaders } from './security-headers.ts'

describe('the headers of a page (Q69, DESIGN §5)', () => {
  const csp = (page: 'interaction' | 'account' | 'api') =>
    String(securityHeaders(page, { https: true })['content-security-policy'])

  it('stand on every class', () => {
    for (const page of ['interaction', 'account', 'api'] as const) {
      const headers = securityHeaders(page, { https: true })
      assert.equal(headers['strict-transport-security'], 'max-age=31536000; includeSubDomains')
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['referrer-policy'], 'no-referrer')
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
      assert.equal(headers['cache-control'], 'no-store')
      assert.match(csp(page), /^default-src 'none'/)
      assert.match(csp(page), /frame-ancestors 'none'/)
      assert.match(csp(page), /base-uri 'none'/)
      assert.doesNotMatch(csp(page), /unsafe|https?:|\*/)
    }
  })

  it('leave out form-action and COOP where a sign-in passes, which Chromium would break', () => {
    assert.doesNotMatch(csp('interaction'), /form-action/)
    assert.equal(
      'cross-origin-opener-policy' in securityHeaders('interaction', { https: true }),
      false,
    )
  })

  it('keep a script-src there, to which the engine adds the hash of its form_post script', () => {
    assert.match(csp('interaction'), /script-src 'self'/)
  })

  it('are strict on our own pages', () => {
    assert.match(csp('account'), /form-action 'self'/)
    const headers = securityHeaders('account', { https: true })
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin')
  })

  it('do not pin http hosts to https', () => {
    const headers = securityHeaders('account', { https: false })
    assert.equal('strict-transport-security' in headers, false)
  })

  it('follow from the path, and what is not known is part of a sign-in', () => {
    assert.equal(pageClassOf('/authorize'), 'interaction')
    assert.equal(pageClassOf('/interaction/abc'), 'interaction')
    assert.equal(pageClassOf('/device'), 'interaction')
    assert.equal(pageClassOf('/logout'), 'interaction')
    assert.equal(pageClassOf('/accounting'), 'interaction')
    assert.equal(pageClassOf('/account/devices'), 'account')
    assert.equal(pageClassOf('/admin'), 'account')
    assert.equal(pageClassOf('/api/v1/clients'), 'api')
    assert.equal(pageClassOf('/device_authorization'), 'api')
    assert.equal(pageClassOf('/.well-known/openid-configuration'), 'api')
  })
})

describe('the request target (Q92, Q93, F11)', () => {
  function refusalOf(url: string): number | undefined {
    const req = new IncomingMessage(new Socket())
    req.url = url
    try {
      checkTarget(req)
      return undefined
    } catch (error) {
      assert.ok(error instanceof AppError)
      return error.status
    }
  }

  it('is accepted when every store can keep it', () => {
    for (const url of [
      '/',
      '/authorize?state=a+b%20c&login_hint=%C3%BC%40example.test&claims=%7B%7D',
      '/cb?a=%F0%9F%94%91&b=?x',
      '/interaction/V1StGXR8_Z5jdHi6B-myT',
    ])
      assert.equal(refusalOf(url), undefined, url)
  })

  const refused: readonly [string, string][] = [
    ['NUL', '/authorize?state=%00'],
    ['a line break', '/authorize?state=a%0d%0ab'],
    ['a control character in the path', '/interaction/%1b'],
    ['an unpaired surrogate', '/authorize?state=%ED%A0%80'],
    ['a C1 control character', '/authorize?state=%C2%85'],
    ['an overlong encoding', '/authorize?state=%C0%80'],
    ['a byte that is not UTF-8', '/authorize?state=%FF'],
    ['a cut-off escape', '/authorize?state=%4'],
    ['an escape of no digits', '/authorize?state=%zz'],
    ['raw bytes beyond ASCII', '/authorize?state=\u00fc'],
    ['an absolute form', 'http://evil.example/authorize'],
    ['two leading slashes', '//evil.example/authorize'],
    ['an asterisk', '*'],
    ['nothing', ''],
  ]
  for (const [name, url] of refused)
    it(`is refused with ${name}`, () => {
      assert.equal(refusalOf(url), 400)
    })

  it('is refused above 8 KiB', () => {
    assert.equal(refusalOf(`/${'a'.repeat(8 * 1024 - 1)}`), undefined)
    assert.equal(refusalOf(`/${'a'.repeat(8 * 1024)}`), 414)
  })
})

it('a request that names two hosts is refused (RFC 9112 §3.2)', () => {
  const request = (...rawHeaders: string[]) =>
    Object.assign(new IncomingMessage(new Socket()), { rawHeaders })
  checkHost(request('Host', 'id.example.com', 'X-Host', 'host'))
  checkHost(request())
  assert.throws(() => checkHost(request('Host', 'a', 'Accept', '*/*', 'hOST', 'b')), {
    code: 'http.ambiguous_host',
    status: 400,
  })
})
