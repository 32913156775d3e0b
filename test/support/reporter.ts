import { Readable } from 'node:stream'
import { spec, type TestEvent } from 'node:test/reporters'
import { findChromium } from './chromium.ts'
import { missingServers } from './servers.ts'
import { hasSimpleSaml } from './simplesamlphp.ts'

/**
 * What `npm test` prints: the runner's own report, then one line on what this machine could not prove. Where
 * `SIGNET_REQUIRE_SERVERS=1` is set, nothing may be missing and nothing skipped: that line is then a failure.
 */
// oxlint-disable-next-line import/no-default-export -- node:test takes a reporter from nowhere else
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const skipped: string[] = []

  async function* watched(): AsyncGenerator<TestEvent> {
    for await (const event of events) {
      const name = skippedName(event)
      if (name !== undefined) skipped.push(name)
      yield event
    }
  }

  for await (const text of Readable.from(watched()).compose(spec())) yield String(text)
  const found = { missing: missingPrograms(), skipped }
  if (isStrict() && !isComplete(found)) process.exitCode = 1
  yield lastLine(found, isStrict())
}

export type Found = {
  /** Programs that are not on this machine. */
  readonly missing: readonly string[]
  /** Names of the tests that were left out. */
  readonly skipped: readonly string[]
}

export function isComplete({ missing, skipped }: Found): boolean {
  return missing.length === 0 && skipped.length === 0
}

const everything =
  '\nPostgres, Redis, Chromium and SimpleSAMLphp were found; nothing was skipped.\n'

export function lastLine(found: Found, isStrict: boolean): string {
  if (isComplete(found)) return everything
  const { missing, skipped } = found
  const facts = [
    ...(missing.length > 0 ? [`not found: ${missing.join(', ')}`] : []),
    ...(skipped.length > 0 ? [`skipped: ${skipped.join('; ')}`] : []),
  ].join(' · ')
  const meaning = isStrict
    ? 'SIGNET_REQUIRE_SERVERS=1 makes this a failure.'
    : 'What needs them was not tested.'
  return `\n${isStrict ? '✖' : '⚠'} ${facts}. ${meaning}\n`
}

function skippedName({ type, data }: TestEvent): string | undefined {
  return type === 'test:pass' && data.skip !== undefined && data.skip !== false
    ? data.name
    : undefined
}

function missingPrograms(): readonly string[] {
  const chromium = findChromium() === undefined ? ['chromium'] : []
  return [...missingServers(), ...chromium, ...(hasSimpleSaml() ? [] : ['simplesamlphp'])]
}

function isStrict(): boolean {
  return process.env['SIGNET_REQUIRE_SERVERS'] === '1'
}
