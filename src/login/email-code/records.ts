import { z } from 'zod'
import { sha256 } from '#kit/hash.ts'
import { brandId, type AccountId } from '#kit/ids.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { codeLifetime, mostTries, type CodePurpose } from './email-code.ts'

/** Where something is kept: purposes never share a name (CVE-2026-4282). */
export type Shelf = { readonly tenant: Tenant; readonly purpose: CodePurpose }

/** A code that was asked for. */
export type CodeRecord = z.infer<typeof codeRecord>

const codeRecord = z.object({
  email: z.string(),
  accountId: z
    .string()
    .transform((id) => brandId<AccountId>(id))
    .optional(),
  /** SHA-256 of the cookie of the browser that asked. */
  browser: z.string(),
  /** Keyed hash of the code and all it is bound to; of a decoy, something no code has. */
  mac: z.string(),
  /** SHA-256 of the link's token. */
  link: z.string(),
  tries: z.number(),
  /** Epoch milliseconds. */
  issuedAt: z.number(),
  data: z.record(z.string(), z.string()),
})

/** The code a browser asked for last: the one that counts. */
export type LiveCode = z.infer<typeof liveCode>

const liveCode = z.object({
  /** What its handle is made from. */
  nonce: z.string(),
  id: z.string(),
  /** How many this browser has asked for lately. */
  sends: z.number(),
  /** Epoch seconds. */
  nextAt: z.number(),
})

export type Counted =
  | { readonly kind: 'counted'; readonly record: CodeRecord }
  | { readonly kind: 'too_many' }
  | { readonly kind: 'gone' }

/** More races than there are tries: each that is lost was another's try. */
const mostRaces = 3 * mostTries

/** What the short-lived store keeps of codes. `id` is the SHA-256 of a handle. */
export function createRecords(ephemeral: Ephemeral) {
  const codeKey = ({ tenant, purpose }: Shelf, id: string): EphemeralKey => ({
    tenantId: tenant.id,
    kind: `email_code.${purpose}`,
    id,
  })
  const linkKey = ({ tenant, purpose }: Shelf, tokenHash: string): EphemeralKey => ({
    tenantId: tenant.id,
    kind: `email_link.${purpose}`,
    id: tokenHash,
  })
  const liveKey = ({ tenant, purpose }: Shelf, owner: string): EphemeralKey => ({
    tenantId: tenant.id,
    kind: `email_code_live.${purpose}`,
    id: owner,
  })

  async function find(shelf: Shelf, id: string): Promise<CodeRecord | undefined> {
    const text = await ephemeral.get(codeKey(shelf, id))
    return text === undefined ? undefined : codeRecord.parse(JSON.parse(text))
  }

  return {
    find,

    async put(shelf: Shelf, id: string, record: CodeRecord): Promise<void> {
      await ephemeral.put(codeKey(shelf, id), JSON.stringify(record), codeLifetime)
      await ephemeral.put(linkKey(shelf, record.link), id, codeLifetime)
    },

    findByLink: async (shelf: Shelf, token: string): Promise<string | undefined> =>
      ephemeral.get(linkKey(shelf, sha256(token))),

    /** Gives it to exactly one caller. */
    async take(shelf: Shelf, id: string): Promise<CodeRecord | undefined> {
      const text = await ephemeral.take(codeKey(shelf, id))
      if (text === undefined) return undefined
      const record = codeRecord.parse(JSON.parse(text))
      await ephemeral.remove(linkKey(shelf, record.link))
      return record
    },

    /** Counts one try, of any number at once, and no more than there are. */
    async count(shelf: Shelf, id: string): Promise<Counted> {
      const key = codeKey(shelf, id)
      for (let race = 0; race < mostRaces; race += 1) {
        const text = await ephemeral.get(key)
        if (text === undefined) return { kind: 'gone' }
        const before = codeRecord.parse(JSON.parse(text))
        if (before.tries >= mostTries) return { kind: 'too_many' }
        const record = { ...before, tries: before.tries + 1 }
        if (await ephemeral.swap(key, text, JSON.stringify(record)))
          return { kind: 'counted', record }
      }
      throw new Error('a try could not be counted')
    },

    async findLive(shelf: Shelf, owner: string): Promise<LiveCode | undefined> {
      const text = await ephemeral.get(liveKey(shelf, owner))
      return text === undefined ? undefined : liveCode.parse(JSON.parse(text))
    },

    putLive: (shelf: Shelf, owner: string, live: LiveCode): Promise<void> =>
      ephemeral.put(liveKey(shelf, owner), JSON.stringify(live), codeLifetime),

    removeLive: (shelf: Shelf, owner: string): Promise<void> =>
      ephemeral.remove(liveKey(shelf, owner)),
  }
}

export type Records = ReturnType<typeof createRecords>
