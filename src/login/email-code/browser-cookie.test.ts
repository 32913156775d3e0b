import assert from 'node:assert/strict'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { describe, it } from 'node:test'
import { cookies } from '#http/cookies.ts'
import { tenant } from '#test/support/password-login.ts'
import { createBrowserCookie } from './browser-cookie.ts'

const browsers = createBrowserCookie(cookies)
const acme = { ...tenant, slug: 'acme', issuer: `${tenant.issuer}/t/acme` }

function exchange(cookie?: string) {
  const req = new IncomingMessage(new Socket())
  if (cookie !== undefined) req.headers.cookie = cookie
  const res = new ServerResponse(req)
  return { req, res, set: () => String(res.getHeader('set-cookie')) }
}

describe('the cookie of the browser that asked (Q57)', () => {
  it('is random, locked to its host, out of reach of scripts, and comes along from a mail', () => {
    const { req, res, set } = exchange()
    const value = browsers.ensure(tenant, req, res)
    assert.match(value, /^[\w-]{43}$/)
    assert.equal(
      set(),
      `__Host-signet-browser=${value}; Max-Age=86400; Path=/; HttpOnly; Secure; SameSite=Lax`,
    )
  })

  it('stays the same as long as it is asked for', () => {
    const value = 'v'.repeat(43)
    const { req, res } = exchange(`__Host-signet-browser=${value}`)
    assert.equal(browsers.read(tenant, req), value)
    assert.equal(browsers.ensure(tenant, req, res), value)
  })

  it('is another one in another tenant (DESIGN §3)', () => {
    const { req, res, set } = exchange(`__Host-signet-browser=${'v'.repeat(43)}`)
    assert.equal(browsers.read(acme, req), undefined)
    browsers.ensure(acme, req, res)
    assert.match(set(), /^__Secure-signet-browser-acme=.*; Path=\/t\/acme;/)
  })

  it('is nothing when it was not made here', () => {
    for (const value of ['short', 'ä'.repeat(43), '']) {
      const { req } = exchange(`__Host-signet-browser=${value}`)
      assert.equal(browsers.read(tenant, req), undefined)
    }
  })
})
