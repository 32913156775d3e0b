import type { Cluster, Redis } from 'ioredis'
import type { Probes } from './commands.ts'

/** INFO tells what is needed, also where managed servers refuse CONFIG. Of a cluster, one node is asked. */
export function createRedisProbe(deps: {
  readonly redis: Pick<Redis | Cluster, 'info'>
}): NonNullable<Probes['redis']> {
  return async () => {
    const lines = (await deps.redis.info()).split(/\r?\n/)
    const valueOf = (name: string) =>
      lines.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1)
    const version = valueOf('redis_version')
    if (version === undefined) throw new Error('the server does not tell its version')
    return { version, maxmemoryPolicy: valueOf('maxmemory_policy') }
  }
}
