import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { settled } from './runtime.ts'

const server = {
  platform: 'linux',
  env: { HOME: '/root' },
  argv: ['/bin/node', '/app/src/main.ts'],
  execArgv: ['--import', './src/preflight.mjs'],
  execPath: '/bin/node',
  isSupervised: false,
} as const

function start(change: Partial<Parameters<typeof settled>[0]> = {}) {
  return settled({ ...server, argv: [...server.argv], execArgv: [...server.execArgv], ...change })
}

describe('how a server begins', () => {
  it('is with the settings that are read only then, and whatever else it was given', () => {
    assert.deepEqual(start(), {
      argv: [
        '/bin/node',
        '--max-semi-space-size=8',
        '--import',
        './src/preflight.mjs',
        '/app/src/main.ts',
      ],
      env: { HOME: '/root', MALLOC_ARENA_MAX: '1' },
    })
  })

  it('is once', () => {
    assert.equal(start({ env: start()?.env ?? {} }), undefined)
  })

  it('is as it is for a command, a worker, and where a process cannot begin again', () => {
    assert.equal(start({ argv: [...server.argv, 'doctor'] }), undefined)
    assert.equal(start({ isSupervised: true }), undefined)
    assert.equal(start({ platform: 'win32' }), undefined)
  })
})
