import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startSettings } from '#runtime.ts'
import { freePort } from '#test/support/servers.ts'
import { spawnOnServerCore, spawnOnAllCores } from './cores.ts'
import type { OperationName, Shot } from './operations.ts'
import type { SignetOptions } from './signet.ts'

export type Ask =
  | { readonly kind: 'usage' }
  | { readonly kind: 'hash'; readonly count: number }
  | { readonly kind: 'shots'; readonly operation: OperationName; readonly count: number }

export type Told =
  | { readonly kind: 'ready' }
  | { readonly kind: 'hash'; readonly seconds: number }
  | { readonly kind: 'shots'; readonly shots: readonly Shot[] }
  /** Microseconds of processor time of all its threads; bytes. */
  | { readonly kind: 'usage'; readonly cpu: number; readonly rss: number }

/** A server under test in a process of its own. */
export type ServerProcess = {
  readonly port: number
  readonly pid: number
  shots(operation: OperationName, count: number): Promise<readonly Shot[]>
  /** Seconds. See `Subject`. */
  hash(count: number): Promise<number>
  usage(): Promise<{ readonly cpu: number; readonly rss: number }>
  stop(): Promise<void>
}

export async function startServerProcess(
  kind: 'bare' | 'signet',
  options: Omit<SignetOptions, 'port'>,
  nodeOptions: readonly string[] = [],
): Promise<ServerProcess> {
  const port = await freePort()
  const script = fileURLToPath(new URL('server.ts', import.meta.url))
  const tuned = kind === 'signet' ? startSettings : { options: [], env: {} }
  const node = [
    ...tuned.options,
    ...nodeOptions,
    script,
    kind,
    JSON.stringify({ ...options, port }),
  ]
  const start = options.onAllCores ? spawnOnAllCores : spawnOnServerCore
  const child = start(process.execPath, node, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, ...tuned.env },
  })
  const ended = once(child, 'exit')

  async function hear<Kind extends Told['kind']>(kind: Kind) {
    const end = ended.then(() => Promise.reject(new Error('a server under test ended')))
    const [told] = (await Promise.race([once(child, 'message'), end])) as [Told] // only server.ts speaks here
    if (told.kind !== kind) throw new Error(`expected ${kind}, heard ${told.kind}`)
    return told as Extract<Told, { kind: Kind }>
  }
  function ask<Kind extends Ask['kind']>(question: Extract<Ask, { kind: Kind }>) {
    const answer = hear(question.kind)
    child.send(question)
    return answer
  }

  await hear('ready')
  return {
    port,
    pid: child.pid ?? 0,
    shots: async (operation, count) =>
      (await ask<'shots'>({ kind: 'shots', operation, count })).shots,
    hash: async (count) => (await ask<'hash'>({ kind: 'hash', count })).seconds,
    usage: () => ask<'usage'>({ kind: 'usage' }),
    async stop() {
      child.disconnect()
      await ended
    },
  }
}
