import { z } from 'zod'
import { equalInConstantTime, sha256 } from '#kit/hash.ts'
import type { Sealer } from '#kit/sealer.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'
import type { ErrandPlace } from '../../errand/errand.ts'
import { errandLifetime } from '../../federation.ts'

/** Somebody who was signed out here and is to be signed out over there. */
export type PendingLogout = {
  /** `ForeignSession.hint` and `index`. */
  readonly hint: string
  readonly index?: string | undefined
  /** Where they go in the end. SECURITY: kept here, never in an address: that would be an open redirect. */
  readonly next: string
}

/** By the id of our LogoutRequest, which is the RelayState as well. Fits one connection, one browser, and opens once. */
export type PendingLogouts = {
  /** Keeps it for ten minutes. */
  keep(place: ErrandPlace, id: string, browser: string, pending: PendingLogout): Promise<void>
  /** For a POST from another site, which proves nothing; nothing is used up. */
  isAwaited(place: ErrandPlace, id: string): Promise<boolean>
  /** Undefined for another browser's. Nothing is used up. */
  look(
    place: ErrandPlace,
    id: string,
    browser: string | undefined,
  ): Promise<PendingLogout | undefined>
  /** Uses it up, for exactly one caller; another browser's is used up as well. */
  take(place: ErrandPlace, id: string, browser: string | undefined): Promise<TakenLogout>
}

export type TakenLogout =
  | { readonly kind: 'taken'; readonly pending: PendingLogout }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'other_browser' }

const record = z.object({
  hint: z.string(),
  index: z.string().optional(),
  next: z.string(),
  /** SHA-256 of the browser's cookie. */
  browser: z.string(),
})

export function createPendingLogouts(deps: {
  readonly ephemeral: Ephemeral
  readonly sealer: Sealer
}): PendingLogouts {
  const { ephemeral, sealer } = deps

  function open(key: EphemeralKey, sealed: string | undefined, browser: string | undefined) {
    if (sealed === undefined) return undefined
    const { browser: owner, ...pending } = record.parse(
      JSON.parse(sealer.open(sealed, sealedAt(key))),
    )
    const isTheirs = browser !== undefined && equalInConstantTime(sha256(browser), owner)
    return { pending, isTheirs }
  }

  return {
    async keep(place, id, browser, pending) {
      const key = keyOf(place, id)
      const text = JSON.stringify({ ...pending, browser: sha256(browser) })
      await ephemeral.put(key, sealer.seal(text, sealedAt(key)), errandLifetime)
    },

    isAwaited: async (place, id) =>
      isId(id) && (await ephemeral.get(keyOf(place, id))) !== undefined,

    async look(place, id, browser) {
      if (!isId(id)) return undefined
      const key = keyOf(place, id)
      const opened = open(key, await ephemeral.get(key), browser)
      return opened?.isTheirs ? opened.pending : undefined
    },

    async take(place, id, browser) {
      if (!isId(id)) return { kind: 'unknown' }
      const key = keyOf(place, id)
      const opened = open(key, await ephemeral.take(key), browser)
      if (!opened) return { kind: 'unknown' }
      return opened.isTheirs
        ? { kind: 'taken', pending: opened.pending }
        : { kind: 'other_browser' }
    },
  }
}

/** As `newMessageId` makes them. */
const isId = (text: string): boolean => /^_[\w-]{20,64}$/.test(text)

function keyOf({ tenant, connection }: ErrandPlace, id: string): EphemeralKey {
  const name = sha256(JSON.stringify([connection.id, id]))
  return { tenantId: tenant.id, kind: 'saml_logout', id: name }
}

const sealedAt = ({ tenantId, kind, id }: EphemeralKey) => [tenantId, kind, id]
