import assert from 'node:assert/strict'
import { request } from 'node:http'
import { once } from 'node:events'
import { after, before, beforeEach, describe, it } from 'node:test'
import { silentLogger } from '#telemetry/logger.ts'
import { createMetrics } from '#telemetry/metrics.ts'
import type { ReadinessCheck } from './http.ts'
import { createManagement, type ManagementServer } from './management.ts'

describe('the management listener (Q94)', () => {
  let management: ManagementServer
  let address: string
  let database: ReadinessCheck

  async function start() {
    management = createManagement({
      config: { host: '127.0.0.1', port: 0 },
      checks: { database: () => database(), redis: () => Promise.resolve() },
      metrics: createMetrics({ version: '1.2.3' }),
      logger: silentLogger,
      timeout: 20,
    })
    const { port } = await management.listen()
    address = `http://127.0.0.1:${String(port)}`
  }

  before(start)
  after(() => management.close())
  beforeEach(() => {
    database = () => Promise.resolve()
  })

  async function ask(path: string, method = 'GET') {
    const response = await fetch(`${address}${path}`, { method })
    return { status: response.status, body: await response.text(), headers: response.headers }
  }

  it('says that the process lives and serves', async () => {
    assert.deepEqual((await ask('/livez')).status, 200)
    const ready = await ask('/readyz')
    assert.equal(ready.status, 200)
    assert.deepEqual(JSON.parse(ready.body), {
      status: 'ready',
      checks: { database: 'ok', redis: 'ok' },
    })
    assert.equal((await ask('/healthz')).status, 200)
  })

  it('is not ready when a part is down, without saying why to everybody (R1)', async () => {
    database = () => Promise.reject(new Error('password authentication failed for hunter2'))
    const { status, body } = await ask('/readyz')
    assert.equal(status, 503)
    assert.deepEqual(JSON.parse(body), {
      status: 'not ready',
      checks: { database: 'failed', redis: 'ok' },
    })
    assert.equal((await ask('/livez')).status, 200)
  })

  it('does not wait for a part that hangs', async () => {
    database = () => new Promise(() => undefined)
    assert.equal((await ask('/readyz')).status, 503)
  })

  it('survives a check that throws', async () => {
    database = () => {
      throw new Error('at once')
    }
    assert.equal((await ask('/readyz')).status, 503)
  })

  it('serves the metrics', async () => {
    const { status, body, headers } = await ask('/metrics')
    assert.equal(status, 200)
    assert.match(String(headers.get('content-type')), /^text\/plain; version=0\.0\.4/)
    assert.match(body, /signet_build_info/)
  })

  it('takes GET and HEAD, and knows nothing else', async () => {
    assert.equal((await ask('/livez', 'POST')).status, 405)
    const head = await ask('/livez', 'HEAD')
    assert.deepEqual([head.status, head.body], [200, ''])
    for (const path of ['/', '/debug', '/livez/', '/metrics/x', '/constructor', '/__proto__'])
      assert.equal((await ask(path)).status, 404, path)
    const req = request(address, { path: '*', method: 'OPTIONS' })
    req.end()
    const [res] = (await once(req, 'response')) as [{ statusCode?: number; resume(): void }]
    res.resume()
    assert.equal(res.statusCode, 404)
  })

  it('is not ready while the server stops, and lives on (R10)', async () => {
    management.setDraining()
    const { status, body } = await ask('/readyz')
    assert.equal(status, 503)
    assert.match(body, /"draining"/)
    assert.equal((await ask('/livez')).status, 200)
  })
})
