import type { Clock } from '#kit/clock.ts'
import type { Logger, Metrics } from '#telemetry/telemetry.ts'
import { MailRefused, type Outbox, type QueuedMail, type Transport } from './mail.ts'

/** Takes mail from the outbox to the next server, apart from every request: a mail server that is down delays mail only (R6). */
export type Delivery = {
  /** Begins to look for due mail by itself. Does not keep the process alive. */
  start(): void
  /** Delivers what is due now; resolves with the number of mails tried. Never rejects. */
  runOnce(): Promise<number>
  /** Starts nothing more and waits for what is in flight. */
  stop(): Promise<void>
}

/** Milliseconds between two looks at the outbox. */
const pause = 2_000
/** Mails sent side by side. */
const batch = 10
/** Seconds a claimed mail is hidden: longer than a send may take, so that only a crash makes it due again. */
const lease = 120
const hour = 3_600
/** Seconds after which a mail that was never taken is given up. */
const longestWait = 48 * hour
/** Seconds after which nothing is kept of a mail. */
const keep = 7 * 24 * hour

/** Seconds to wait after try number `attempts` (from 1): 10, 20, 40 … at most an hour. */
export function backoff(attempts: number): number {
  return Math.min(10 * 2 ** Math.min(attempts - 1, 10), hour)
}

export type DeliveryDeps = {
  readonly outbox: Outbox
  /** Undefined: mail stays in the outbox, where `/dev/mail` shows it. */
  readonly transport: Transport | undefined
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics?: Pick<Metrics, 'mailSent'> | undefined
}

export function createDelivery(deps: DeliveryDeps): Delivery {
  const { outbox, transport, clock, logger } = deps
  const deliver = createCarrier(deps)
  let timer: NodeJS.Timeout | undefined
  let running: Promise<number> | undefined
  let stopped = false
  let purgedAt = -Infinity

  async function deliverDue(by: Transport): Promise<number> {
    let tried = 0
    for (;;) {
      const mails = await outbox.claimDue({ limit: batch, lease })
      const ends = await Promise.allSettled(mails.map((mail) => deliver(by, mail)))
      for (const end of ends) {
        if (end.status === 'rejected') logger.error('the outbox failed', { err: end.reason })
      }
      tried += mails.length
      if (stopped || mails.length < batch) return tried
    }
  }

  async function run(): Promise<number> {
    try {
      if (clock.now() - purgedAt >= hour * 1000) {
        await outbox.purge(new Date(clock.now() - keep * 1000))
        purgedAt = clock.now()
      }
      return transport ? await deliverDue(transport) : 0
    } catch (error) {
      logger.error('the outbox failed', { err: error }) // the next run tries again
      return 0
    }
  }

  function runOnce(): Promise<number> {
    if (stopped) return Promise.resolve(0)
    running ??= run().finally(() => (running = undefined))
    return running
  }

  return {
    start() {
      timer ??= setInterval(() => void runOnce(), pause).unref()
    },
    runOnce,
    async stop() {
      stopped = true
      clearInterval(timer)
      await running
    },
  }
}

/** Carries one claimed mail: settled, due again later, given up, or dropped because it is over. */
function createCarrier(deps: DeliveryDeps): (by: Transport, mail: QueuedMail) => Promise<void> {
  const { outbox, clock, logger, metrics } = deps

  async function deliver(by: Transport, mail: QueuedMail): Promise<void> {
    if (mail.expiresAt && mail.expiresAt.getTime() <= clock.now()) return drop(mail)
    try {
      await by.send(mail)
    } catch (error) {
      await putBack(mail, error)
      return
    }
    // Outside the try: a mail that was taken is not sent again because the outbox could not say so.
    await outbox.settle(mail.id)
    metrics?.mailSent('sent')
  }

  async function drop({ id, tenantId, kind, attempts }: QueuedMail): Promise<void> {
    await outbox.abandon(id, 'expired')
    metrics?.mailSent('expired')
    logger.warn('a mail was over before it was taken', {
      tenant_id: tenantId,
      kind,
      attempt: attempts,
    })
  }

  async function putBack(mail: QueuedMail, error: unknown): Promise<void> {
    const reason = reasonOf(error)
    const fields = { tenant_id: mail.tenantId, kind: mail.kind, attempt: mail.attempts, err: error }
    const age = (clock.now() - mail.createdAt.getTime()) / 1000
    if (error instanceof MailRefused || age >= longestWait) {
      await outbox.abandon(mail.id, reason)
      metrics?.mailSent('failed')
      logger.error('a mail was given up', fields)
      return
    }
    await outbox.postpone(mail.id, backoff(mail.attempts), reason)
    metrics?.mailSent('postponed')
    logger.warn('a mail was not taken and will be tried again', fields)
  }

  return deliver
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return `${error.message}${cause}`
}
