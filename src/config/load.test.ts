import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { development } from '../../config/development.ts'
import { loadConfig, type LoadOptions } from './load.ts'
import { ConfigInvalid, type ConfigProblem } from './problem.ts'

const secret = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64url')
const older = Buffer.from(Array.from({ length: 32 }, (_, index) => 99 - index)).toString(
  'base64url',
)

const production = {
  NODE_ENV: 'production',
  ISSUER: 'https://id.example.com',
  DATABASE_URL: 'postgres://signet:hunter2@db/signet',
  SIGNET_SECRET: secret,
  SMTP_URL: 'smtp://mail.example.com:587',
}

/** Files in memory; a created file is there afterwards. */
function fakeFiles(content: Record<string, string> = {}) {
  const files = new Map(Object.entries(content))
  return {
    read(path: string) {
      const text = files.get(path)
      if (text === undefined) throw new Error('ENOENT')
      return text
    },
    create(path: string, text: string) {
      if (files.has(path)) throw new Error('EEXIST')
      files.set(path, text)
    },
  }
}

function load(env: LoadOptions['env'], content?: Record<string, string>) {
  return loadConfig({ env, files: fakeFiles(content) })
}

function problemsOf(
  env: LoadOptions['env'],
  content?: Record<string, string>,
): readonly ConfigProblem[] {
  try {
    load(env, content)
  } catch (error) {
    assert.ok(error instanceof ConfigInvalid)
    return error.problems
  }
  return []
}

function settingsAtFault(env: LoadOptions['env'], content?: Record<string, string>) {
  return problemsOf(env, content).map(({ setting }) => setting)
}

describe('the configuration', () => {
  it('works on a laptop with nothing set', () => {
    const { config, secrets } = load({})
    assert.equal(config.environment, 'development')
    assert.equal(config.issuer, 'http://localhost:3000')
    assert.equal(config.server.host, '127.0.0.1')
    assert.deepEqual(config.server.management, { host: '127.0.0.1', port: 9000 })
    assert.equal(config.seed, development.settings.SIGNET_SEED)
    assert.deepEqual(config.demo, { application: 3001, identityProvider: 3002 })
    assert.equal(secrets.keys[0]?.length, 32)
  })

  it('takes the port into the default issuer, and https when TLS is configured', () => {
    assert.equal(load({ PORT: '4000' }).config.issuer, 'http://localhost:4000')
    const { config } = load({ TLS_CERT: 'c.pem', TLS_KEY: 'k.pem' }, { 'c.pem': 'x', 'k.pem': 'x' })
    assert.equal(config.issuer, 'https://localhost:3000')
  })

  it('prefers the environment over the file over config/', () => {
    const file = JSON.stringify({ PORT: 4000, LOG_LEVEL: 'debug' })
    const { config } = load({ SIGNET_CONFIG: 'c.json', PORT: '5000' }, { 'c.json': file })
    assert.equal(config.server.port, 5000)
    assert.equal(config.log.level, 'debug')
    assert.equal(config.server.workers, 1)
  })

  it('reads a secret from the file that NAME_FILE names', () => {
    const content = { '/run/db': 'postgres://u:p@db/signet\n' }
    const { config } = load({ DATABASE_URL_FILE: '/run/db' }, content)
    assert.equal(config.storage.databaseUrl, 'postgres://u:p@db/signet')
    assert.deepEqual(settingsAtFault({ DATABASE_URL_FILE: '/missing' }), ['DATABASE_URL_FILE'])
    assert.deepEqual(
      settingsAtFault({ DATABASE_URL_FILE: '/run/db', DATABASE_URL: 'postgres://db/x' }, content),
      ['DATABASE_URL_FILE'],
    )
  })

  it('counts an empty variable as unset', () => {
    assert.equal(load({ DATABASE_URL: '', PORT: ' ' }).config.storage.databaseUrl, undefined)
  })

  it('is frozen to the depth', () => {
    const { config } = load({})
    assert.ok(Object.isFrozen(config.server.management))
    assert.ok(Object.isFrozen(config.storage.pool))
  })

  it('prints prettily only on a terminal', () => {
    const files = fakeFiles()
    assert.equal(loadConfig({ env: {}, files, isTerminal: true }).config.log.pretty, true)
    assert.equal(loadConfig({ env: {}, files }).config.log.pretty, false)
  })

  it('accepts several Redis addresses as a cluster, and networks with and without a prefix', () => {
    const { config } = load({
      REDIS_URL: 'redis://a:6379, rediss://b:6379',
      TRUSTED_PROXIES: '10.0.0.0/8,192.0.2.7,fd00::/8',
      MANAGEMENT_PORT: '0.0.0.0:9100',
    })
    assert.deepEqual(config.storage.redisUrls, ['redis://a:6379', 'rediss://b:6379'])
    assert.deepEqual(config.server.trustedProxies, ['10.0.0.0/8', '192.0.2.7/32', 'fd00::/8'])
    assert.deepEqual(config.server.management, { host: '0.0.0.0', port: 9100 })
  })
})

describe('a configuration that cannot be used', () => {
  it('reports every problem at once', () => {
    const env = { PORT: 'http', SIGNET_SEDE: 'x', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://db' }
    assert.deepEqual(settingsAtFault(env).sort(), [
      'DATABASE_URL',
      'LOG_LEVEL',
      'PORT',
      'SIGNET_SEDE',
    ])
  })

  it('suggests the setting that an unknown one probably means', () => {
    const problems = problemsOf({ SIGNET_SECRETS: secret })
    assert.equal(problems[0]?.fix, 'Did you mean SIGNET_SECRET?')
    const inFile = problemsOf({ SIGNET_CONFIG: 'c' }, { c: '{"database_url":"x","issuer":"y"}' })
    assert.deepEqual(
      inFile.map(({ fix }) => fix),
      ['Did you mean DATABASE_URL?', 'Did you mean ISSUER?'],
    )
  })

  it('never quotes a value that may carry a secret', () => {
    const env = {
      DATABASE_URL: 'mysql://u:hunter2@db',
      SIGNET_SECRET: 'hunter2',
      SMTP_URL: 'hunter2',
    }
    const text = new ConfigInvalid(problemsOf(env)).message
    assert.match(text, /SIGNET_SECRET/)
    assert.doesNotMatch(text, /hunter2/)
  })

  it('refuses a file that is missing or not a JSON object', () => {
    for (const content of [undefined, '[]', 'null', '{', '"PORT"'])
      assert.deepEqual(
        settingsAtFault({ SIGNET_CONFIG: 'c' }, content === undefined ? {} : { c: content }),
        ['SIGNET_CONFIG'],
      )
    assert.deepEqual(settingsAtFault({ SIGNET_CONFIG: 'c' }, { c: '{"PORT":{"a":1}}' }), ['PORT'])
  })

  const refused: readonly [name: string, env: LoadOptions['env'], setting: string][] = [
    ['an unknown environment', { NODE_ENV: 'prod' }, 'NODE_ENV'],
    ['an issuer with a query', { ISSUER: 'https://id.example.com?x=1' }, 'ISSUER'],
    ['an issuer with an empty fragment', { ISSUER: 'https://id.example.com#' }, 'ISSUER'],
    ['an issuer with a password', { ISSUER: 'https://u:p@id.example.com' }, 'ISSUER'],
    ['an issuer of another scheme', { ISSUER: 'ftp://id.example.com' }, 'ISSUER'],
    ['an issuer with its default port', { ISSUER: 'https://id.example.com:443' }, 'ISSUER'],
    ['an issuer in capitals', { ISSUER: 'https://ID.example.com' }, 'ISSUER'],
    ['a port out of range', { PORT: '70000' }, 'PORT'],
    ['one port for two listeners', { PORT: '9000' }, 'MANAGEMENT_PORT'],
    ['a certificate without a key', { TLS_CERT: 'cert.pem' }, 'TLS_KEY'],
    ['a network that is everything', { TRUSTED_PROXIES: '0.0.0.0/0' }, 'TRUSTED_PROXIES'],
    ['a network that is none', { OUTBOUND_ALLOW: '10.0.0.0/33' }, 'OUTBOUND_ALLOW'],
    ['a range API that is none', { BREACHED_PASSWORDS_URL: 'pwned' }, 'BREACHED_PASSWORDS_URL'],
    [
      'a range API with a query, behind which nothing can be put',
      { BREACHED_PASSWORDS_URL: 'https://range.example.com/?prefix=' },
      'BREACHED_PASSWORDS_URL',
    ],
    ['workers on the embedded database', { WORKERS: '2' }, 'WORKERS'],
    ['a short secret', { SIGNET_SECRET: 'c2hvcnQ' }, 'SIGNET_SECRET'],
    ['a short previous secret', { SIGNET_SECRET: `${secret},c2hvcnQ` }, 'SIGNET_SECRET'],
    ['a secret that is one letter', { SIGNET_SECRET: 'A'.repeat(64) }, 'SIGNET_SECRET'],
    ['a seed that is not there', { SIGNET_SEED: 'missing.json' }, 'SIGNET_SEED'],
    ['a place file that is not there', { GEOIP_FILE: 'missing.mmdb' }, 'GEOIP_FILE'],
    ['a sender of two addresses', { MAIL_FROM: 'a@example.com, b@example.com' }, 'MAIL_FROM'],
  ]
  for (const [name, env, setting] of refused)
    it(`refuses ${name}`, () => {
      assert.deepEqual(settingsAtFault(env, { 'cert.pem': 'x' }), [setting])
    })

  it('asks no breached-password service unless one is named, and puts the prefix behind its path', () => {
    assert.equal(load({}).config.breachedPasswordsUrl, undefined)
    const { config } = load({ BREACHED_PASSWORDS_URL: 'https://range.example.com/range' })
    assert.equal(config.breachedPasswordsUrl, 'https://range.example.com/range/')
  })

  it('forgives a trailing slash of the issuer', () => {
    assert.equal(
      load({ ISSUER: 'https://id.example.com/' }).config.issuer,
      'https://id.example.com',
    )
    assert.equal(
      load({ ISSUER: 'https://example.com/id/' }).config.issuer,
      'https://example.com/id',
    )
  })
})

describe('production', () => {
  it('starts when everything is decided', () => {
    const { config } = load(production)
    assert.equal(config.server.host, '::')
    assert.equal(config.seed, undefined)
    assert.equal(config.demo, undefined)
    assert.equal(config.mail.from, 'Signet <no-reply@id.example.com>')
  })

  it('names everything it misses, with the fix', () => {
    const problems = problemsOf({ NODE_ENV: 'production', ISSUER: 'http://id.example.com' })
    assert.deepEqual(
      problems.map(({ setting }) => setting),
      ['ISSUER', 'SIGNET_SECRET', 'DATABASE_URL', 'SMTP_URL'],
    )
    assert.ok(problems.every(({ fix }) => fix.length > 10))
  })

  it('allows http on loopback only', () => {
    for (const host of ['localhost:3000', '127.0.0.1:3000', '[::1]:3000', 'id.localhost'])
      assert.deepEqual(settingsAtFault({ ...production, ISSUER: `http://${host}` }), [])
    for (const host of ['localhost.example.com', '10.0.0.1', '127.0.0.1.example.com', '[::2]'])
      assert.deepEqual(settingsAtFault({ ...production, ISSUER: `http://${host}` }), ['ISSUER'])
  })

  it('refuses the demo data by its place and by its content', () => {
    const demo = development.settings.SIGNET_SEED
    const content = { [demo]: '{"demo":1}', 'copy.json': '{"demo":1}', 'own.json': '{}' }
    const fault = (seed: string) => settingsAtFault({ ...production, SIGNET_SEED: seed }, content)
    assert.deepEqual(fault(demo), ['SIGNET_SEED'])
    assert.deepEqual(fault('copy.json'), ['SIGNET_SEED'])
    assert.deepEqual(fault('own.json'), [])
  })

  it('never invents a secret', () => {
    const { SIGNET_SECRET: _, ...rest } = production
    assert.deepEqual(settingsAtFault(rest), ['SIGNET_SECRET'])
  })
})

describe('the secret', () => {
  it('keeps its order: the first is current, the rest still open', () => {
    const { secrets } = load({ SIGNET_SECRET: `${secret}, ${older}` })
    assert.deepEqual(
      secrets.keys.map((key) => Buffer.from(key).toString('base64url')),
      [secret, older],
    )
  })

  it('is generated once, readable by its owner alone, and found again', () => {
    const directory = mkdtempSync(join(tmpdir(), 'signet-config-'))
    try {
      const env = { SIGNET_DATA_DIR: join(directory, 'data') }
      const first = loadConfig({ env }).secrets.keys
      const second = loadConfig({ env }).secrets.keys
      assert.deepEqual(first, second)
      const path = join(directory, 'data', 'secret')
      assert.equal(statSync(path).mode & 0o777, 0o600)
      assert.match(readFileSync(path, 'utf8'), /^[\w-]{43}\n$/)
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  it('is refused when its file is damaged', () => {
    const env = { SIGNET_DATA_DIR: '/data' }
    assert.deepEqual(settingsAtFault(env, { '/data/secret': 'short' }), ['SIGNET_SECRET'])
  })
})
