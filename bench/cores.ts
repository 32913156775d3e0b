import { execFileSync, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { availableParallelism } from 'node:os'

const count = availableParallelism() // asked before anything is pinned

/**
 * Each server under test, its thread pool included, has the first core, one at a time; whoever asks, and the stores, have
 * the others. What is compared is then the work of a core, and not who found another one idle.
 */
const canPin = process.platform === 'linux' && count > 1 && hasTaskset()

/** Moves this process, and what it will start, off the servers' core. How the cores are shared, in words. */
export function leaveServerCore(): string {
  if (!canPin) return 'shared by all'
  const others = `1-${count - 1}`
  execFileSync('taskset', ['-acp', others, `${process.pid}`])
  return `one for the server, ${count - 1} for load and stores`
}

export function spawnOnServerCore(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  return canPin
    ? spawn('taskset', ['-c', '0', command, ...args], options)
    : spawn(command, [...args], options)
}

/**
 * For what needs the cores it would have in earnest: hashing on one, everything else on another. Whoever asks, and the
 * stores, stay where they are: elsewhere in earnest, they would otherwise take a share of both.
 */
export function spawnOnAllCores(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  return canPin
    ? spawn('taskset', ['-c', `0-${count - 1}`, command, ...args], options)
    : spawn(command, [...args], options)
}

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
