import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { loadConfig } from '#config/load.ts'
import { systemClock } from '#kit/clock.ts'
import { silentLogger } from '#telemetry/logger.ts'
import { createMetrics } from '#telemetry/metrics.ts'
import { serve } from '../../src/serve.ts'
import type { Running } from '../../src/serve.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { eventually } from '#test/support/outage.ts'
import { freePort, hasPostgres, startPostgres } from '#test/support/servers.ts'

/** A process as it serves, jobs and management port included; only the signals are left out. */
async function startServing(dataDir: string, databaseUrl?: string): Promise<Running> {
  const { config, secrets } = loadConfig({
    env: {
      NODE_ENV: 'test',
      PORT: `${await freePort()}`,
      MANAGEMENT_PORT: `${await freePort()}`,
      SIGNET_SECRET: randomBytes(32).toString('base64url'),
      SIGNET_DATA_DIR: dataDir,
      DATABASE_URL: databaseUrl,
    },
  })
  return serve({
    config,
    secrets,
    clock: systemClock,
    logger: silentLogger,
    metrics: createMetrics({ version: 'test' }),
    role: 'everything',
    seed: async () => [],
  })
}

async function statusOf({ managementPort }: Running, path: string): Promise<number> {
  return (await fetch(`http://127.0.0.1:${managementPort}${path}`)).status
}

describe('a process that stops while it works (R10)', () => {
  it('says so to the balancer, ends what it began, and takes nothing new', async () => {
    using folder = temporaryFolder()
    const running = await startServing(folder.path)
    const { port } = running
    assert.equal(await statusOf(running, '/readyz'), 200)

    const idle = connect(port, 'localhost')
    await once(idle, 'connect')
    const busy = connect(port, 'localhost')
    const body = 'grant_type=client_credentials&client_id=nobody&client_secret=x'
    busy.write(`POST /token HTTP/1.1\r\nHost: localhost:${port}\r\nExpect: 100-continue\r\n`)
    busy.write('Content-Type: application/x-www-form-urlencoded\r\n')
    busy.write(`Content-Length: ${body.length}\r\n\r\n`)
    await once(busy, 'data')

    const stopped = running.stop()
    assert.equal(await statusOf(running, '/readyz'), 503)
    assert.equal(await statusOf(running, '/livez'), 200)
    const refused = connect(port, 'localhost')
    const [error] = await once(refused, 'error')
    assert.match(String(error), /ECONNREFUSED/)

    busy.setEncoding('utf8')
    busy.write(body)
    let answer = ''
    for await (const chunk of busy) answer += String(chunk)
    assert.match(answer, /^HTTP\/1\.1 401 /)
    assert.match(answer, /connection: close/i)
    assert.match(answer, /"error":"invalid_client"/)
    idle.destroy()
    await stopped
    await assert.rejects(statusOf(running, '/livez'))
  })
})

describe('a process whose Postgres goes away (R1)', { skip: !hasPostgres() }, () => {
  it('is alive and not ready, lives through it, and can be stopped in the middle', async () => {
    using folder = temporaryFolder()
    await using postgres = await startPostgres()
    assert.ok(postgres)
    const running = await startServing(folder.path, postgres.url)
    assert.equal(await statusOf(running, '/readyz'), 200)
    await postgres.stop()
    assert.equal(await statusOf(running, '/readyz'), 503)
    assert.equal(await statusOf(running, '/livez'), 200)
    await postgres.start()
    await eventually(async () => (await statusOf(running, '/readyz')) === 200 || undefined)
    await postgres.stop()
    await running.stop()
  })

  it('does not start without it, and says so instead of waiting', async () => {
    using folder = temporaryFolder()
    const url = `postgresql://signet@127.0.0.1:${await freePort()}/signet`
    await assert.rejects(startServing(folder.path, url), { code: 'storage.unavailable' })
  })
})
