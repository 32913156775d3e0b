import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { closeRedis, connectRedis, createRedis, type RedisConnection } from '#storage/redis.ts'

/**
 * Throwaway servers for tests: found on the machine, started on a free port in a temporary folder. They end with the
 * test process, however it ends: a watchdog waits for its standard input to close.
 */
export type TestServer = AsyncDisposable & {
  readonly url: string
  /** Kills it at once, as a crash would. The data stays. */
  stop(): Promise<void>
  /** Starts it again on the same port and data, and waits until it answers. */
  start(): Promise<void>
  restart(): Promise<void>
  /** Freezes it: connections stay open and nothing is answered. */
  pause(): void
  resume(): void
}

export type TestPostgres = TestServer & {
  /** Address of another database on this server. */
  urlOf(database: string): string
}

/**
 * A private PostgreSQL for tests that break it; undefined when none is installed. Takes about two seconds. `fsync`: for
 * who measures; a throwaway goes without, and what a crash of the server itself loses does not depend on it.
 */
export async function startPostgres(
  options: { readonly fsync?: boolean } = {},
): Promise<TestPostgres | undefined> {
  const bin = findPostgres()
  if (bin === undefined) return undefined
  const owner = unprivilegedUser()
  const dir = temporaryFolder(owner)
  const data = join(dir, 'data')
  await finished(
    spawn(
      join(bin, 'initdb'),
      ['-D', data, '-U', 'signet', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      { stdio: 'ignore', ...owner, cwd: dir },
    ),
  )
  const port = await freePort()
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    shared_buffers: '32MB',
    max_connections: 120,
    fsync: options.fsync ? 'on' : 'off',
    autovacuum: 'off',
  }
  const urlOf = (database: string) => `postgresql://signet@127.0.0.1:${port}/${database}`
  const server = await supervise({
    dir,
    command: join(bin, 'postgres'),
    args: ['-D', data, ...Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`])],
    owner,
    url: urlOf('postgres'),
    signal: 'SIGQUIT',
    ready: () => postgresAnswers(urlOf('postgres')),
  })
  return { ...server, urlOf }
}

/** A private Redis or Valkey; undefined when none is installed. */
export async function startRedis(): Promise<TestServer | undefined> {
  const command = findRedis()
  if (command === undefined) return undefined
  const dir = temporaryFolder({})
  const port = await freePort()
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', dir, '--save', '']
  return supervise({
    dir,
    command,
    args: [...args, '--appendonly', 'no', '--daemonize', 'no'],
    owner: {},
    url: `redis://127.0.0.1:${port}`,
    signal: 'SIGKILL',
    ready: () => redisAnswers(port),
  })
}

let postgres: Promise<TestPostgres | undefined> | undefined
let redis: Promise<TestServer | undefined> | undefined

/** The PostgreSQL this test process shares. Never stop or pause it. */
export function sharedPostgres(): Promise<TestPostgres | undefined> {
  postgres ??= startPostgres()
  return postgres
}

/** The Redis this test process shares. Never stop, pause or flush it. */
export function sharedRedis(): Promise<TestServer | undefined> {
  redis ??= startRedis()
  return redis
}

export type TestRedis = AsyncDisposable & {
  readonly redis: RedisConnection
  /** Lets everything in it grow older by `ms`: no test waits for a time to live. */
  pass(ms: number): Promise<void>
}

/** A connection to the shared Redis, in a numbered database of its own that starts empty. */
export async function openRedis(): Promise<TestRedis> {
  const redis = createRedis([await reserveRedisDatabase()])
  await connectRedis(redis)
  return {
    redis,
    pass: (ms) => passInRedis(redis, ms),
    [Symbol.asyncDispose]: () => closeRedis(redis),
  }
}

/** Lets everything in a database grow older by `ms`. */
export async function passInRedis(redis: RedisConnection, ms: number): Promise<void> {
  for (const key of await redis.keys('*')) {
    const left = await redis.pttl(key)
    if (left >= 0) await redis.pexpire(key, left - ms) // zero and less remove it
  }
}

/** The address of a numbered database on the shared Redis, emptied. */
export async function reserveRedisDatabase(): Promise<string> {
  const server = await sharedRedis()
  if (!server) throw new Error('no Redis is installed')
  redisDatabase = (redisDatabase + 1) % 16
  const url = `${server.url}/${redisDatabase}`
  const redis = createRedis([url])
  await connectRedis(redis)
  await redis.flushdb()
  await closeRedis(redis)
  return url
}

let redisDatabase = 0

export function hasPostgres(): boolean {
  return findPostgres() !== undefined
}

export function hasRedis(): boolean {
  return findRedis() !== undefined
}

/** What was not found, for the one line at the end of a test run: `postgres`, `redis`. */
export function missingServers(): string[] {
  return [hasPostgres() ? [] : ['postgres'], hasRedis() ? [] : ['redis']].flat()
}

type Owner = { readonly uid?: number; readonly gid?: number }

type Supervised = {
  readonly dir: string
  readonly command: string
  readonly args: readonly string[]
  readonly owner: Owner
  readonly env?: NodeJS.ProcessEnv
  readonly url: string
  readonly signal: NodeJS.Signals
  readonly ready: () => Promise<boolean>
}

/** Starts it, and ends it with this process. The folder is removed with it. */
export async function supervise(server: Supervised): Promise<TestServer> {
  const { dir, command, args, owner, env = process.env, url, signal, ready } = server
  const watchdog = startWatchdog(dir)
  let child: ChildProcess | undefined
  let paused: number[] = []

  async function start(): Promise<void> {
    child = spawn(command, args, { stdio: 'ignore', cwd: dir, env, ...owner, detached: true })
    child.unref()
    watchdog.stdin?.write(`${child.pid}\n`)
    await until(ready, () => child?.exitCode !== null)
  }

  async function stop(): Promise<void> {
    resume()
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.ref()
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
    watchdog.stdin?.write('\n') // the id may soon be another process's
  }

  function pause(): void {
    paused = child?.pid === undefined ? [] : [child.pid, ...childrenOf(child.pid)]
    for (const pid of paused) process.kill(pid, 'SIGSTOP')
  }

  function resume(): void {
    for (const pid of paused) process.kill(pid, 'SIGCONT')
    paused = []
  }

  await start()
  return {
    url,
    stop,
    start,
    restart: () => stop().then(start),
    pause,
    resume,
    async [Symbol.asyncDispose]() {
      await stop()
      watchdog.stdin?.end()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Reads process ids; when this process is gone, ends the last one and removes the folder. */
function startWatchdog(dir: string): ChildProcess {
  const script = `trap '' INT TERM HUP
    while read -r line; do pid=$line; done
    if [ -n "$pid" ]; then
      for child in $(pgrep -P "$pid"); do kill -CONT "$child"; done
      kill -CONT "$pid" && kill -QUIT "$pid" && sleep 1; kill -KILL "$pid"
    fi
    rm -rf "$1"`
  const watchdog = spawn('sh', ['-c', script, 'watchdog', dir], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  watchdog.unref()
  const input = watchdog.stdin as unknown as { unref(): void } // a pipe is a net.Socket, typed as Writable
  input.unref()
  return watchdog
}

async function until(ready: () => Promise<boolean>, failed: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    if (await ready()) return
    if (failed()) break
    await delay(50)
  }
  throw new Error('a test server did not start')
}

async function postgresAnswers(connectionString: string): Promise<boolean> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 2000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('SELECT 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

function redisAnswers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.setTimeout(2000, () => socket.destroy())
    socket.on('data', (answer) => {
      resolve(answer.toString().startsWith('+PONG'))
      socket.destroy()
    })
    socket.on('error', () => resolve(false))
    socket.on('close', () => resolve(false))
  })
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

async function finished(child: ChildProcess): Promise<void> {
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${child.spawnfile} ended with ${code}`)
}

function childrenOf(pid: number): number[] {
  try {
    const list = execFileSync('pgrep', ['-P', `${pid}`], { encoding: 'utf8' })
    return list.split('\n').filter(Boolean).map(Number)
  } catch {
    return [] // pgrep exits with 1 when there are none
  }
}

export function temporaryFolder(owner: Owner): string {
  const dir = mkdtempSync(join(tmpdir(), 'signet-test-'))
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(dir, owner.uid, owner.gid)
  return dir
}

/** PostgreSQL refuses to run as root, as it is in a container. */
function unprivilegedUser(): Owner {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

function findPostgres(): string | undefined {
  const debian = folders('/usr/lib/postgresql').filter((version) => Number(version) >= 14)
  return firstWith('postgres', [
    process.env['SIGNET_TEST_POSTGRES_BIN'],
    ...debian.map((version) => join('/usr/lib/postgresql', version, 'bin')),
    ...['18', '17', '16', '15', '14'].map((v) => `/opt/homebrew/opt/postgresql@${v}/bin`),
    ...path(),
  ])
}

function findRedis(): string | undefined {
  for (const name of ['redis-server', 'valkey-server']) {
    const bin = firstWith(name, [process.env['SIGNET_TEST_REDIS_BIN'], ...path()])
    if (bin !== undefined) return join(bin, name)
  }
  return undefined
}

function path(): string[] {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/bin', '/opt/homebrew/bin']
}

function folders(parent: string): string[] {
  try {
    return readdirSync(parent).sort((a, b) => Number(b) - Number(a))
  } catch {
    return []
  }
}

function firstWith(program: string, dirs: readonly (string | undefined)[]): string | undefined {
  return dirs.find((dir) => dir !== undefined && isExecutable(join(dir, program)))
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
