import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { leaveServerCore } from './cores.ts'
import { concurrency } from './load.ts'
import { measureMemory, type Memory } from './logins.ts'
import { measure } from './measure.ts'
import { operations, type OperationName } from './operations.ts'
import { linesOf, machine, reportOf, type Line } from './report.ts'
import { setups, startBench, type SetupName } from './setups.ts'
import { crowd, measureSignIns, type SignIns } from './sign-ins.ts'
import { measureStarts } from './starts.ts'
import { measureTiming, timingCrowd, type Timing } from './timing.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '7' },
    /** Comma-separated operations, or `none`; all when it is not given. */
    only: { type: 'string' },
    /** Comma-separated set-ups. */
    on: { type: 'string' },
    /** Resident memory after so many logins. */
    memory: { type: 'string' },
    /** Hashes passwords as cheaply as possible: quicker, and less memory than in earnest. */
    cheap: { type: 'boolean', default: false },
    starts: { type: 'boolean', default: false },
    /** Two hundred people sign in at once, in each round for so many seconds. */
    signins: { type: 'string' },
    /** Known against unknown people, so many of each. */
    timing: { type: 'string' },
    /** Folder for a CPU profile of each server. */
    profile: { type: 'string' },
  },
})
const rounds = Math.max(1, Number(values.rounds))
const wanted = chosen(setups, values.on)
const facts = { ...machine(), cores: availableParallelism(), rounds, concurrency }

// the order matters: a start may use all cores; of the rest only a server that hashes
const starts = values.starts ? await measureStarts() : undefined
const sharing = leaveServerCore()
const signIns = values.signins === undefined ? [] : await measureCrowd(Number(values.signins))
const timings = values.timing === undefined ? [] : await measureTimings(Number(values.timing))
const lines = await measureOperations()
const memory = values.memory === undefined ? [] : await measureLogins(Number(values.memory))
const report = { facts: { ...facts, sharing }, lines, starts, memory, signIns, timings }
console.log(values.json ? JSON.stringify(report, null, 2) : reportOf(report))

async function measureOperations(): Promise<readonly Line[]> {
  const names = chosen(Object.keys(operations) as OperationName[], values.only) // its own keys
  if (names.length === 0) return []
  const { profile } = values
  const nodeOptions = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  await using bench = await startBench(wanted, { cheapHashing: true, nodeOptions })
  tell(bench.missing.map((name) => `${name} is not installed and was not measured\n`).join(''))
  const servers = new Map([['bare', bench.bare], ...bench.signet])
  const found: Line[] = []
  for (const operation of names) {
    tell(`${operation} `)
    found.push(...linesOf(operation, await measure(operation, servers, rounds)))
  }
  tell('\n')
  return found
}

async function measureLogins(logins: number): Promise<readonly (Memory & { on: SetupName })[]> {
  const found: (Memory & { on: SetupName })[] = []
  await using bench = await startBench(wanted, { cheapHashing: values.cheap, behindProxy: true })
  for (const [on, server] of bench.signet) {
    tell(`logins on ${on} `)
    found.push({ on, ...(await measureMemory(server, logins)) })
  }
  tell('\n')
  return found
}

async function measureCrowd(seconds: number): Promise<readonly (SignIns & { on: SetupName })[]> {
  const found: (SignIns & { on: SetupName })[] = []
  await using bench = await startBench(wanted, { behindProxy: true, crowd, onAllCores: true })
  for (const [on, server] of bench.signet) {
    tell(`${crowd} people on ${on} `)
    found.push({ on, ...(await measureSignIns(server, seconds)) })
  }
  tell('\n')
  return found
}

async function measureTimings(
  count: number,
): Promise<readonly (Timing & { readonly on: SetupName })[]> {
  const found: (Timing & { readonly on: SetupName })[] = []
  const options = { behindProxy: true, crowd: timingCrowd(count), onAllCores: true, isOpen: true }
  await using bench = await startBench(wanted, options)
  for (const [on, server] of bench.signet) {
    tell(`known and unknown people on ${on} `)
    for (const timing of await measureTiming(server, count)) found.push({ on, ...timing })
  }
  tell('\n')
  return found
}

function chosen<Name extends string>(all: readonly Name[], list: string | undefined): Name[] {
  return all.filter((name) => list === undefined || list.split(',').includes(name))
}

function tell(text: string): void {
  if (!values.json) process.stderr.write(text)
}
