import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '#test/support/servers.ts'
import { median } from './measure.ts'

/** Milliseconds until the discovery document is answered, as `npm start` starts it: embedded, with the demo. */
export type Starts = { readonly first: number; readonly later: number }

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** The first start has an empty data folder and an empty compile cache; of later ones the median. */
export async function measureStarts(later = 3): Promise<Starts> {
  const dir = mkdtempSync(join(tmpdir(), 'signet-bench-'))
  try {
    const first = await start(dir)
    const times: number[] = []
    for (let index = 0; index < later; index += 1) times.push(await start(dir))
    return { first, later: median(times) }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function start(dir: string): Promise<number> {
  const port = await freePort()
  const begin = performance.now()
  const child = spawn(process.execPath, [main, 'serve'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: join(dir, 'compiled'),
      SIGNET_DATA_DIR: join(dir, 'data'),
      PORT: `${port}`,
      MANAGEMENT_PORT: `${await freePort()}`,
    },
  })
  const ended = once(child, 'exit')
  try {
    await answers(port, child)
    return performance.now() - begin
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}

async function answers(port: number, child: { readonly exitCode: number | null }): Promise<void> {
  for (let attempt = 0; attempt < 3000 && child.exitCode === null; attempt += 1) {
    if (await isReady(port)) return
    await delay(10)
  }
  throw new Error('the server under test did not start')
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { host: `localhost:${port}` }
    const path = '/.well-known/openid-configuration'
    get({ port, host: '127.0.0.1', path, headers }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    }).on('error', () => resolve(false))
  })
}
