import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { startPostgres, startRedis, type TestPostgres } from '#test/support/servers.ts'
import type { SignetOptions } from './signet.ts'
import { startServerProcess, type ServerProcess } from './process.ts'

/** What Signet stands on. */
export const setups = ['embedded', 'postgres', 'postgres+redis'] as const
export type SetupName = (typeof setups)[number]

export type Bench = AsyncDisposable & {
  readonly bare: ServerProcess
  /** Without those whose servers are not installed. */
  readonly signet: ReadonlyMap<SetupName, ServerProcess>
  readonly missing: readonly SetupName[]
}

/** The servers under test, all at once and idle; throwaway stores that flush to disk as real ones do. */
export async function startBench(
  wanted: readonly SetupName[],
  options: Pick<
    SignetOptions,
    'cheapHashing' | 'behindProxy' | 'crowd' | 'onAllCores' | 'isOpen'
  > & {
    readonly nodeOptions?: readonly string[]
  },
): Promise<Bench> {
  const dir = mkdtempSync(join(tmpdir(), 'signet-bench-'))
  const needsPostgres = wanted.some((name) => name !== 'embedded')
  const postgres = needsPostgres ? await startPostgres({ fsync: true }) : undefined
  const redis = wanted.includes('postgres+redis') ? await startRedis() : undefined
  const { nodeOptions = [], ...how } = options
  const common = { ...how, dataDir: dir }
  const stores = {
    embedded: { ...common, databaseUrl: undefined, redisUrl: undefined },
    postgres: postgres && {
      ...common,
      databaseUrl: await createDatabase(postgres, 'one'),
      redisUrl: undefined,
    },
    'postgres+redis': postgres &&
      redis && {
        ...common,
        databaseUrl: await createDatabase(postgres, 'two'),
        redisUrl: redis.url,
      },
  }
  const signet = new Map<SetupName, ServerProcess>()
  for (const name of wanted) {
    const on = stores[name]
    if (on) signet.set(name, await startServerProcess('signet', on, nodeOptions))
  }
  const bare = await startServerProcess('bare', stores.embedded, nodeOptions)
  return {
    bare,
    signet,
    missing: wanted.filter((name) => !signet.has(name)),
    async [Symbol.asyncDispose]() {
      await Promise.all([bare, ...signet.values()].map((server) => server.stop()))
      await postgres?.[Symbol.asyncDispose]()
      await redis?.[Symbol.asyncDispose]()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function createDatabase(server: TestPostgres, name: string): Promise<string> {
  const client = new Client({ connectionString: server.url })
  await client.connect()
  await client.query(`CREATE DATABASE ${name}`)
  await client.end()
  return server.urlOf(name)
}
