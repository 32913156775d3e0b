import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Unavailable } from '#kit/errors.ts'
import { config, createCommandLine } from '#test/support/command-line.ts'
import { createTestServices, issuer } from '#test/support/command-services.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import type { Probes, Services } from './commands.ts'
import type { Finding } from './doctor/finding.ts'
import { checkIssuer, checkProxies } from './doctor/issuer.ts'
import { checkKeys, checkMail } from './doctor/service.ts'
import { checkDatabase, checkDataDirectory, checkMigrations, checkRedis } from './doctor/storage.ts'

const discovery = {
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
}

/** Answers with this document at the one address it is asked for. */
function answering(document: unknown, status = 200): { fetch: typeof fetch; asked: string[] } {
  const asked: string[] = []
  const answer: typeof fetch = async (address) => {
    asked.push(address instanceof Request ? address.url : String(address))
    return new Response(typeof document === 'string' ? document : JSON.stringify(document), {
      status,
    })
  }
  return { fetch: answer, asked }
}

const unreachable: typeof fetch = async () => {
  throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:3000') })
}

function probes(part: Partial<Probes> = {}): Pick<Services, 'probes'> {
  const database = async () => ({ version: 150_004, now: 0 })
  return { probes: { database, redis: undefined, mail: undefined, ...part } }
}

const statuses = (findings: readonly Finding[]) =>
  findings.map(({ check, status }) => `${check} ${status}`)

describe('the issuer', () => {
  test('is well when its document names it byte for byte and keeps its origin (OIDC Discovery §4.3)', async () => {
    const { fetch, asked } = answering(discovery)
    assert.deepEqual(statuses(await checkIssuer(issuer, { fetch })), ['issuer ok', 'endpoints ok'])
    assert.deepEqual(asked, [`${issuer}/.well-known/openid-configuration`])
  })

  const broken: readonly [string, unknown, number, readonly string[]][] = [
    ['a slash more', { ...discovery, issuer: `${issuer}/` }, 200, ['issuer fail', 'endpoints ok']],
    ['another status', discovery, 302, ['issuer fail']],
    ['no document', '<html>', 200, ['issuer fail']],
    ['no issuer', { token_endpoint: `${issuer}/token` }, 200, ['issuer fail']],
    [
      'http behind an https proxy',
      { ...discovery, token_endpoint: 'http://10.0.0.7:3000/token' },
      200,
      ['issuer ok', 'endpoints fail'],
    ],
    ['no address', { ...discovery, jwks_uri: 7 }, 200, ['issuer ok', 'endpoints fail']],
  ]
  for (const [name, document, status, expected] of broken)
    test(`is not with ${name}`, async () => {
      const findings = await checkIssuer(issuer, answering(document, status))
      assert.deepEqual(statuses(findings), expected)
      assert.ok(findings.every((finding) => finding.status === 'ok' || finding.fix))
    })

  test('is not when nobody answers, and the reason is said', async () => {
    const [finding] = await checkIssuer(issuer, { fetch: unreachable })
    assert.equal(finding?.status, 'fail')
    assert.match(finding?.message ?? '', /ECONNREFUSED/)
    assert.match(finding?.fix ?? '', /ISSUER/)
  })
})

test('an https issuer without TLS of its own needs trusted proxies (F5)', () => {
  const { server } = config
  const https = 'https://id.example.com'
  assert.equal(checkProxies({ issuer, server }).status, 'ok')
  const untrusting = checkProxies({ issuer: https, server })
  assert.equal(untrusting.status, 'warn')
  assert.match(untrusting.fix ?? '', /TRUSTED_PROXIES/)
  const trusting = { ...server, trustedProxies: ['10.0.0.0/8'] }
  assert.equal(checkProxies({ issuer: https, server: trusting }).status, 'ok')
  const ownTls = { ...server, tls: { certFile: 'c', keyFile: 'k' } }
  assert.equal(checkProxies({ issuer: https, server: ownTls }).status, 'ok')
})

describe('the database', () => {
  const at = (now: number, version = 150_004) =>
    checkDatabase(
      probes({ database: async () => ({ version, now: 1_000_000 + now }) }),
      createFakeClock(1_000_000),
    )

  test('keeps the same time, within five seconds well, within thirty so so', async () => {
    const rows: readonly [number, string][] = [
      [5_000, 'ok'],
      [-5_001, 'warn'],
      [30_000, 'warn'],
      [-30_001, 'fail'],
    ]
    for (const [difference, status] of rows)
      assert.deepEqual(statuses(await at(difference)), ['database ok', `clock ${status}`])
  })

  test('is PostgreSQL 14 or newer', async () => {
    assert.deepEqual(statuses(await at(0, 140_000)), ['database ok', 'clock ok'])
    assert.deepEqual(statuses(await at(0, 130_022)), ['database fail', 'clock ok'])
  })

  test('that does not answer fails with the reason', async () => {
    const database = async () => {
      throw new Unavailable('storage', { cause: new Error('password authentication failed') })
    }
    const [finding] = await checkDatabase(probes({ database }), createFakeClock())
    assert.equal(finding?.status, 'fail')
    assert.match(finding?.message ?? '', /password authentication failed/)
    assert.match(finding?.fix ?? '', /DATABASE_URL/)
  })

  test('has every migration', async () => {
    const check = (pending: string[]) =>
      checkMigrations({ migrations: { pending: async () => pending, apply: async () => [] } })
    assert.deepEqual(statuses(await check([])), ['migrations ok'])
    const [finding] = await check(['0002-more'])
    assert.equal(finding?.status, 'fail')
    assert.match(`${finding?.message} ${finding?.fix}`, /0002-more.*signet migrate/)
  })
})

describe('redis', () => {
  const check = async (version: string, maxmemoryPolicy: string | undefined) =>
    statuses(await checkRedis(probes({ redis: async () => ({ version, maxmemoryPolicy }) })))

  test('is well when it is new enough and evicts nothing', async () => {
    assert.deepEqual(statuses(await checkRedis(probes())), ['redis ok'])
    assert.deepEqual(await check('6.2.0', 'noeviction'), ['redis ok', 'redis memory ok'])
    assert.deepEqual(await check('10.0.1', 'noeviction'), ['redis ok', 'redis memory ok'])
  })

  test('is not when it is old, evicts, hides that, or does not answer', async () => {
    assert.deepEqual(await check('6.0.16', 'noeviction'), ['redis fail', 'redis memory ok'])
    assert.deepEqual(await check('7.2.4', 'allkeys-lru'), ['redis ok', 'redis memory warn'])
    assert.deepEqual(await check('7.2.4', undefined), ['redis ok', 'redis memory warn'])
    const redis = () => Promise.reject(new Error('NOAUTH Authentication required.'))
    const [finding] = await checkRedis(probes({ redis }))
    assert.equal(finding?.status, 'fail')
    assert.match(`${finding?.message} ${finding?.fix}`, /NOAUTH.*REDIS_URL/)
  })
})

test('mail is well when the server lets us in, or none is asked for', async () => {
  assert.deepEqual(statuses(await checkMail(probes())), ['mail ok'])
  assert.deepEqual(statuses(await checkMail(probes({ mail: async () => undefined }))), ['mail ok'])
  const mail = () => Promise.reject(new Error('535 wrong user'))
  const [finding] = await checkMail(probes({ mail }))
  assert.equal(finding?.status, 'fail')
  assert.match(`${finding?.message} ${finding?.fix}`, /535 wrong user.*SMTP_URL/)
})

test('every tenant has signing keys, and looking makes none', async () => {
  const services = createTestServices()
  assert.deepEqual(statuses(await checkKeys(services)), ['signing keys fail'])
  const main = await services.tenants.ensureMain()
  const [missing] = await checkKeys(services)
  assert.match(missing?.message ?? '', /without: main/)
  assert.deepEqual(await services.keys.list(main.id), [])
  await services.keys.keySet(main.id)
  assert.deepEqual(statuses(await checkKeys(services)), ['signing keys ok'])
})

test('the data directory is writable, where it is needed', async () => {
  const { storage } = config
  const refuse = () => Promise.reject(new Error('EACCES: permission denied'))
  const embedded = { storage: { ...storage, databaseUrl: undefined } }
  assert.deepEqual(statuses(await checkDataDirectory(config, refuse)), ['data directory ok'])
  assert.deepEqual(statuses(await checkDataDirectory(embedded, async () => undefined)), [
    'data directory ok',
  ])
  const [finding] = await checkDataDirectory(embedded, refuse)
  assert.equal(finding?.status, 'fail')
  assert.match(finding?.fix ?? '', /SIGNET_DATA_DIR/)
})

describe('signet doctor', () => {
  test('says that all is well, and ends with 0', async () => {
    const services = createTestServices()
    const main = await services.tenants.ensureMain()
    await services.keys.keySet(main.id)
    const { run, counts } = createCommandLine(answering(discovery), services)
    const { exitCode, stdout } = await run(['doctor'])
    assert.equal(exitCode, 0, stdout)
    assert.doesNotMatch(stdout, /^(warn|fail)/m)
    assert.equal(stdout.match(/^ok/gm)?.length, 12)
    assert.deepEqual([counts.opened, counts.closed], [1, 1])
  })

  test('warns of a connection whose other side does not answer, and of no draft', async () => {
    const services = createTestServices()
    const main = await services.tenants.ensureMain()
    await services.keys.keySet(main.id)
    for (const id of ['down', 'draft']) {
      const secret = { client_id: 'signet', client_secret: 'secret' }
      const document = { id, type: 'google', ...secret, ...(id === 'draft' && { status: 'draft' }) }
      const origin = { origin: 'seed', actor: { kind: 'cli' } } as const
      await services.connections.create({ tenantId: main.id, document, ...origin })
      const check = {
        name: 'discovery',
        state: 'failing',
        detail: 'discovery.unavailable',
      } as const
      services.health.set(id, { state: 'failing', checks: [check] })
    }
    const { run } = createCommandLine(answering(discovery), services)
    const { exitCode, stdout } = await run(['doctor'])
    assert.equal(exitCode, 0)
    assert.match(stdout, /^warn {2}connections +main\/down is failing: discovery\.unavailable$/m)
    assert.match(stdout, /^ +signet connection test down --tenant main$/m)
    assert.doesNotMatch(stdout, /draft/)
  })

  test('looks at everything even where something is broken, and ends with 1', async () => {
    const services = createTestServices()
    const migrations = { pending: async () => ['0002-more'], apply: async () => [] }
    const { json } = createCommandLine({ fetch: unreachable }, { ...services, migrations })
    const { exitCode, document } = await json(['doctor'])
    assert.equal(exitCode, 1)
    const { healthy, checks } = document as { healthy: boolean; checks: Finding[] }
    assert.equal(healthy, false)
    assert.deepEqual(
      checks.filter(({ status }) => status === 'fail').map(({ check }) => check),
      ['issuer', 'migrations'],
    )
    assert.ok(checks.some(({ check }) => check === 'mail'))
  })

  test('does not hold it against the running server that its embedded database is taken', async () => {
    class DataFolderRefused extends Error {
      override readonly name = 'DataFolderRefused'
    }
    const openServices = async () => {
      throw new DataFolderRefused('./data is in use by another process. Stop it.')
    }
    const dataDir = mkdtempSync(join(tmpdir(), 'signet-doctor-'))
    const storage = { ...config.storage, dataDir, databaseUrl: undefined }
    const loadConfig = () => ({ config: { ...config, storage }, secrets: { keys: [] } })
    const running = createCommandLine({ ...answering(discovery), openServices, loadConfig })
    const well = await running.run(['doctor'])
    assert.equal(well.exitCode, 0)
    assert.match(well.stdout, /^warn {2}database/m)
    const stopped = createCommandLine({ fetch: unreachable, openServices, loadConfig })
    const ill = await stopped.run(['doctor'])
    assert.equal(ill.exitCode, 1)
    assert.match(ill.stdout, /^fail {2}database.*in use by another process/m)
    rmSync(dataDir, { recursive: true })
  })

  test('tells every problem of the configuration, and goes no further', async () => {
    const problems = [
      { setting: 'ISSUER', problem: 'is not https', fix: 'Set ISSUER.' },
      { setting: 'SMTP_URL', problem: 'is not set', fix: 'Set SMTP_URL.' },
    ]
    class ConfigInvalid extends Error {
      override readonly name = 'ConfigInvalid'
      readonly problems = problems
    }
    const loadConfig = () => {
      throw new ConfigInvalid('no')
    }
    const { run, counts } = createCommandLine({ loadConfig })
    const { exitCode, stdout } = await run(['doctor'])
    assert.equal(exitCode, 1)
    assert.match(stdout, /^fail .*ISSUER is not https\n +Set ISSUER\.\nfail .*SMTP_URL is not set/)
    assert.equal(counts.opened, 0)
  })
})
