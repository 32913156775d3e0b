import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import { Router } from '@koa/router'
import Koa, { type Context } from 'koa'
import { AppError, Unavailable } from '#kit/errors.ts'
import { brandId } from '#kit/ids.ts'
import { createLogger } from '#telemetry/logger.ts'
import { currentRequestId, runInRequest } from '#telemetry/request-context.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createErrorBoundary } from './error-boundary.ts'

describe('the error boundary (DESIGN §6)', () => {
  let server: Server
  let address: string
  let work: (ctx: Context) => void | Promise<void>
  let render: () => string
  const lines: string[] = []

  before(async () => {
    const app = new Koa()
    const logger = createLogger({
      level: 'info',
      pretty: false,
      destination: { write: (line: string) => void lines.push(line) },
    })
    app.use((_ctx, next) => runInRequest({ requestId: brandId('req-1') }, next))
    app.use(
      createErrorBoundary({
        renderError: ({ status, code, message, reference }) =>
          render() || `${String(status)} ${code} ${message} ${reference}`,
        isApi: (ctx) => ctx.path.startsWith('/api/'),
        requestId: currentRequestId,
        logger,
        clock: createFakeClock(Date.UTC(2030, 0, 1)),
      }),
    )
    const router = new Router()
    router.get('/only-get', (ctx) => void (ctx.body = 'ok'))
    app.use(router.routes()).use(router.allowedMethods())
    app.use((ctx) => (ctx.path.endsWith('/work') ? work(ctx) : undefined))
    server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  })

  after(() => {
    server.closeAllConnections()
    server.close()
  })

  beforeEach(() => {
    lines.length = 0
    render = () => ''
  })

  const page = (path = '/work') => fetch(`${address}${path}`)
  const failsWith = (error: unknown) => {
    work = () => {
      throw error
    }
  }

  it('answers a known failure with its status, a page, and a reference that stands in the log', async () => {
    failsWith(
      new AppError({ code: 'client.gone', status: 409, message: 'It is gone.', detail: 'row 7' }),
    )
    const response = await page()
    const text = await response.text()
    assert.equal(response.status, 409)
    assert.match(String(response.headers.get('content-type')), /^text\/html/)
    assert.match(text, /^409 client\.gone It is gone\. [0-9A-Z]{4}-[0-9A-Z]{4}$/)
    assert.doesNotMatch(text, /row 7/)
    assert.ok(lines[0]?.includes(text.slice(-9)))
    assert.match(String(lines[0]), /"level":"info".*"request_id":"req-1".*row 7/)
  })

  it('answers below /api with the documented object', async () => {
    const details = [{ field: 'redirect_uris' }]
    failsWith(new AppError({ code: 'client.invalid', status: 412, message: 'Invalid.', details }))
    const response = await page('/api/work')
    assert.equal(response.status, 412)
    assert.deepEqual(await response.json(), {
      error: {
        code: 'client.invalid',
        message: 'Invalid.',
        details,
        request_id: 'req-1',
        timestamp: '2030-01-01T00:00:00.000Z',
      },
    })
  })

  const bugs: readonly [string, unknown][] = [
    ['an error', new Error('select * from secrets')],
    ['an error that claims a status', Object.assign(new Error('secrets'), { status: 404 })],
    [
      'an error that looks like one of Koa',
      Object.assign(new Error('secrets'), { status: 404, statusCode: 404, expose: true }),
    ],
    ['a TypeError', new TypeError('secrets')],
    ['a text', 'secrets'],
    ['nothing', undefined],
  ]
  for (const [name, error] of bugs)
    it(`answers ${name} with an opaque 500 (Q92, ASVS 16.5.1)`, async () => {
      failsWith(error)
      const response = await page()
      assert.equal(response.status, 500)
      const text = await response.text()
      assert.match(text, /^500 internal /)
      assert.doesNotMatch(text, /secrets|at .*\.ts/)
      assert.match(String(lines[0]), /"level":"error"/)
    })

  it('says when to come back', async () => {
    failsWith(new Unavailable('storage', { retryAfter: 3 }))
    const unavailable = await page()
    assert.deepEqual([unavailable.status, unavailable.headers.get('retry-after')], [503, '3'])
    failsWith(new AppError({ code: 'login.throttled', status: 429, message: 'Slow down.' }))
    assert.equal((await page()).headers.get('retry-after'), '5')
  })

  it('translates what Koa and its router refuse, by a table', async () => {
    assert.match(await (await page('/nowhere')).text(), /^404 http\.not_found/)
    const wrongMethod = await fetch(`${address}/only-get`, { method: 'POST' })
    assert.equal(wrongMethod.status, 405)
    assert.match(String(wrongMethod.headers.get('allow')), /GET/)
    const strangeMethod = await fetch(`${address}/only-get`, { method: 'PROPFIND' })
    assert.equal(strangeMethod.status, 405)
    work = (ctx) => ctx.throw(413)
    assert.equal((await page()).status, 413)
    work = (ctx) => ctx.throw(418, 'secrets')
    assert.match(await (await page()).text(), /^500 internal/)
  })

  it('keeps nothing of the answer that failed', async () => {
    work = (ctx) => {
      ctx.set('location', '/somewhere')
      ctx.set('set-cookie', 'sid=half-done')
      ctx.set('etag', '"1"')
      ctx.set('cache-control', 'public, max-age=300')
      ctx.status = 303
      throw new Error('late')
    }
    const { status, headers } = await page()
    assert.equal(status, 500)
    assert.deepEqual(
      ['location', 'set-cookie', 'etag'].map((name) => headers.get(name)),
      [null, null, null],
    )
    assert.equal(headers.get('cache-control'), 'no-store')
  })

  it('leaves answers without a body alone', async () => {
    work = (ctx) => void (ctx.status = 204)
    assert.equal((await page()).status, 204)
    work = (ctx) => {
      ctx.status = 404
      ctx.body = 'mine'
    }
    assert.equal(await (await page()).text(), 'mine')
  })

  it('answers even when the error page cannot be made', async () => {
    failsWith(new Error('first'))
    render = () => {
      throw new Error('second')
    }
    const response = await page()
    assert.equal(response.status, 500)
    assert.match(await response.text(), /Reference: [0-9A-Z]{4}-/)
    assert.equal(lines.length, 2)
  })

  it('cuts off an answer that failed half-way', async () => {
    work = async (ctx) => {
      ctx.respond = false
      ctx.res.writeHead(200, { 'content-length': '100' })
      ctx.res.write('half')
      await Promise.resolve()
      throw new Error('late')
    }
    await assert.rejects(async () => (await page()).text())
  })
})
