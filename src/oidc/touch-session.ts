import type { Clock } from '#kit/clock.ts'
import { epochSeconds } from '#kit/clock.ts'
import type { AccountId, SessionUid, TenantId } from '#kit/ids.ts'
import { brandId } from '#kit/ids.ts'
import { remainingLifetime } from '#session/session.ts'
import { retention } from './adapter/codec.ts'
import type { ArtifactStore } from './oidc.ts'

/** Seconds by which a life must grow to be worth a write. */
const touchInterval = 60

export type TouchDeps = {
  readonly store: Pick<ArtifactStore, 'findByUid' | 'update'>
  readonly clock: Clock
}

type Payload = {
  readonly accountId?: string
  readonly acr?: string
  readonly loginTs?: number
  readonly until?: number
  readonly exp?: number
}

/**
 * A session that only a front end uses has no cookie that would slide it: a refresh is its use. Only what was read is
 * written over, so that a session ended in between stays ended (Q65).
 */
export async function touchSession(
  deps: TouchDeps,
  tenantId: TenantId,
  uid: SessionUid,
): Promise<void> {
  const now = epochSeconds(deps.clock)
  const found = await deps.store.findByUid(tenantId, uid, now)
  if (!found || found.consumedAt !== undefined) return
  const payload = JSON.parse(found.payload) as Payload // written by the codec
  const exp = now + remainingLifetime(payload, now)
  if (exp - (payload.exp ?? 0) < touchInterval) return
  const artifact = {
    model: 'Session',
    id: found.id,
    payload: JSON.stringify({ ...payload, exp, usedAt: now }),
    accountId: payload.accountId === undefined ? undefined : brandId<AccountId>(payload.accountId),
    uid,
    expiresAt: exp + retention,
  } as const
  // lost to another request: that one has slid it
  await deps.store.update(tenantId, artifact, found.payload)
}
