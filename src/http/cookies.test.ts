import assert from 'node:assert/strict'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { describe, it } from 'node:test'
import { createKeyDeriver, createSealer } from '#kit/sealer.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { clearCookie, cookieName, createSealedCookies, readCookie, writeCookie } from './cookies.ts'
import type { CookieSpec, SealedCookieSpec } from './http.ts'

const issuer = 'https://id.example.com'
const laptop = 'http://localhost:3000'
const session: CookieSpec = { name: 'sid', path: '/', sameSite: 'lax' }
const flow: SealedCookieSpec = { name: 'flow', path: '/federation', sameSite: 'none', maxAge: 600 }

function request(cookie?: string): IncomingMessage {
  const req = new IncomingMessage(new Socket())
  if (cookie !== undefined) req.headers.cookie = cookie
  return req
}

const response = () => new ServerResponse(request())
const written = (res: ServerResponse) => [res.getHeader('set-cookie') ?? []].flat().map(String)

describe('a cookie (Q66)', () => {
  it('is bound to the host at the root, and to https below it', () => {
    assert.equal(cookieName(session, issuer), '__Host-sid')
    assert.equal(cookieName(flow, issuer), '__Secure-flow')
    assert.equal(cookieName(session, laptop), 'sid')
  })

  it('is written with every attribute its prefix promises', () => {
    const res = response()
    writeCookie(res, session, { issuer, value: 'abc' })
    writeCookie(res, flow, { issuer, value: 'v1.x-y_z' })
    assert.deepEqual(written(res), [
      '__Host-sid=abc; Path=/; HttpOnly; Secure; SameSite=Lax',
      '__Secure-flow=v1.x-y_z; Max-Age=600; Path=/federation; HttpOnly; Secure; SameSite=None',
    ])
  })

  it('has no SameSite=None over http, which a browser would drop', () => {
    const res = response()
    writeCookie(res, flow, { issuer: laptop, value: 'abc' })
    assert.deepEqual(written(res), ['flow=abc; Max-Age=600; Path=/federation; HttpOnly'])
  })

  it('keeps what others wrote, and is cleared by an empty value', () => {
    const res = response()
    res.setHeader('set-cookie', 'other=1')
    clearCookie(res, session, issuer)
    assert.deepEqual(written(res), [
      'other=1',
      '__Host-sid=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
    ])
  })

  it('cannot smuggle an attribute or a header in its value', () => {
    for (const value of ['a; Domain=example.com', 'a\r\nX: y', 'a b', ''])
      assert.throws(() => writeCookie(response(), session, { issuer, value }), TypeError)
  })

  it('is read by its exact name, and not at all when two came (cookie tossing)', () => {
    assert.equal(readCookie(request('a=1; __Host-sid=abc; b=2'), session, issuer), 'abc')
    assert.equal(readCookie(request('sid=abc'), session, issuer), undefined)
    assert.equal(readCookie(request('x__Host-sid=abc'), session, issuer), undefined)
    assert.equal(readCookie(request('sid=abc; sid=evil'), session, laptop), undefined)
    assert.equal(readCookie(request('sid='), session, laptop), undefined)
    assert.equal(readCookie(request(), session, laptop), undefined)
  })
})

describe('a sealed cookie', () => {
  const clock = createFakeClock()
  const sealer = createSealer(createKeyDeriver([Buffer.alloc(32, 7)]))
  const cookies = createSealedCookies({ sealer, clock })
  const owner = { tenantId: 'tenant-1', issuer }

  function sealed(value = 'secret') {
    const res = response()
    cookies.write(res, flow, { ...owner, value })
    return request(String(written(res)[0]).split(';')[0])
  }

  it('comes back as it was written, and shows nothing on its way', () => {
    const req = sealed('secret')
    assert.doesNotMatch(String(req.headers.cookie), /secret/)
    assert.equal(cookies.read(req, flow, owner), 'secret')
  })

  it('does not open when changed, renamed, or of another tenant', () => {
    const req = sealed()
    assert.equal(cookies.read(req, flow, { ...owner, tenantId: 'tenant-2' }), undefined)
    const renamed = request(String(req.headers.cookie).replace('flow', 'other'))
    assert.equal(cookies.read(renamed, { ...flow, name: 'other' }, owner), undefined)
    const changed = request(`${String(req.headers.cookie)}A`)
    changed.headers.cookie = String(req.headers.cookie).replace(/.{4}$/, 'AAAA')
    assert.equal(cookies.read(changed, flow, owner), undefined)
    assert.equal(cookies.read(request('__Secure-flow=nonsense'), flow, owner), undefined)
  })

  it('ends at its age even when the browser keeps it', () => {
    const req = sealed()
    clock.advance(599_000)
    assert.equal(cookies.read(req, flow, owner), 'secret')
    clock.advance(1000)
    assert.equal(cookies.read(req, flow, owner), undefined)
  })
})
