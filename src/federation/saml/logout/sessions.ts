import { AppError } from '#kit/errors.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'
import type { SamlSession, SamlSessionStore, SamlSessions } from './logout.ts'
import { indexKeyOf, nameKeyOf, readHint } from './names.ts'

/** Seconds somebody may be on the way from their assertion to a session of ours: longer than a sign-in lives. */
const longestWay = 3600

/** Stands for every session of a name; no SessionIndex has this key. */
const all = '*'

export function createSamlSessions(deps: {
  readonly store: SamlSessionStore
  readonly ephemeral: Pick<Ephemeral, 'get' | 'put'>
}): SamlSessions {
  const { store, ephemeral } = deps

  return {
    async remember({ tenantId, uid: sessionUid, accountId, via: connectionId, foreign }) {
      const place = { tenantId, connectionId, nameKey: nameKeyOf(readHint(foreign.hint)) }
      const indexKey = indexKeyOf(foreign.index)
      await store.insert({ ...place, sessionUid, accountId, indexKey })
      // after it can be found: whoever ends it meanwhile finds it, or has left a mark
      const [named, whole] = await Promise.all([
        ephemeral.get(endedKey(place, indexKey)),
        ephemeral.get(endedKey(place, all)),
      ])
      // what was begun before is over; who signed in there anew since is welcome, though the index be the same (SAML Core §2.7.2)
      const isNamed = named !== undefined && foreign.at <= Number(named)
      const isOver = whole !== undefined && foreign.at < Number(whole)
      if (isNamed || isOver) throw sessionOver()
    },

    async named({ tenantId, connectionId, name, sessionIndexes, at }) {
      const place = { tenantId, connectionId, nameKey: nameKeyOf(name) }
      const indexKeys = sessionIndexes.map(indexKeyOf)
      const ended = indexKeys.length > 0 ? indexKeys : [all]
      const mark = (key: string) => ephemeral.put(endedKey(place, key), String(at), longestWay)
      await Promise.all(ended.map(mark)) // before they are looked for, see above
      return store.find({ ...place, indexKeys })
    },
  }
}

type Place = Pick<SamlSession, 'tenantId' | 'connectionId' | 'nameKey'>

function endedKey({ tenantId, connectionId, nameKey }: Place, indexKey: string): EphemeralKey {
  return { tenantId, kind: 'saml_ended', id: JSON.stringify([connectionId, nameKey, indexKey]) }
}

function sessionOver(): AppError {
  return new AppError({
    code: 'federation.session_over',
    status: 403,
    message: 'You were signed out where you had signed in. Sign in again.',
  })
}
