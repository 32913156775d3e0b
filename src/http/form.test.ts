import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import Koa from 'koa'
import { silentLogger } from '#telemetry/logger.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createErrorBoundary } from './error-boundary.ts'
import { readForm } from './form.ts'
import { readJson } from './json.ts'

const urlencoded = 'application/x-www-form-urlencoded'

describe('a posted body', () => {
  let server: Server
  let address: string

  before(async () => {
    const app = new Koa()
    app.use(
      createErrorBoundary({
        renderError: ({ code }) => code,
        isApi: () => false,
        requestId: () => undefined,
        logger: silentLogger,
        clock: createFakeClock(),
      }),
    )
    app.use(async (ctx) => {
      if (ctx.path === '/json') ctx.body = { value: (await readJson(ctx)) ?? null }
      else {
        const size = ctx.path === '/large' ? 'large' : 'usual'
        ctx.body = Object.fromEntries(await readForm(ctx, { multiline: ['redirect_uris'], size }))
      }
    })
    server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  })

  after(() => {
    server.closeAllConnections()
    server.close()
  })

  async function post(
    body: string | Uint8Array<ArrayBuffer>,
    { type = urlencoded, path = '/', headers = {} } = {},
  ) {
    const response = await fetch(`${address}${path}`, {
      method: 'POST',
      body,
      headers: { 'content-type': type, ...headers },
    })
    return { status: response.status, text: await response.text() }
  }

  describe('as a large form', () => {
    const large = `SAMLResponse=${'A'.repeat(400 * 1024)}`

    it('is read where another site posts, and nowhere else', async () => {
      assert.equal((await post(large, { path: '/large' })).status, 200)
      assert.equal((await post(large)).status, 413)
    })

    it('has an end too, and is a form', async () => {
      assert.equal((await post(large + large, { path: '/large' })).status, 413)
      const type = 'application/json'
      assert.equal((await post('{}', { path: '/large', type })).status, 415)
    })
  })

  describe('as a form', () => {
    it('gives each field as it was typed', async () => {
      const { status, text } = await post(
        'email=ada%40example.test&name=Ada+L%C3%B6v&a.b%5Bc%5D=%3D&x',
      )
      assert.equal(status, 200)
      assert.deepEqual(JSON.parse(text), {
        email: 'ada@example.test',
        name: 'Ada Löv',
        'a.b[c]': '=',
        x: '',
      })
    })

    it('may be a flat JSON object where a script posts', async () => {
      const { text } = await post('{"credential":"{}"}', { type: 'application/json' })
      assert.deepEqual(JSON.parse(text), { credential: '{}' })
    })

    it('may be empty', async () => {
      assert.deepEqual(await post(''), { status: 200, text: '{}' })
      const bare = await fetch(address, { method: 'POST' })
      assert.equal(bare.status, 200)
    })

    it('may hold any password that can be hashed (Q27)', async () => {
      const { text } = await post('password=%01%0A%09%F0%9F%94%91+')
      assert.deepEqual(JSON.parse(text), { password: '\u0001\n\t🔑 ' })
    })

    it('may hold line breaks only in a text area', async () => {
      assert.equal((await post('redirect_uris=a%0D%0Ab')).status, 200)
      assert.equal((await post('redirect_uris=a%00b')).status, 400)
      assert.equal((await post('name=a%0Ab')).status, 400)
    })

    const malformed: readonly [string, string | Uint8Array<ArrayBuffer>][] = [
      ['a field twice (parameter pollution)', 'email=a&email=b'],
      ['a field twice, once encoded', 'email=a&%65mail=b'],
      ['NUL in a field', 'email=a%00'],
      ['NUL in a password', 'password=a%00'],
      ['an unpaired surrogate in a password', 'password=%ED%A0%80'],
      ['a control character in a field', 'email=a%1B'],
      ['a control character in a name', 'em%1Bail=a'],
      ['a malformed escape', 'email=%zz'],
      ['bytes that are not UTF-8', new Uint8Array([0x61, 0x3d, 0xff, 0xfe])],
      [
        'too many fields',
        Array.from({ length: 201 }, (_, index) => `f${String(index)}=`).join('&'),
      ],
    ]
    for (const [name, body] of malformed)
      it(`is refused with ${name}`, async () => {
        assert.deepEqual(await post(body), { status: 400, text: 'http.malformed_body' })
      })

    for (const body of [
      '{',
      '[]',
      '"x"',
      '{"a":1}',
      '{"a":{}}',
      '{"__proto__":{"a":"b"}}',
      '{"a":"\\u0000"}',
    ])
      it(`is refused as the JSON text ${body}`, async () => {
        const { status } = await post(body, { type: 'application/json' })
        assert.equal(status, 400)
      })

    it('is refused in another type or encoding', async () => {
      for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'application/xml', 'x'])
        assert.deepEqual(await post('a=b', { type }), {
          status: 415,
          text: 'http.unsupported_type',
        })
      const headers = { 'content-encoding': 'gzip' }
      assert.equal((await post('a=b', { headers })).status, 415)
    })

    it('is refused above 56 KiB, announced or not (Q93)', async () => {
      assert.equal((await post(`a=${'x'.repeat(56 * 1024 - 2)}`)).status, 200)
      assert.deepEqual(await post(`a=${'x'.repeat(56 * 1024 - 1)}`), {
        status: 413,
        text: 'http.body_too_large',
      })
      const status = await new Promise((resolve, reject) => {
        const req = httpRequest(address, {
          method: 'POST',
          headers: { 'content-type': urlencoded },
        })
        req.on('response', (res) => {
          resolve(res.statusCode)
          req.destroy()
        })
        req.on('error', reject)
        req.write('x'.repeat(60 * 1024))
      })
      assert.equal(status, 413)
    })
  })

  describe('as JSON', () => {
    const postJson = (body: string, type = 'application/json') =>
      post(body, { type, path: '/json' })

    it('is given as it is', async () => {
      const { text } = await postJson('{"a":[1,{"b":"\\ud83d\\udd11"}]}')
      assert.deepEqual(JSON.parse(text), { value: { a: [1, { b: '🔑' }] } })
      assert.equal((await postJson('{}', 'application/scim+json; charset=utf-8')).status, 200)
    })

    it('is refused when no store could keep it (F11)', async () => {
      for (const body of ['{"a":"\\u0000"}', '{"a":"\\ud800"}', '{"\\u0000":1}', '{"a":', '1'])
        assert.deepEqual(await postJson(body), { status: 400, text: 'http.malformed_body' }, body)
    })

    it('is refused when nested more than 20 deep, also very deep (Q93)', async () => {
      const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
      assert.equal((await postJson(nested(20))).status, 200)
      assert.equal((await postJson(nested(21))).status, 400)
      assert.equal((await postJson(nested(100_000))).status, 400)
    })

    it('is refused above 256 KiB and as a form', async () => {
      assert.equal((await postJson(JSON.stringify('x'.repeat(256 * 1024)))).status, 413)
      assert.equal((await postJson('a=b', urlencoded)).status, 415)
    })
  })
})
