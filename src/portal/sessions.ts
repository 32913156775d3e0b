import { z } from 'zod'
import type { Clock } from '#kit/clock.ts'
import { epochSeconds } from '#kit/clock.ts'
import { sha256 } from '#kit/hash.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, SessionUid, TenantId } from '#kit/ids.ts'
import { randomToken } from '#kit/random.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'
import { portalAbsolute, portalIdle } from './portal.ts'
import type { PortalSession } from './portal.ts'

/** Sessions of My account. The browser holds 256 random bits; the store knows only their hash (Q65). */
export type PortalSessions = {
  /** A new session; the token for the cookie. */
  open(tenantId: TenantId, session: Omit<PortalSession, 'seenAt'>): Promise<string>
  /** Undefined when there is none, or it was not used for too long. Using it keeps it, up to the absolute limit. */
  find(tenantId: TenantId, token: string): Promise<PortalSession | undefined>
  end(tenantId: TenantId, token: string): Promise<void>
}

/** Seconds within which another use is not worth a write. */
const touchInterval = 60

export function createPortalSessions(deps: {
  readonly ephemeral: Ephemeral
  readonly clock: Clock
}): PortalSessions {
  const { ephemeral, clock } = deps

  return {
    async open(tenantId, session) {
      const token = randomToken()
      const text = JSON.stringify({ ...session, seenAt: epochSeconds(clock) })
      await ephemeral.put(keyOf(tenantId, token), text, portalAbsolute)
      return token
    },

    async find(tenantId, token) {
      const key = keyOf(tenantId, token)
      const text = await ephemeral.get(key)
      if (text === undefined) return undefined
      const session: PortalSession = schema.parse(JSON.parse(text))
      const now = epochSeconds(clock)
      if (now - session.seenAt > portalIdle) {
        await ephemeral.remove(key)
        return undefined
      }
      // swapped, not put: what was ended meanwhile stays ended, and the absolute limit is kept
      if (now - session.seenAt >= touchInterval)
        await ephemeral.swap(key, text, JSON.stringify({ ...session, seenAt: now }))
      return session
    },

    end: (tenantId, token) => ephemeral.remove(keyOf(tenantId, token)),
  }
}

const keyOf = (tenantId: TenantId, token: string): EphemeralKey => ({
  tenantId,
  kind: 'account_session',
  id: sha256(token),
})

const schema = z.object({
  accountId: z.string().transform((id) => brandId<AccountId>(id)),
  sessionUid: z.string().transform((uid) => brandId<SessionUid>(uid)),
  authTime: z.number(),
  acr: z.string().optional(),
  seenAt: z.number(),
  idToken: z.string(),
})
