import type { z } from 'zod'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'
import type { Visit } from './portal.ts'

/**
 * What a form has to say on the page it leads to: saved, or what is wrong and what was typed. Told once, to the session
 * it was meant for.
 */
export type Notices = {
  leave(visit: Visit, page: string, notice: unknown): Promise<void>
  take<T>(visit: Visit, page: string, schema: z.ZodType<T>): Promise<T | undefined>
}

const lifetime = 300

export function createNotices(ephemeral: Ephemeral): Notices {
  return {
    leave: (visit, page, notice) =>
      ephemeral.put(keyOf(visit, page), JSON.stringify(notice), lifetime),
    async take(visit, page, schema) {
      const text = await ephemeral.take(keyOf(visit, page))
      return text === undefined ? undefined : schema.parse(JSON.parse(text))
    },
  }
}

const keyOf = ({ tenant, sessionKey }: Visit, page: string): EphemeralKey => ({
  tenantId: tenant.id,
  kind: 'account_notice',
  id: `${sessionKey}.${page}`,
})
