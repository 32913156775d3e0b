import type { Client, ClientConfig } from 'pg'
import { Unavailable } from '#kit/errors.ts'
import type { Logger } from '#telemetry/telemetry.ts'
import { backoff } from './backoff.ts'
import { LeanClient } from './lean-client.ts'
import { asUnavailable, meansReconnect } from './outage.ts'
import type { Durability, Statement, StatementResult, Statements } from './storage.ts'

export type Pipeline = Statements<Durability> & { close(): Promise<void> }

/**
 * Named statements on a few pipelined connections: every statement is on the wire at once and its own implicit
 * transaction; one that fails does not touch the others. Never a BEGIN here: it would swallow the neighbours.
 */
export function createPipeline(options: {
  readonly url: string
  readonly durable: number
  readonly relaxed: number
  readonly logger?: Logger | undefined
}): Pipeline {
  const lanes = (count: number, extra: ClientConfig) =>
    Array.from({ length: count }, () => createLane(options, extra))
  const byDurability: Record<Durability, readonly Lane[]> = {
    durable: lanes(options.durable, {}),
    relaxed: lanes(options.relaxed, { options: '-c synchronous_commit=off' }),
  }

  return {
    run: (statement, values, durability) =>
      choose(byDurability[durability], durability).run(statement, values),
    async close() {
      await Promise.all([...byDurability.durable, ...byDurability.relaxed].map((l) => l.close()))
    },
  }
}

type Lane = {
  run<Row>(statement: Statement, values: readonly unknown[]): Promise<StatementResult<Row>>
  /** Statements without an answer; infinite while the lane rests after a failed connection. */
  readonly load: number
  /** Something was asked in this turn of the event loop, and has not left yet. */
  readonly isGathering: boolean
  close(): Promise<void>
}

// The server gives up on a statement first; the client, which ends the connection, only on a server that says nothing.
const limits: ClientConfig = {
  connectionTimeoutMillis: 1500,
  statement_timeout: 1800,
  query_timeout: 2000,
  keepAlive: true,
  pipeline: true,
}

type Options = { readonly url: string; readonly logger?: Logger | undefined }

function createLane(options: Options, extra: ClientConfig): Lane {
  const line = createReconnectingLine(options, extra)
  let pending = 0
  let isGathering = false
  const stopGathering = () => {
    isGathering = false
  }

  async function run<Row>(statement: Statement, values: readonly unknown[]) {
    const client = await line.client()
    gather(client)
    try {
      const result = await client.query({ ...statement, values: [...values] })
      line.answered()
      return { rows: result.rows as Row[], rowCount: result.rowCount ?? 0 } // the statement's text decides the row
    } catch (error) {
      if (meansReconnect(error)) line.drop(client)
      throw asUnavailable(error) ?? error
    }
  }

  return {
    async run<Row>(statement: Statement, values: readonly unknown[]) {
      pending += 1
      if (!isGathering) process.nextTick(stopGathering)
      isGathering = true
      try {
        return await run<Row>(statement, values)
      } finally {
        pending -= 1
      }
    },
    get load() {
      return line.resting ? Infinity : pending
    },
    get isGathering() {
      return isGathering
    },
    close: () => line.close(),
  }
}

/** What is asked in one turn of the event loop leaves in one system call, which costs as much as the statement itself. */
function gather({ connection: { stream } }: Client): void {
  if (stream.writableCorked > 0) return
  stream.cork()
  process.nextTick(() => stream.uncork())
}

type ReconnectingLine = {
  /** The living client, or a new one; rejects with `Unavailable`. */
  client(): Promise<Client>
  /** The present client served a statement: should it be lost, the next one may follow without a rest. */
  answered(): void
  /** Leaves a client whose server will not serve again. */
  drop(client: Client): void
  readonly resting: boolean
  close(): Promise<void>
}

/**
 * One connection that comes back. A pg client that died stays dead, so each loss makes a new one, when the next
 * statement asks. After a failed attempt the line rests, and statements fail at once meanwhile: no storm, no queue.
 */
function createReconnectingLine({ url, logger }: Options, extra: ClientConfig): ReconnectingLine {
  let current: { readonly client: Client; readonly ready: Promise<Client> } | undefined
  let served = false
  let failures = 0
  let rest: NodeJS.Timeout | undefined
  let closed = false

  function connect(): Promise<Client> {
    if (closed || rest) throw new Unavailable('storage')
    const config = { connectionString: url, application_name: 'signet', ...limits, ...extra }
    const client = new LeanClient(config)
    const ready = client.connect().then(
      () => client,
      (error: unknown) => {
        lost(client, error)
        throw new Unavailable('storage', { cause: error })
      },
    )
    client.on('error', (error) => lost(client, error)) // without a listener Node would exit (node-postgres #3202)
    client.on('end', () => lost(client))
    served = false
    current = { client, ready }
    return ready
  }

  function lost(client: Client, cause?: unknown): void {
    if (current?.client !== client || closed) return
    current = undefined
    failures = served ? 0 : failures + 1
    if (served) return
    logger?.warn('a database connection failed', { attempt: failures, err: cause })
    rest = setTimeout(() => {
      rest = undefined
    }, backoff(failures)).unref()
  }

  return {
    client: async () => current?.ready ?? connect(),
    answered() {
      served = true
    },
    drop(client) {
      lost(client)
      void end(client)
    },
    get resting() {
      return rest !== undefined
    },
    async close() {
      closed = true
      clearTimeout(rest)
      const client = await current?.ready.catch(() => undefined)
      if (client) await end(client)
    },
  }
}

/** Lets statements in flight finish; a server that no longer answers is left after a second. */
async function end(client: Client): Promise<void> {
  const impatience = setTimeout(() => client.connection.stream.destroy(), 1000)
  await client.end().catch(() => undefined)
  clearTimeout(impatience)
}

/** More than wait for an answer on one lane do not join it. */
const mostTogether = 8

/**
 * What is asked together goes together: it saves a system call each, and another server process that wakes up. Not what is
 * flushed to disk: that is sooner done side by side.
 */
function choose(lanes: readonly Lane[], durability: Durability): Lane {
  const isOpen = ({ isGathering, load }: Lane) => isGathering && load < mostTogether
  return (durability === 'relaxed' ? lanes.find(isOpen) : undefined) ?? leastBusy(lanes)
}

function leastBusy(lanes: readonly Lane[]): Lane {
  return lanes.reduce((best, lane) => (lane.load < best.load ? lane : best))
}
