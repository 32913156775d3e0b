import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { createEgress } from '#http/egress.ts'
import { createRecordingLogger } from '#test/support/recording-logger.ts'
import { createBreachService } from './breach-service.ts'

// SHA-1 of `password`: 5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8
const prefix = '5BAA6'
const rest = '1E4C9B93F3F0682250B6CF8331B7EE68FD8'
const padding = '0018A45C4D1DEF81644B54AB7F969B88D65:0'

async function serve(listener: RequestListener) {
  const asked: { readonly url: string; readonly padding: unknown; readonly text: string }[] = []
  const server = createServer((req, res) => {
    const { url = '', headers } = req
    asked.push({ url, padding: headers['add-padding'], text: JSON.stringify([url, headers]) })
    listener(req, res)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const outcomes: string[] = []
  const lines: string[] = []
  const isBreached = createBreachService({
    url: `http://127.0.0.1:${port}/range/`,
    egress: createEgress({ allow: ['127.0.0.0/8'] }),
    logger: createRecordingLogger(lines),
    metrics: { breachLookup: (outcome) => void outcomes.push(outcome) },
  })
  return {
    isBreached,
    asked,
    outcomes,
    lines,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const answering = (body: string) => serve((_req, res) => void res.end(body))

describe('a breached-password service (Q28)', () => {
  test('is told five characters of the SHA-1, and pads its answer', async () => {
    await using service = await answering(`${padding}\r\n${rest}:3861493\r\n`)
    assert.equal(await service.isBreached('password'), true)
    assert.deepEqual(
      service.asked.map(({ url, padding: asksFor }) => [url, asksFor]),
      [[`/range/${prefix}`, 'true']],
    )
    assert.ok(!service.asked.some(({ text }) => /password|1E4C9/i.test(text)))
    assert.deepEqual([service.outcomes, service.lines], [['known'], []])
  })

  test('knows a password by the rest of its hash, in any case', async () => {
    await using service = await answering(`${rest.toLowerCase()}:1\n`)
    assert.equal(await service.isBreached('password'), true)
  })

  test('does not know what it does not name, or names as padding', async () => {
    await using service = await answering(`${padding}\r\n${rest}:0`)
    assert.equal(await service.isBreached('password'), false)
    assert.equal(await service.isBreached('pa\u0301ssword'), false)
    assert.deepEqual(service.outcomes, ['unknown', 'unknown'])
  })

  test('is asked for a password as it is hashed: NFC (Q27)', async () => {
    await using service = await answering(padding)
    await service.isBreached('caf\u00e9')
    await service.isBreached('cafe\u0301')
    assert.equal(service.asked[0]?.url, service.asked[1]?.url)
  })
})

describe('a breached-password service that fails refuses nobody, is counted and logged', () => {
  const cases: readonly (readonly [name: string, answer: RequestListener])[] = [
    ['an error', (_req, res) => void res.writeHead(503).end(`${rest}:1`)],
    ['too many requests', (_req, res) => void res.writeHead(429).end()],
    ['a redirect', (_req, res) => void res.writeHead(302, { location: '/range/other' }).end()],
    ['a page of a proxy', (_req, res) => void res.end('<!doctype html><title>Sign in</title>')],
    ['a line too many', (_req, res) => void res.end(`${rest}:1\r\nsomething else`)],
    ['nothing', (_req, res) => void res.end()],
    ['a huge answer', (_req, res) => void res.end(`${padding}\r\n`.repeat(20_000))],
    ['a cut connection', (_req, res) => void res.destroy()],
    ['no end', (_req, res) => void res.write(`${rest}:1\r\n`)],
  ]
  for (const [name, answer] of cases) {
    test(name, async () => {
      await using service = await serve(answer)
      const begin = performance.now()
      assert.equal(await service.isBreached('password'), false)
      assert.ok(performance.now() - begin < 4000, 'it was waited for')
      assert.deepEqual(service.outcomes, ['failed'])
      assert.deepEqual(service.lines, ['the breached-password service gave no answer'])
    })
  }
})
