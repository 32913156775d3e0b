import { AsyncLocalStorage } from 'node:async_hooks'
import type { RequestId } from '#kit/ids.ts'
import type { RequestContext } from './telemetry.ts'

/**
 * Carries the request id, and nothing else, to every log line of a request. Rooms do not read it to decide anything:
 * what a decision needs is passed to it.
 */
const storage = new AsyncLocalStorage<RequestContext>()

/** Runs `work`, and all it starts, as part of this request. */
export function runInRequest<T>(context: RequestContext, work: () => T): T {
  return storage.run(context, work)
}

/** Undefined outside a request: at start, in a job, on the command line. */
export function currentRequestId(): RequestId | undefined {
  return storage.getStore()?.requestId
}
