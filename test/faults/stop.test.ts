import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { temporaryFolder } from '#test/support/folders.ts'
import { root } from '#test/support/repository.ts'
import { freePort } from '#test/support/servers.ts'

describe('a process that is told to stop', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    it(`ends with 0 after ${signal}, and the next one finds its data`, async () => {
      using folder = temporaryFolder()
      using first = await start(folder.path, [process.execPath, 'src/main.ts'])
      const keys = await first.keys()
      assert.equal(await first.stop(signal), 0)
      await assert.rejects(first.keys())

      using second = await start(folder.path, [process.execPath, 'src/main.ts'])
      assert.deepEqual(await second.keys(), keys)
      assert.equal(await second.stop(signal), 0)
    })

  it('does not take a second signal at the same moment for impatience: npm sends one after the terminal', async () => {
    using folder = temporaryFolder()
    using server = await start(folder.path, [process.execPath, 'src/main.ts'])
    const slow = connect(server.port, 'localhost') // keeps the server draining
    slow.write('POST /token HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n')
    slow.write('Content-Length: 9\r\n\r\n')
    await once(slow, 'data')
    server.child.kill('SIGTERM') // another one: two of a kind may arrive as one
    assert.equal(await server.stop('SIGINT'), 0)
    slow.destroy()
  })

  it('ends when the shell that npm started it in has gone', async () => {
    using folder = temporaryFolder()
    const shell = ['/bin/sh', '-c', `"${process.execPath}" src/main.ts; exit $?`]
    using server = await start(folder.path, shell, { npm_lifecycle_event: 'start' })
    server.child.kill('SIGKILL')
    await server.closed // standard output stays open as long as the server has it
    await assert.rejects(server.keys())
  })
})

async function start(dataDir: string, command: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const [program = '', ...args] = command
  const port = await freePort()
  const child = spawn(program, args, {
    cwd: root,
    env: { ...settingsOf(dataDir, port), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true, // a group of its own, to be ended whole
  })
  const closed = once(child, 'close')
  await ready(child)
  return {
    child,
    port,
    closed,
    async keys(): Promise<unknown> {
      const answer = await fetch(`http://localhost:${port}/jwks`)
      assert.equal(answer.status, 200)
      return answer.json()
    },
    async stop(signal: NodeJS.Signals): Promise<unknown> {
      child.kill(signal)
      const [code] = await closed
      return code
    },
    [Symbol.dispose]: () => endGroup(child),
  }
}

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // gone already, as it should be
  }
}

function settingsOf(dataDir: string, port: number): NodeJS.ProcessEnv {
  const { PATH } = process.env
  return { PATH, NODE_ENV: 'test', LOG_LEVEL: 'info', PORT: `${port}`, SIGNET_DATA_DIR: dataDir }
}

async function ready(child: ChildProcess): Promise<void> {
  let said = ''
  for await (const chunk of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    said += String(chunk)
    if (said.includes('"event":"ready"')) {
      child.stdout?.resume()
      return
    }
  }
  throw new Error(`it did not start: ${said}`)
}
