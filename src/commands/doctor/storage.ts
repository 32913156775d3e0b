import type { Config } from '#config/config.ts'
import type { Clock } from '#kit/clock.ts'
import type { Services } from '../commands.ts'
import { attempt, fail, ok, warn, type Finding } from './finding.ts'

type Storage = Pick<Services, 'migrations' | 'probes'>

const oldestPostgres = 14
/** Milliseconds: what tokens' times tolerate, and what they do not. */
const skew = { warn: 5_000, fail: 30_000 }

export function checkDatabase(
  { probes }: Pick<Storage, 'probes'>,
  clock: Clock,
): Promise<readonly Finding[]> {
  const fix = 'Check that the server of DATABASE_URL is running and lets this machine in.'
  return attempt('database', fix, async () => {
    const before = clock.now()
    const { version, now } = await probes.database()
    const here = (before + clock.now()) / 2
    return [checkVersion(version), checkClock(Math.abs(now - here))]
  })
}

function checkVersion(version: number): Finding {
  const major = Math.floor(version / 10_000)
  if (major >= oldestPostgres) return ok('database', `answers, and is PostgreSQL ${major}`)
  const message = `is PostgreSQL ${major}; ${oldestPostgres} is the oldest that works`
  return fail('database', message, 'Set DATABASE_URL to a newer server.')
}

function checkClock(difference: number): Finding {
  const message = `differs from the database's by ${(difference / 1000).toFixed(1)} s`
  const fix = 'Let both machines keep time by NTP.'
  if (difference > skew.fail) return fail('clock', message, fix)
  return difference > skew.warn ? warn('clock', message, fix) : ok('clock', message)
}

export function checkMigrations({
  migrations,
}: Pick<Storage, 'migrations'>): Promise<readonly Finding[]> {
  const fix = 'Run `signet migrate`.'
  return attempt('migrations', fix, async () => {
    const pending = await migrations.pending()
    return pending.length === 0
      ? ok('migrations', 'the schema is up to date')
      : fail('migrations', `not applied yet: ${pending.join(', ')}`, fix)
  })
}

export function checkRedis({ probes }: Pick<Storage, 'probes'>): Promise<readonly Finding[]> {
  const { redis } = probes
  const fix = 'Check that the servers of REDIS_URL are running and let this machine in.'
  return attempt('redis', fix, async () => {
    if (!redis) return ok('redis', 'none is configured: short-lived data is kept in the process')
    const { version, maxmemoryPolicy } = await redis()
    return [redisVersion(version), evictionPolicy(maxmemoryPolicy)]
  })
}

function redisVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > 6 || (major === 6 && minor >= 2)) return ok('redis', `answers, version ${version}`)
  const message = `is version ${version}; 6.2 is the oldest that works`
  return fail('redis', message, 'Set REDIS_URL to a newer server.')
}

function evictionPolicy(policy: string | undefined): Finding {
  if (policy === 'noeviction') return ok('redis memory', 'nothing is evicted before its time')
  const fix = 'Set maxmemory-policy to noeviction on the Redis server.'
  return policy === undefined
    ? warn('redis memory', 'the server does not tell its maxmemory-policy', fix)
    : warn('redis memory', `${policy} may forget sign-ins in progress before their time`, fix)
}

export function checkDataDirectory(
  { storage }: Pick<Config, 'storage'>,
  /** Rejects when a file cannot be written there. */
  tryWriting: (directory: string) => Promise<void>,
): Promise<readonly Finding[]> {
  const { dataDir, databaseUrl } = storage
  const fix = `Make ${dataDir} writable for this user, or set SIGNET_DATA_DIR.`
  return attempt('data directory', fix, async () => {
    if (databaseUrl !== undefined) return ok('data directory', 'not needed beside DATABASE_URL')
    await tryWriting(dataDir)
    return ok('data directory', `${dataDir} is writable`)
  })
}
