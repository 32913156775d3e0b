import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { applySeed } from '#commands/seed/apply.ts'
import type { SeedReport } from '#commands/seed/seed.ts'
import type { DemoConfig } from '#config/config.ts'
import { loadConfig } from '#config/load.ts'
import { applicationOrigin, demoAccounts, identityProviderOrigin } from '#demo/demo.ts'
import { startDemo } from '#demo/start.ts'
import { systemClock } from '#kit/clock.ts'
import { silentLogger } from '#telemetry/logger.ts'
import { createMetrics } from '#telemetry/metrics.ts'
import { loadAssets } from '#views/assets.ts'
import { createNewcomer } from '#test/support/demo.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { freePort } from '#test/support/servers.ts'
import { createTransport } from '#test/support/transport.ts'
import { serve, type Running } from '../../src/serve.ts'

const seedFile = new URL('../../config/seed.demo.json', import.meta.url)

type Start = AsyncDisposable & {
  readonly running: Running
  readonly report: SeedReport
  readonly issuer: string
}

/** As `npm start` begins, on free ports: the demo data names them, so they are written into it. */
async function startDevelopment(dataDir: string, port: number, demo: DemoConfig): Promise<Start> {
  const seed = join(dataDir, 'seed.json')
  const text = readFileSync(seedFile, 'utf8')
    .replaceAll('http://127.0.0.1:3001', applicationOrigin(demo))
    .replaceAll('http://127.0.0.1:3002', identityProviderOrigin(demo))
  writeFileSync(seed, text)
  const loaded = loadConfig({
    env: {
      PORT: `${port}`,
      MANAGEMENT_PORT: `${await freePort()}`,
      SIGNET_DATA_DIR: dataDir,
      SIGNET_SEED: seed,
    },
  })
  let report: SeedReport | undefined
  const running = await serve({
    config: { ...loaded.config, demo },
    secrets: loaded.secrets,
    clock: systemClock,
    logger: silentLogger,
    metrics: createMetrics({ version: 'test' }),
    role: 'everything',
    async seed(app) {
      const issuer = loaded.config.issuer
      const deps = { ...app, issuer, transactor: app.database, isCommonPassword: () => false }
      report = await applySeed({ name: seed, text }, { ...deps, actor: { kind: 'system' } })
      return demoAccounts
    },
  })
  return {
    running,
    report: report ?? assert.fail('nothing was seeded'),
    issuer: loaded.config.issuer,
    [Symbol.asyncDispose]: () => running.stop(),
  }
}

describe('the demo of a development start', () => {
  const folder = temporaryFolder()
  let port: number
  let demo: DemoConfig
  let start: Start

  before(async () => {
    port = await freePort()
    demo = { application: await freePort(), identityProvider: await freePort() }
    start = await startDevelopment(folder.path, port, demo)
  })
  after(async () => {
    await start[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  function newcomer() {
    const { issuer } = start
    const places = {
      issuer,
      application: applicationOrigin(demo),
      identityProvider: identityProviderOrigin(demo),
    }
    return createNewcomer(createTransport({ issuer, port }), places)
  }

  it('signs Ada in with her password', async () => {
    assert.equal((await newcomer().asAda()).email, 'ada@example.test')
  })

  it('signs a partner of Acme in with an account elsewhere, and knows them again', async () => {
    const first = await newcomer().asPartner(/Grace Hopper/)
    assert.deepEqual([first.email, first.name], ['grace@partners.test', 'Grace Hopper'])
    assert.deepEqual(await newcomer().asPartner(/Grace Hopper/), first)
    assert.notEqual((await newcomer().asPartner(/Alan Turing/)).subject, first.subject)
  })

  it('signs an employee of Acme in by SAML, by their address alone', async () => {
    const first = await newcomer().asEmployee('ada@acme.test', /Ada Lovelace/)
    assert.deepEqual([first.email, first.name], ['ada@acme.test', 'Ada Lovelace'])
    assert.deepEqual(await newcomer().asEmployee('ada@acme.test', /Ada Lovelace/), first)
  })

  it('takes who turns back over there to the sign-in page again', async () => {
    const { application, signet, identityProvider, leave } = newcomer()
    await application.open('/')
    const request = await application.submit({}, 'Sign in at Acme')
    const page = await signet.open(request.url)
    assert.doesNotMatch(page.text, /ada@example\.test/) // she is of another tenant
    await leave(page)
    const back = await identityProvider.submit({}, 'Go back without signing in')
    assert.equal(back.url.searchParams.get('error'), 'access_denied')
    assert.equal((await signet.open(back.url)).isElsewhere, false)
  })

  it('keeps its data and changes nothing when it is started again', async () => {
    const before = await newcomer().asPartner(/Grace Hopper/)
    const employee = await newcomer().asEmployee('ada@acme.test', /Ada Lovelace/)
    await start[Symbol.asyncDispose]()
    start = await startDevelopment(folder.path, port, demo)
    const { created, updated, generated } = start.report
    assert.deepEqual([created, updated, generated], [[], [], []])
    assert.deepEqual(await newcomer().asPartner(/Grace Hopper/), before)
    assert.deepEqual(await newcomer().asEmployee('ada@acme.test', /Ada Lovelace/), employee)
  })

  it('leaves out what somebody else has the port of', async () => {
    const [config, assets] = [{ issuer: start.issuer }, await loadAssets()]
    const deps = {
      config,
      assets,
      clock: systemClock,
      logger: silentLogger,
      keys: start.running.app.keyring,
    }
    const second = await startDemo(demo, deps)
    assert.equal(second.origin, undefined)
    await second.close()
    assert.equal((await fetch(applicationOrigin(demo))).status, 200)
  })
})
