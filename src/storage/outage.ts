import { Unavailable } from '#kit/errors.ts'

/**
 * The one place that knows how a store says "not now". What is listed becomes `Unavailable` (503 with `Retry-After`);
 * everything else is a bug and stays what it was.
 */

/** SQLSTATE classes and codes of a Postgres that is there but cannot serve (Appendix A of its manual). */
const sqlStates = [
  /^08/, // connection exception
  /^53/, // insufficient resources: disk full, out of memory, too many connections
  /^57P0/, // admin shutdown, crash, cannot connect now, database dropped
  /^57014$/, // statement timeout
  /^25006$/, // read-only: the primary became a standby
  /^25P0[34]$/, // idle in transaction, transaction timeout
  /^40(001|P01)$/, // serialization failure, deadlock: the same request may well succeed next time
  /^55P03$/, // lock timeout
  /^58030$/, // i/o error
]

const systemErrors = new Set(
  (
    'ECONNREFUSED ECONNRESET ECONNABORTED EPIPE ETIMEDOUT ENOTFOUND EAI_AGAIN EHOSTUNREACH ENETUNREACH EHOSTDOWN ' +
    'ENETDOWN EMFILE ENFILE ENOSPC'
  ).split(' '),
)

// Neither driver gives these a code; the texts are theirs.
const messages = [
  /Connection terminated/,
  /timeout expired$/,
  /timeout exceeded when trying to connect$/,
  /Query read timeout$/,
  /is not queryable$/,
  /Cannot use a pool after calling end on the pool$/,
  /PGlite is clos/,
  /^Connection is closed\.$/,
  /^Command timed out$/,
  /^Command aborted due to connection close$/,
  /^Cluster is disconnect/,
  /enableOfflineQueue options is false$/,
  /^None of startup nodes is available$/,
  /^Cluster isn't ready/,
  /^(LOADING|CLUSTERDOWN|MASTERDOWN|READONLY|TRYAGAIN|OOM|MISCONF|BUSY|NOREPLICAS) /,
]

const names = new Set(['MaxRetriesPerRequestError', 'ClusterAllFailedError', 'KnexTimeoutError'])

/** `Unavailable` when `error` says that a store cannot serve now, otherwise undefined. */
export function asUnavailable(error: unknown): Unavailable | undefined {
  if (error instanceof Unavailable) return error
  return isOutage(error) ? new Unavailable('storage', { cause: error }) : undefined
}

/** Runs `work`; an outage rejects with `Unavailable`, any other failure as it is. */
export async function guarded<T>(work: () => PromiseLike<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw asUnavailable(error) ?? error
  }
}

/** The SQLSTATE of a Postgres error, also through `Unavailable`. */
export function sqlState(error: unknown): string | undefined {
  if (error instanceof Unavailable) return sqlState(error.cause)
  return isSqlState(codeOf(error)) ? codeOf(error) : undefined
}

/** True when the connection leads to a server that will not serve again: replaced, stopped, or now a standby. */
export function meansReconnect(error: unknown): boolean {
  const state = sqlState(error)
  return state !== undefined && (state === '25006' || /^(08|57P0)/.test(state))
}

/** The driver gave up on a server that says nothing: what was asked may still be worked on there. */
export function isReadTimeout(error: unknown): boolean {
  return error instanceof Error && error.message.endsWith('Query read timeout')
}

function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = codeOf(error)
  if (isSqlState(code)) return sqlStates.some((pattern) => pattern.test(code))
  if (code !== undefined && systemErrors.has(code)) return true
  return names.has(error.name) || messages.some((pattern) => pattern.test(error.message))
}

function isSqlState(code: string | undefined): code is string {
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !systemErrors.has(code)
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
