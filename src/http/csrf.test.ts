import assert from 'node:assert/strict'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { describe, it } from 'node:test'
import Koa from 'koa'
import { AppError } from '#kit/errors.ts'
import { createCsrf, isSentByIssuer } from './csrf.ts'

const issuer = 'https://id.example.com/t/acme'
const own = 'https://id.example.com'

describe('where a form was sent from (Q67)', () => {
  const accepted: readonly Record<string, string>[] = [
    { 'sec-fetch-site': 'same-origin', origin: own },
    { 'sec-fetch-site': 'same-origin', origin: 'null' },
    { 'sec-fetch-site': 'same-origin' },
    { origin: own },
    {},
  ]
  for (const headers of accepted)
    it(`is here: ${JSON.stringify(headers)}`, () => {
      assert.equal(isSentByIssuer(headers, issuer), true)
    })

  const refused: readonly Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site', origin: own },
    { 'sec-fetch-site': 'same-site', origin: own },
    { 'sec-fetch-site': 'none', origin: own },
    { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
    { origin: 'https://evil.example' },
    { origin: 'http://id.example.com' },
    { origin: 'https://id.example.com:8443' },
    { origin: 'https://id.example.com.evil.example' },
    { origin: 'null' },
    { origin: '' },
  ]
  for (const headers of refused)
    it(`is elsewhere: ${JSON.stringify(headers)}`, () => {
      assert.equal(isSentByIssuer(headers, issuer), false)
    })

  it('is left to the token over plain http, where browsers do not say', () => {
    assert.equal(isSentByIssuer({ origin: 'null' }, 'http://10.0.0.5:3000'), true)
    assert.equal(isSentByIssuer({ origin: 'http://evil.example' }, 'http://10.0.0.5:3000'), false)
  })
})

describe('the token of a form (Q67)', () => {
  const key = Buffer.alloc(32, 1)
  const previous = Buffer.alloc(32, 2)
  const csrf = createCsrf([key, previous])
  const app = new Koa()

  function refusal(csrfToken: string | undefined, binding = 'interaction:1', headers = {}) {
    const req = new IncomingMessage(new Socket())
    Object.assign(req.headers, headers)
    const ctx = app.createContext(req, new ServerResponse(req))
    const form = new Map(csrfToken === undefined ? [] : [['csrf', csrfToken]])
    try {
      csrf.check(ctx, { issuer, binding, form })
      return undefined
    } catch (error) {
      assert.ok(error instanceof AppError)
      assert.equal(error.status, 403)
      return error.code
    }
  }

  it('is accepted where it was made for, also after a rotation of the secret', () => {
    assert.equal(refusal(csrf.token('interaction:1')), undefined)
    assert.equal(refusal(createCsrf([previous]).token('interaction:1')), undefined)
  })

  it('is refused when missing, changed, or of another interaction', () => {
    assert.equal(refusal(undefined), 'http.form_outdated')
    assert.equal(refusal(''), 'http.form_outdated')
    assert.equal(refusal(`${csrf.token('interaction:1')}x`), 'http.form_outdated')
    assert.equal(refusal(csrf.token('interaction:2')), 'http.form_outdated')
    assert.equal(
      refusal(createCsrf([Buffer.alloc(32, 3)]).token('interaction:1')),
      'http.form_outdated',
    )
  })

  it('does not excuse a form of another site', () => {
    const headers = { origin: 'https://evil.example' }
    assert.equal(refusal(csrf.token('interaction:1'), 'interaction:1', headers), 'http.cross_site')
  })
})
