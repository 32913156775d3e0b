import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect: (options: { readonly type: 'minor' | 'major' }) => void = runInNewContext('gc')

/** Bytes that one call of `work` leaves in the old generation, where only a full collection finds them: near zero, or a request's worth. */
export async function leftBehind(work: () => Promise<unknown>): Promise<number> {
  const calls = 400
  await times(200, work) // what is compiled and cached comes first
  collect({ type: 'major' })
  const before = oldGeneration()
  await times(calls, work)
  return (oldGeneration() - before) / calls
}

async function times(count: number, work: () => Promise<unknown>): Promise<void> {
  for (let left = count; left > 0; left -= 1) await work()
  for (const _ of [1, 2, 3]) collect({ type: 'minor' })
}

function oldGeneration(): number {
  const spaces = getHeapSpaceStatistics()
  return spaces.find((space) => space.space_name === 'old_space')?.space_used_size ?? NaN
}
