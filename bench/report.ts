import { readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import type { Memory } from './logins.ts'
import { median, ratio, type Round } from './measure.ts'
import type { OperationName } from './operations.ts'
import { setups, type SetupName } from './setups.ts'
import { crowd, type SignIns } from './sign-ins.ts'
import type { Starts } from './starts.ts'
import type { Timing } from './timing.ts'

/** What was measured of one operation on one set-up, beside the bare engine in the same rounds. */
export type Line = {
  readonly operation: OperationName
  readonly setup: SetupName
  /** Requests per second; the ratio is Signet's to the bare engine's. */
  readonly rate: { readonly signet: number; readonly bare: number; readonly ratio: number }
  /** Microseconds of processor time of the serving process per request; Signet's to the bare engine's. */
  readonly cpu: { readonly signet: number; readonly bare: number; readonly ratio: number }
  readonly bar: number | undefined
}

/** What Signet promises: at least this share of the bare engine's requests per second. */
const bars: Readonly<Partial<Record<OperationName, Partial<Record<SetupName, number>>>>> = {
  discovery: everywhere(2),
  jwks: everywhere(2),
  client_credentials: everywhere(1),
  code_exchange: { 'postgres+redis': 0.6 },
  refresh: { 'postgres+redis': 0.5 },
}

function everywhere(bar: number): Record<SetupName, number> {
  return { embedded: bar, postgres: bar, 'postgres+redis': bar }
}

export function linesOf(
  operation: OperationName,
  results: ReadonlyMap<string, readonly Round[]>,
): readonly Line[] {
  const bare = results.get('bare') ?? []
  return setups.flatMap((setup) => {
    const signet = results.get(setup)
    if (!signet) return []
    const compare = (of: keyof Round) => ({
      signet: median(signet.map((round) => round[of])),
      bare: median(bare.map((round) => round[of])),
      ratio: ratio(signet, bare, of),
    })
    const bar = bars[operation]?.[setup]
    return [{ operation, setup, rate: compare('rate'), cpu: compare('cpu'), bar }]
  })
}

export function machine() {
  const [cpu] = cpus()
  const version = (name: string): string => {
    const file = new URL(`../node_modules/${name}/package.json`, import.meta.url)
    return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
  }
  return {
    date: new Date().toISOString(),
    cpu: cpu?.model.trim() ?? 'unknown',
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    node: process.versions.node,
    'oidc-provider': version('oidc-provider'),
    pglite: version('@electric-sql/pglite'),
    pg: version('pg'),
    ioredis: version('ioredis'),
  }
}

export type Report = {
  readonly facts: Readonly<Record<string, string | number>>
  readonly lines: readonly Line[]
  readonly starts: Starts | undefined
  readonly memory: readonly (Memory & { readonly on: SetupName })[]
  readonly signIns: readonly (SignIns & { readonly on: SetupName })[]
  readonly timings: readonly (Timing & { readonly on: SetupName })[]
}

export function reportOf({ facts, lines, starts, memory, signIns, timings }: Report): string {
  const parts = [
    Object.entries(facts)
      .map((pair) => pair.join(' '))
      .join(' · '),
    lines.length > 0 ? tableOf(lines) : undefined,
    starts && `first start ${seconds(starts.first)}, later ${seconds(starts.later)}`,
    ...memory.map(
      ({ on, logins, before, after }) =>
        `${on}: ${mebibytes(before)} resident, ${mebibytes(after)} after ${logins} logins`,
    ),
    ...signIns.map(describeSignIns),
    ...timings.map(describeTiming),
  ]
  return parts.filter((part) => part !== undefined).join('\n\n')
}

/** At least this share of the pool's hashes becomes sign-ins, and a token takes at most so long meanwhile (R14). */
const leastShare = 0.9
const mostTokenP99 = 250

function describeSignIns(found: SignIns & { readonly on: SetupName }): string {
  const { on, hashes, signIns, share, tokenP99, turnedAway } = found
  return [
    `${on}: ${hashes.toFixed(1)} hashes/s alone, ${signIns.toFixed(1)} sign-ins/s of ${crowd} people`,
    `${share.toFixed(2)}x ${holds(share >= leastShare, `${leastShare}x`)}`,
    `tokens meanwhile p99 ${tokenP99.toFixed(0)} ms ${holds(tokenP99 <= mostTokenP99, `${mostTokenP99} ms`)}`,
    `${turnedAway} times told to come back`,
  ].join(', ')
}

/** Known and unknown people differ by no more: milliseconds, and a share of what an unknown one takes (Q73). */
const mostApart = 5
const mostShareApart = 0.05

function describeTiming({ on, way, count, known, unknown }: Report['timings'][number]): string {
  const apart = known - unknown
  const share = apart / unknown
  const isSo = Math.abs(apart) <= mostApart && Math.abs(share) <= mostShareApart
  return [
    `${on}: ${way}, n=${count} of each: known ${known.toFixed(2)} ms, unknown ${unknown.toFixed(2)} ms`,
    `${apart.toFixed(2)} ms or ${(share * 100).toFixed(1)} % apart`,
    holds(isSo, `${mostApart} ms and ${mostShareApart * 100} %`),
  ].join(', ')
}

const holds = (isSo: boolean, bar: string) => `${isSo ? 'holds' : 'MISSED'} ${bar}`
const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`
const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`

const columns = ['operation', 'on', 'req/s', 'bare', 'ratio', 'CPU µs', 'bare', 'ratio', 'bar']

function tableOf(lines: readonly Line[]): string {
  const rows = lines.map(({ operation, setup, rate, cpu, bar }) => [
    operation,
    setup,
    rate.signet.toFixed(0),
    rate.bare.toFixed(0),
    `${rate.ratio.toFixed(2)}x`,
    cpu.signet.toFixed(0),
    cpu.bare.toFixed(0),
    `${cpu.ratio.toFixed(2)}x`,
    verdict(bar, { rate, cpu }),
  ])
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => row[index]?.length ?? 0)),
  )
  const pad = (cell: string, index: number) =>
    index < 2 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)
  const rule = widths.map((width) => '-'.repeat(width))
  return [columns, rule, ...rows].map((row) => row.map(pad).join('  ')).join('\n')
}

/**
 * A bar is one of requests per second. On a machine that others use these also tell how long the server waited for its turn,
 * so a miss says whether processor time alone would hold: a hint to measure again, not a pass.
 */
function verdict(bar: number | undefined, { rate, cpu }: Pick<Line, 'rate' | 'cpu'>): string {
  if (bar === undefined) return ''
  const wanted = `${bar.toFixed(1)}x`
  if (rate.ratio >= bar) return `holds ${wanted}`
  return 1 / cpu.ratio >= bar ? `MISSED ${wanted} (not by CPU)` : `MISSED ${wanted}`
}
