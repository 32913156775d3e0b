import type { Audit, AuditActor } from '#audit/audit.ts'
import type { Clock } from '#kit/clock.ts'
import { Unavailable } from '#kit/errors.ts'
import type { AccountId, SessionUid, TenantId } from '#kit/ids.ts'
import type { Transactor } from '#storage/storage.ts'
import { deviceOf } from './device.ts'
import { sessionLimits } from './session.ts'
import type {
  EndedBy,
  Geography,
  LiveSessions,
  OpenedElsewhere,
  SessionOwner,
  SessionRecord,
  Sessions,
  SessionStore,
  SessionView,
  Visitor,
  Whereabouts,
} from './session.ts'

export type SessionDeps = {
  readonly store: SessionStore
  readonly live: LiveSessions
  /** `Accounts.end`: everything of an account, and every proof it ever gave. */
  readonly endAccount: (
    tenantId: TenantId,
    accountId: AccountId,
    actor: AuditActor,
  ) => Promise<boolean>
  readonly audit: Pick<Audit, 'append'>
  readonly transactor: Transactor
  readonly geography: Geography
  /** Port. Remembers by which session elsewhere one came; rejects where that one is over already. */
  readonly rememberElsewhere: (opened: OpenedElsewhere) => Promise<void>
  readonly clock: Clock
}

export function createSessions(deps: SessionDeps): Sessions {
  const { store, live, clock } = deps
  const list = createList(deps)
  const endOne = createEnd(deps)
  const now = () => new Date(clock.now())

  function whereabouts({ ip, headers }: Visitor): Whereabouts {
    return {
      device: deviceOf(headers),
      ip,
      place: ip === undefined ? undefined : deps.geography(ip),
    }
  }

  return {
    list,
    end: endOne,
    whereabouts,

    async endOthers(owner, currentUid, by) {
      const uids = await store.uidsOf(owner)
      let count = 0
      for (const uid of uids.filter((one) => one !== currentUid)) {
        const lives = (await live.find(owner.tenantId, uid)) !== undefined
        const outcome = lives ? await endOne(owner, uid, by) : 'unknown'
        if (outcome === 'ended') count += 1
      }
      return count
    },

    async endAll(owner, by) {
      const { length } = await list(owner)
      await deps.endAccount(owner.tenantId, owner.id, by.actor)
      return length
    },

    async opened({ tenantId, uid, accountId, acr, amr, provedAt, elsewhere, ...visitor }) {
      const at = new Date(provedAt * 1000)
      const expiresAt = provedAt + sessionLimits({ accountId, acr }).absolute
      const proof = { acr, amr, provedAt: at, openedAt: at, expiresAt }
      await store.put({ tenantId, uid, accountId, ...proof, ...whereabouts(visitor) })
      if (elsewhere) await deps.rememberElsewhere({ tenantId, uid, accountId, ...elsewhere })
    },

    closed: (tenantId, uid) => store.remove(tenantId, [uid]),

    isFirstSignIn: (owner) => store.markFirstSignIn(owner, now()),
  }
}

/** As many as a person looks through. */
const mostListed = 200

/** Milliseconds: a row is written before its session, and must not be taken for a leftover between the two. */
const settling = 60_000

function createList({ store, live, clock }: SessionDeps): Sessions['list'] {
  async function look(row: SessionRecord, current: SessionUid | undefined) {
    const { tenantId, accountId, expiresAt: _limit, ...shown } = row
    const session = await live.find(tenantId, row.uid)
    // the engine decides what lives: a sign-out, or a day without use, leaves our row behind
    if (session?.accountId !== accountId) return undefined
    const { lastSeenAt, clientIds } = session
    return { ...shown, lastSeenAt, clientIds, isCurrent: row.uid === current }
  }

  return async (owner, currentUid) => {
    for (;;) {
      const rows = await store.list(owner, mostListed)
      const looked = await Promise.all(rows.map((row) => look(row, currentUid)))
      const isLeftOver = ({ provedAt }: SessionRecord) =>
        provedAt.getTime() < clock.now() - settling
      const over = rows.filter((row, at) => looked[at] === undefined && isLeftOver(row))
      if (over.length > 0)
        await store.remove(
          owner.tenantId,
          over.map(({ uid }) => uid),
        )
      // a page that held leftovers may have hidden a session behind it
      if (rows.length < mostListed || over.length === 0) return latestFirst(looked)
    }
  }
}

function latestFirst(views: readonly (SessionView | undefined)[]): readonly SessionView[] {
  return views
    .filter((view) => view !== undefined)
    .toSorted((a, b) => b.lastSeenAt.getTime() - a.lastSeenAt.getTime())
}

function createEnd({ store, live, audit, transactor, clock }: SessionDeps): Sessions['end'] {
  /** Said once, however many ask at the same time. */
  function begin(owner: SessionOwner, uid: SessionUid, by: EndedBy) {
    return transactor.transaction(async (within) => {
      const begun = await store.beginEnd(owner, uid, new Date(clock.now()), within)
      if (begun !== 'begun') return begun
      const subject = { tenantId: owner.tenantId, accountId: owner.id }
      const event = { ...subject, ...by, type: 'session.ended', outcome: 'success' } as const
      await audit.append({ ...event, detail: { session: uid } }, within)
      return begun
    })
  }

  return async (owner, uid, by) => {
    if ((await begin(owner, uid, by)) === undefined) return 'unknown'
    try {
      await live.end(owner.tenantId, uid)
    } catch (cause) {
      throw new Unavailable('session', { cause }) // the row is still there: ending it again finishes the job
    }
    await store.remove(owner.tenantId, [uid])
    return 'ended'
  }
}
