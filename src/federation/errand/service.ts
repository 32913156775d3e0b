import { z } from 'zod'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { equalInConstantTime, sha256 } from '#kit/hash.ts'
import { brandId, type AccountId, type InteractionUid, type SessionUid } from '#kit/ids.ts'
import { randomToken } from '#kit/random.ts'
import type { Sealer } from '#kit/sealer.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'
import { errandLifetime } from '../federation.ts'
import { apiSignInShape } from './errand.ts'
import type { ErrandPlace, Errands, PostedAnswers } from './errand.ts'

type Deps = { readonly ephemeral: Ephemeral; readonly sealer: Sealer; readonly clock: Clock }

const accountId = z.string().transform((id) => brandId<AccountId>(id))
const sessionUid = z.string().transform((uid) => brandId<SessionUid>(uid))

const record = z.object({
  errand: z.discriminatedUnion('purpose', [
    z.object({
      purpose: z.literal('sign_in'),
      uid: z.string().transform((uid) => brandId<InteractionUid>(uid)),
    }),
    z.object({ purpose: z.literal('api'), request: apiSignInShape }),
    z.object({ purpose: z.literal('link'), accountId, sessionUid, provedAt: z.number() }),
    z.object({
      purpose: z.literal('api_link'),
      request: apiSignInShape,
      accountId,
      sessionUid,
    }),
    z.object({ purpose: z.literal('test'), accountId }),
  ]),
  version: z.number(),
  startedAt: z.number(),
  /** SHA-256 of the cookie of the browser that left. */
  browser: z.string(),
  memo: z.record(z.string(), z.string()),
})

type ErrandRecord = z.infer<typeof record>

export function createErrands({ ephemeral, sealer, clock }: Deps): Errands {
  function open(key: EphemeralKey, sealed: string | undefined) {
    if (sealed === undefined) return undefined
    const { browser, ...kept } = record.parse(JSON.parse(sealer.open(sealed, sealedAt(key))))
    return { browser, kept }
  }

  return {
    async send({ tenant, connection, errand, browser }, memo) {
      const key = randomToken()
      const place = keyOf('federation_errand', { tenant, connection }, key)
      const kept: ErrandRecord = {
        errand,
        version: connection.version,
        startedAt: epochSeconds(clock),
        browser: sha256(browser),
        memo,
      }
      const sealed = sealer.seal(JSON.stringify(kept), sealedAt(place))
      await ephemeral.put(place, sealed, errandLifetime)
      return key
    },

    async look(place, text) {
      if (!isKey(text)) return undefined
      const key = keyOf('federation_errand', place, text)
      return open(key, await ephemeral.get(key))?.kept
    },

    async take(place, text, browser) {
      if (!isKey(text)) return { kind: 'unknown' }
      const key = keyOf('federation_errand', place, text)
      const opened = open(key, await ephemeral.take(key))
      if (!opened) return { kind: 'unknown' }
      const isTheirs = browser !== undefined && equalInConstantTime(sha256(browser), opened.browser)
      return isTheirs ? { kind: 'taken', ...opened.kept } : { kind: 'other_browser' }
    },
  }
}

/** Seconds between their POST and our GET: one redirect. */
const answerLifetime = 60

export function createPostedAnswers({ ephemeral, sealer }: Omit<Deps, 'clock'>): PostedAnswers {
  return {
    async keep(place, answer) {
      const handle = randomToken()
      const key = keyOf('federation_answer', place, handle)
      await ephemeral.put(key, sealer.seal(answer, sealedAt(key)), answerLifetime)
      return handle
    },

    async take(place, handle) {
      if (!isKey(handle)) return undefined
      const key = keyOf('federation_answer', place, handle)
      const sealed = await ephemeral.take(key)
      return sealed === undefined ? undefined : sealer.open(sealed, sealedAt(key))
    },
  }
}

const isKey = (text: string): boolean => /^[\w-]{43}$/.test(text)

/** The connection is part of the name: what was sent through one is not there for another. */
function keyOf(kind: string, { tenant, connection }: ErrandPlace, key: string): EphemeralKey {
  return { tenantId: tenant.id, kind, id: sha256(JSON.stringify([connection.id, key])) }
}

const sealedAt = ({ tenantId, kind, id }: EphemeralKey) => [tenantId, kind, id]
