import { hash } from 'node:crypto'
import type { Egress } from '#http/http.ts'
import type { Logger, Metrics } from '#telemetry/telemetry.ts'
import { normalizePassword, type IsBreached } from './password.ts'

/** Milliseconds: a person waits for it. */
const patience = 1000
/** Today's answers have some 80 KB; none in sight has this. */
const maxBytes = 512 * 1024
const prefixLength = 5

/**
 * Asks the range API of a breached-password service (Q28, 63B §3.1.1.2). It learns the first 20 bits of a SHA-1, which hundreds of
 * thousands of passwords share, and with the padding not even from the length of its answer which of them came back.
 * A failure is no refusal: what the bundled list lets through stands then.
 */
export function createBreachService(deps: {
  /** Begins every address; the five characters come after it. */
  readonly url: string
  readonly egress: Egress
  readonly logger: Logger
  readonly metrics?: Pick<Metrics, 'breachLookup'> | undefined
}): IsBreached {
  const { url, egress, logger, metrics } = deps

  async function suffixes(prefix: string): Promise<readonly Suffix[]> {
    const answer = await egress(`${url}${prefix}`, {
      headers: { 'add-padding': 'true', accept: 'text/plain' },
      signal: AbortSignal.timeout(patience),
      maxBytes,
    })
    if (answer.status !== 200) throw new Error(`answered ${answer.status}`)
    return readSuffixes(await answer.text())
  }

  return async (password) => {
    const digest = hash('sha1', normalizePassword(password), 'hex').toUpperCase()
    const rest = digest.slice(prefixLength)
    try {
      const found = await suffixes(digest.slice(0, prefixLength))
      const isKnown = found.some(({ suffix, count }) => suffix === rest && count > 0)
      metrics?.breachLookup(isKnown ? 'known' : 'unknown')
      return isKnown
    } catch (error) {
      metrics?.breachLookup('failed')
      logger.warn('the breached-password service gave no answer', { err: error })
      return false
    }
  }
}

type Suffix = { readonly suffix: string; /** 0: padding, nobody's. */ readonly count: number }

/** One strange line, and it is no answer: a proxy's page must not pass for "never seen". */
function readSuffixes(text: string): readonly Suffix[] {
  return text.trim().split(/\r?\n/).map(readSuffix)
}

function readSuffix(line: string): Suffix {
  const [, suffix, count] = /^([0-9A-F]{35}):(\d{1,12})$/i.exec(line) ?? []
  if (suffix === undefined) throw new Error('not the answer of a range API')
  return { suffix: suffix.toUpperCase(), count: Number(count) }
}
