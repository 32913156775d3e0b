import { fire } from './load.ts'
import { operations, type OperationName } from './operations.ts'
import type { ServerProcess } from './process.ts'

/** One round of one server: requests per second, and microseconds of processor time of the server for each. */
export type Round = { readonly rate: number; readonly cpu: number }

/**
 * Every server in turn, the other way round every other time, so that none always runs into the same neighbour's noise.
 * The first rounds only warm up.
 */
export async function measure(
  operation: OperationName,
  servers: ReadonlyMap<string, ServerProcess>,
  rounds: number,
): Promise<ReadonlyMap<string, readonly Round[]>> {
  const results = new Map([...servers.keys()].map((name) => [name, [] as Round[]]))
  const { warmUp } = operations[operation]
  for (let round = 0; round < warmUp + rounds; round += 1) {
    const order = round % 2 === 0 ? [...servers] : [...servers].reverse()
    for (const [name, server] of order) {
      const result = await runRound(operation, server)
      if (round >= warmUp) results.get(name)?.push(result)
    }
  }
  return results
}

async function runRound(name: OperationName, server: ServerProcess): Promise<Round> {
  const { perRound: count, status, isStoreless: isAwake } = operations[name]
  const shots = await server.shots(name, count)
  const before = await server.usage()
  const seconds = await fire(server.port, shots, { count, status, isAwake })
  const after = await server.usage()
  return { rate: count / seconds, cpu: (after.cpu - before.cpu) / count }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}

/** The median of what each round says: neighbours' noise hits both sides of a round alike. */
export function ratio(ours: readonly Round[], theirs: readonly Round[], of: keyof Round): number {
  return median(ours.map((round, index) => round[of] / (theirs[index]?.[of] ?? NaN)))
}
