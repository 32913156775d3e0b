import type { TenantId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'

/** One message to one stored address (Q58). */
export type Mail = {
  readonly tenantId: TenantId
  /** What kind, for metrics and the reader: `refresh_token_reused`. */
  readonly kind: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** From then on what it says is over, and it is not sent any more: a code that nobody can use only confuses (R6). */
  readonly expiresAt?: Date
}

export type QueuedMail = Mail & {
  readonly id: string
  readonly createdAt: Date
  /** How often delivery was tried, this time included. */
  readonly attempts: number
}

/** Port: a durable queue. At-least-once: a mail is gone only after `settle`. */
export type Outbox = {
  enqueue(mail: Mail, within?: Transaction): Promise<void>
  /**
   * Claims up to `limit` mails that are due and hides them from every other process for `lease` seconds
   * (`FOR UPDATE SKIP LOCKED`).
   */
  claimDue(options: {
    readonly limit: number
    readonly lease: number
  }): Promise<readonly QueuedMail[]>
  /** Delivered. What it said is forgotten: links and codes do not stay at rest. */
  settle(id: string): Promise<void>
  /** Makes it due again after `delay` seconds. */
  postpone(id: string, delay: number, reason: string): Promise<void>
  /** Gives it up: it is never due again. What it said is forgotten. */
  abandon(id: string, reason: string): Promise<void>
  /** Removes what was queued before `before`, whatever became of it. */
  purge(before: Date): Promise<number>
  /** Newest first, delivered or not: what `/dev/mail` shows. */
  recent(limit: number): Promise<readonly QueuedMail[]>
}

/** The next server said it will never take this mail: to try again is of no use. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused'
}

/** Hands a mail to the next server. Rejects when it was not taken; with `MailRefused` when it never will be. */
export type Transport = {
  send(mail: Mail): Promise<void>
  /** Resolves when the server answers a greeting. For `signet doctor`. */
  verify(): Promise<void>
  close(): Promise<void>
}
