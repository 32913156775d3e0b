import type { Clock } from '#kit/clock.ts'
import { epochSeconds } from '#kit/clock.ts'
import { brandId } from '#kit/ids.ts'
import type { ClientId, SessionUid, TenantId } from '#kit/ids.ts'
import { newId } from '#kit/random.ts'
import { isOver } from '#session/session.ts'
import type { LiveSessions } from '#session/session.ts'
import type { ArtifactStore, LogoutOutbox } from './oidc.ts'
import { authorizationsOf, readSession } from './stored-session.ts'
import type { FormerAuthorization, StoredSession } from './stored-session.ts'

/** Sessions from outside of a browser's request: looked at, ended, told of. */
export type SessionKeeper = LiveSessions & {
  /** Queues a logout token to each application signed in there. Ends nothing. */
  announceEnd(tenantId: TenantId, uid: SessionUid): Promise<void>
}

export function createSessionKeeper(deps: {
  readonly store: ArtifactStore
  readonly outbox: Pick<LogoutOutbox, 'enqueue'>
  readonly clock: Clock
}): SessionKeeper {
  const { store, clock } = deps
  const tell = createTell(deps)

  async function read(tenantId: TenantId, uid: SessionUid): Promise<StoredSession | undefined> {
    const found = await store.findByUid(tenantId, uid, epochSeconds(clock))
    const session = found && readSession(found)
    return session && !isOver(session, epochSeconds(clock)) ? session : undefined
  }

  /** What hangs on the session, each part once. */
  function createEnding(tenantId: TenantId) {
    const done = new Set<string>()
    return async (session: StoredSession): Promise<void> => {
      for (const authorization of authorizationsOf(session)) {
        const { clientId, sid, grantId } = authorization
        const name = JSON.stringify([clientId, sid, grantId])
        if (done.has(name)) continue
        await tell(tenantId, session, authorization)
        if (grantId !== undefined) await store.destroyByGrant(tenantId, grantId)
        done.add(name)
      }
    }
  }

  return {
    async find(tenantId, uid) {
      const session = await read(tenantId, uid)
      if (session?.accountId === undefined) return undefined
      const lastSeen = session.usedAt ?? session.iat ?? session.loginTs ?? 0
      return {
        accountId: session.accountId,
        lastSeenAt: new Date(lastSeen * 1000),
        clientIds: Object.keys(session.authorizations ?? {}).map((id) => brandId<ClientId>(id)),
      }
    },

    async end(tenantId, uid) {
      const end = createEnding(tenantId)
      // What hangs on it first: when this fails halfway, the session is still there to be ended again.
      const session = await read(tenantId, uid)
      if (session) await end(session)
      // Again until none is left: a rotation that began before may have put its successor down (Q65).
      for (;;) {
        const gone = await store.destroyByUid(tenantId, uid)
        if (gone.length === 0) return
        for (const one of gone) await end(readSession(one))
      }
    },

    async announceEnd(tenantId, uid) {
      const session = await read(tenantId, uid)
      if (!session) return
      for (const one of authorizationsOf(session)) await tell(tenantId, session, one)
    },
  }
}

/** Whether this application wants to hear of it is found out at delivery. */
function createTell(deps: {
  readonly outbox: Pick<LogoutOutbox, 'enqueue'>
  readonly clock: Clock
}) {
  return async (
    tenantId: TenantId,
    { accountId }: StoredSession,
    { clientId, sid }: FormerAuthorization,
  ): Promise<void> => {
    if (accountId === undefined) return
    const createdAt = new Date(deps.clock.now())
    await deps.outbox.enqueue({
      id: newId(),
      tenantId,
      clientId: brandId<ClientId>(clientId),
      accountId,
      sid,
      createdAt,
    })
  }
}
