import { startBare } from './bare.ts'
import { operations } from './operations.ts'
import type { Ask, Told } from './process.ts'
import { startSignet, type SignetOptions } from './signet.ts'
import { tuneRuntime } from '#runtime.ts'

/** A server under test: says when it is ready, then answers what the benchmark asks. Ends with its parent. */
const [kind, json = '{}'] = process.argv.slice(2)
const options = JSON.parse(json) as SignetOptions // written by process.ts
if (kind === 'signet') tuneRuntime()
const subject = await (kind === 'bare' ? startBare(options.port) : startSignet(options))

process.on('disconnect', () => process.exit())
process.on('message', (ask: Ask) => void answer(ask))
tell({ kind: 'ready' })

async function answer(ask: Ask): Promise<void> {
  if (ask.kind === 'usage') {
    const { user, system } = process.cpuUsage()
    tell({ kind: 'usage', cpu: user + system, rss: process.memoryUsage.rss() })
    return
  }
  if (ask.kind === 'hash') {
    tell({ kind: 'hash', seconds: await subject.hash(ask.count) })
    return
  }
  const shots = await operations[ask.operation].prepare(subject, ask.count)
  tell({ kind: 'shots', shots })
}

function tell(told: Told): void {
  process.send?.(told)
}
