import type { Clock } from '#kit/clock.ts'
import { newId } from '#kit/random.ts'
import type { Outbox, QueuedMail } from './mail.ts'

type Entry = { mail: QueuedMail; dueAt: number }

export function createMemoryOutbox(deps: { readonly clock: Clock }): Outbox {
  const { clock } = deps
  const entries = new Map<string, Entry>()

  function finish(id: string): void {
    const entry = entries.get(id)
    if (!entry) return
    entry.mail = { ...entry.mail, subject: '', text: '', html: '' }
    entry.dueAt = Infinity
  }

  return {
    async enqueue(mail) {
      const id = newId()
      const createdAt = new Date(clock.now())
      entries.set(id, { mail: { ...mail, id, createdAt, attempts: 0 }, dueAt: clock.now() })
    },

    async claimDue({ limit, lease }) {
      const due = [...entries.values()]
        .filter((entry) => entry.dueAt <= clock.now())
        .sort((a, b) => a.dueAt - b.dueAt)
        .slice(0, limit)
      for (const entry of due) {
        entry.dueAt = clock.now() + lease * 1000
        entry.mail = { ...entry.mail, attempts: entry.mail.attempts + 1 }
      }
      return due.map((entry) => entry.mail)
    },

    async settle(id) {
      finish(id)
    },

    async postpone(id, delay) {
      const entry = entries.get(id)
      if (entry && entry.dueAt !== Infinity) entry.dueAt = clock.now() + delay * 1000
    },

    async abandon(id) {
      finish(id)
    },

    async purge(before) {
      const old = [...entries].filter(([, entry]) => entry.mail.createdAt < before)
      for (const [id] of old) entries.delete(id)
      return old.length
    },

    async recent(limit) {
      // Newest first, also within one millisecond: a Map keeps the order of insertion.
      return [...entries.values()]
        .toReversed()
        .map((entry) => entry.mail)
        .slice(0, limit)
    },
  }
}
