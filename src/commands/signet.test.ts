import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { describe, test } from 'node:test'
import { Unavailable } from '#kit/errors.ts'
import { createTestServices } from '#test/support/command-services.ts'
import { createCommandLine, errorOf } from '#test/support/command-line.ts'
import { createCli } from './signet.ts'

describe('the command line', () => {
  test('serves when no command is given', async () => {
    const commandLine = createCommandLine()
    assert.equal((await commandLine.run([])).exitCode, 0)
    assert.equal((await commandLine.run(['serve'])).exitCode, 0)
    assert.deepEqual(commandLine.counts, { opened: 0, closed: 0, served: 2 })
  })

  test('ends with 2 and names the nearest when it does not understand', async () => {
    const { run, json, counts } = createCommandLine()
    const unknown = await run(['usr'])
    assert.equal(unknown.exitCode, 2)
    assert.match(unknown.stderr, /unknown command 'usr'; did you mean user\?/)
    assert.equal(unknown.stdout, '')
    for (const argv of [['user'], ['user', 'lst'], ['user', 'create'], ['key', 'rotate', '--what']])
      assert.equal((await run(argv)).exitCode, 2, argv.join(' '))
    const { exitCode, document } = await json(['user', 'create'])
    assert.equal(exitCode, 2)
    assert.equal(errorOf(document).code, 'commands.usage')
    assert.deepEqual(counts, { opened: 0, closed: 0, served: 0 })
  })

  test('explains itself and its exit codes', async () => {
    const { run } = createCommandLine()
    const help = await run(['--help'])
    assert.equal(help.exitCode, 0)
    for (const word of ['serve', 'doctor', 'Exit codes', '--tenant', 'standard input'])
      assert.ok(help.stdout.includes(word), word)
    assert.match((await run(['user', 'create', '--help'])).stdout, /--tenant <slug>/)
    assert.match((await run(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/)
  })

  test('does not mind that nobody reads on, and minds every other failure to write', () => {
    const stdout = new PassThrough()
    const deps = { stdout, stderr: new PassThrough(), stdin: new PassThrough() }
    createCli({
      ...deps,
      loadConfig: () => assert.fail(),
      describeConfig: () => '',
      openServices: () => assert.fail(),
      serve: async () => undefined,
      env: {},
    })
    stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    const full = Object.assign(new Error('disk full'), { code: 'ENOSPC' })
    assert.throws(() => stdout.emit('error', full), /disk full/)
  })

  test('says everything that is wrong with the configuration', async () => {
    const problems = [{ setting: 'ISSUER', problem: 'is not https', fix: 'Set it.' }]
    class ConfigInvalid extends Error {
      override readonly name = 'ConfigInvalid'
      readonly problems = problems
    }
    const loadConfig = () => {
      throw new ConfigInvalid('The configuration cannot be used:\n  ISSUER: is not https')
    }
    const { run, json, counts } = createCommandLine({ loadConfig })
    assert.match((await run(['check-config'])).stderr, /^signet: The configuration.*\n {2}ISSUER: /)
    const { exitCode, document } = await json(['user', 'list'])
    assert.equal(exitCode, 1)
    assert.deepEqual(errorOf(document).details, problems)
    assert.equal(errorOf(document).code, 'config.invalid')
    assert.equal((await run([])).exitCode, 1)
    assert.equal(counts.served, 0)
  })

  test('says what to do when the embedded database belongs to a running server', async () => {
    class DataFolderRefused extends Error {
      override readonly name = 'DataFolderRefused'
    }
    const openServices = async () => {
      throw new DataFolderRefused('in use. Stop that process, or set DATABASE_URL.')
    }
    const { run, json } = createCommandLine({ openServices })
    const { exitCode, stderr } = await run(['user', 'list'])
    assert.deepEqual(
      [exitCode, stderr],
      [1, 'signet: in use. Stop that process, or set DATABASE_URL.\n'],
    )
    const { document } = await json(['user', 'list'])
    assert.equal(errorOf(document).code, 'storage.data_folder_refused')
  })

  test('tells why a store cannot be reached', async () => {
    const migrations = {
      apply: async () => [],
      pending: async () => {
        throw new Unavailable('storage', { cause: new Error('connect ECONNREFUSED 10.0.0.1:5432') })
      },
    }
    const { run, counts } = createCommandLine({}, { ...createTestServices(), migrations })
    const { exitCode, stderr } = await run(['user', 'list'])
    assert.equal(exitCode, 1)
    assert.match(stderr, /ECONNREFUSED 10\.0\.0\.1:5432/)
    assert.deepEqual([counts.opened, counts.closed], [1, 1])
  })

  test('does nothing on a database that is not up to date, but tells how', async () => {
    const migrations = { pending: async () => ['0002-more'], apply: async () => ['0002-more'] }
    const { json, run } = createCommandLine({}, { ...createTestServices(), migrations })
    const { document } = await json(['user', 'list'])
    assert.deepEqual(
      [errorOf(document).code, errorOf(document).details],
      ['commands.migrations_pending', ['0002-more']],
    )
    assert.deepEqual(await json(['migrate', '--check']), {
      exitCode: 1,
      document: { pending: ['0002-more'] },
    })
    assert.match((await run(['migrate'])).stdout, /Applied:\n {2}0002-more/)
  })

  test('prints the configuration, also as JSON', async () => {
    const { json, run } = createCommandLine()
    const settings = { ISSUER: 'http://localhost:3000', LOG_LEVEL: 'info' }
    assert.deepEqual((await json(['check-config'])).document, settings)
    assert.match((await run(['check-config'])).stdout, /^ISSUER {5}http/)
  })

  test('knows the tenant of --tenant, and the nearest of one it does not know', async () => {
    const { json, run } = createCommandLine()
    assert.match((await run(['user', 'list'])).stderr, /There is no tenant yet/)
    assert.equal((await run(['tenant', 'create', 'acme', '--name', 'Acme'])).exitCode, 0)
    assert.match(
      (await run(['user', 'list', '--tenant', 'acne'])).stderr,
      /no tenant acne\. Did you mean acme\?/,
    )
    assert.deepEqual(await json(['--tenant', 'acme', 'user', 'list']), {
      exitCode: 0,
      document: [],
    })
  })
})
