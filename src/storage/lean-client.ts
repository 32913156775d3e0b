import { Client, Query } from 'pg'
import type { ClientConfig, QueryConfig, QueryResult, Submittable } from 'pg'

type Settle = (error: Error | null | undefined, result?: QueryResult) => void

/**
 * The driver's client with a time limit and promises of its own. V8 puts a function that is written where it is assigned
 * to a property into the old generation, and until a full collection everything it can see stays with it: the driver
 * does that for each query, with the request that waits for the answer (measured). Nothing else is different.
 */
export class LeanClient extends Client {
  readonly #patience: number | undefined
  readonly #isPipelined: boolean

  /** `query_timeout`, in ms: a server that says nothing for so long is given up with the driver's own `Query read timeout`. */
  constructor({ query_timeout: patience, ...config }: ClientConfig = {}) {
    super(config)
    this.#patience = patience
    this.#isPipelined = config.pipeline === true
  }

  /** The forms that are used here, by knex and by the pool; the driver declares ten. */
  override query: Client['query'] = ((config: unknown, second?: unknown, third?: unknown) => {
    if (isSubmittable(config)) return super.query(config)
    const values = Array.isArray(second) ? second : undefined
    const settle = [second, third].find(isSettle)
    if (settle) return this.#send(config, values, settle)
    return new Promise<unknown>((resolve, reject) => {
      this.#send(config, values, (error, result) => (error ? reject(error) : resolve(result)))
    })
  }) as Client['query']

  #send(config: unknown, values: unknown[] | undefined, settle: Settle): void {
    super.query(new Query(config as QueryConfig, values, this.#inTime(settle)))
  }

  #inTime(settle: Settle): Settle {
    if (this.#patience === undefined) return settle
    let isSettled = false
    const settleOnce: Settle = (error, result) => {
      if (isSettled) return
      isSettled = true
      clearTimeout(impatience)
      settle(error, result)
    }
    const impatience = setTimeout(() => {
      settleOnce(new Error('Query read timeout'))
      // What was sent behind it on the same connection would wait for ever.
      if (this.#isPipelined) this.connection.stream.destroy()
    }, this.#patience)
    return settleOnce
  }
}

function isSubmittable(config: unknown): config is Submittable {
  return typeof config === 'object' && config !== null && 'submit' in config
}

function isSettle(value: unknown): value is Settle {
  return typeof value === 'function'
}
