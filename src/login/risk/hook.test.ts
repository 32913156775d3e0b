import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { exampleAccount } from '#account/store.contract.ts'
import { createEgress } from '#http/egress.ts'
import { brandId, type RequestId } from '#kit/ids.ts'
import { createRecordingLogger } from '#test/support/recording-logger.ts'
import { tenant } from '#test/support/password-login.ts'
import { createRiskHook } from './hook.ts'
import { signalNames, type Signals } from './risk.ts'

const signals = Object.fromEntries(signalNames.map((name) => [name, 'no'])) as Signals // every name
const question = {
  signIn: {
    tenant,
    account: exampleAccount(tenant.id),
    ip: '192.0.2.1',
    userAgent: 'Browser/1',
    requestId: brandId<RequestId>('request'),
    device: 'a secret of this browser',
  },
  signals,
  builtIn: { level: 'medium', score: 50, reasons: ['new_device'] },
} as const

/** Asks a hook that answers like this. */
async function ask(listener: RequestListener, allow = ['127.0.0.0/8']) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on a port
  const lines: string[] = []
  const logger = createRecordingLogger(lines)
  const url = `http://127.0.0.1:${port}/risk`
  try {
    const word = await createRiskHook({ url, egress: createEgress({ allow }), logger })(question)
    return { word, warned: lines.length > 0 }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const says =
  (body: string, status = 200): RequestListener =>
  (_req, res) =>
    void res.writeHead(status, { 'content-type': 'application/json' }).end(body)

describe('the risk hook', () => {
  it('is sent what is known, and no secret of the browser', async () => {
    let sent = ''
    const { word } = await ask((req, res) => {
      void text(req).then((body) => {
        sent = body
        res.end('{"level":"high","score":7,"reasons":["botnet"]}')
      })
    })
    assert.deepEqual(word, { level: 'high', score: 7, reasons: ['botnet'] })
    assert.deepEqual(JSON.parse(sent), {
      tenant: 'main',
      sub: question.signIn.account.id,
      request: { ip: '192.0.2.1', user_agent: 'Browser/1', request_id: 'request' },
      signals,
      built_in: question.builtIn,
    })
  })

  it('may say no more than the level', async () => {
    const { word, warned } = await ask(says('{"level":"low"}'))
    assert.deepEqual(word, { level: 'low', score: 50, reasons: [] })
    assert.equal(warned, false)
  })

  const failures: readonly (readonly [string, RequestListener])[] = [
    ['an error', says('{"level":"low"}', 500)],
    ['a redirect', (_req, res) => void res.writeHead(302, { location: '/' }).end()],
    ['no JSON', says('low')],
    ['an unknown level', says('{"level":"none"}')],
    ['nothing', says('{}')],
    ['reasons that are no words', says('{"level":"low","reasons":["<b>"]}')],
    ['too much', says(`{"level":"low","more":"${'x'.repeat(20_000)}"}`)],
    ['silence', () => undefined],
    ['a dropped connection', (req) => void req.socket.destroy()],
  ]
  for (const [what, listener] of failures) {
    it(`gives no word by ${what}, and the operator is told (Q50)`, async () => {
      assert.deepEqual(await ask(listener), { word: undefined, warned: true })
    })
  }

  it('is reached through the guard of outbound requests only (Q85)', async () => {
    const { word } = await ask(says('{"level":"low"}'), [])
    assert.equal(word, undefined)
  })
})
