import type { Grant, Interaction, Provider } from 'oidc-provider'
import { brandId } from '#kit/ids.ts'
import type { ConnectionId } from '#kit/ids.ts'
import type { ForeignSession } from '#session/session.ts'
import { requestStorage } from './internals.ts'

/** What the engine's session does not know of a sign-in that was proved elsewhere. */
export type SignedInElsewhere = {
  /** Through whom. */
  readonly via?: ConnectionId | undefined
  /** The session ends no later; epoch seconds. */
  readonly until?: number | undefined
  /** By which session of theirs. */
  readonly foreign?: ForeignSession | undefined
}

type LoginResult = {
  readonly via?: string
  readonly until?: number
  readonly foreign?: ForeignSession
}
type SessionModel = {
  readonly prototype: { loginAccount(this: SignedInElsewhere, details: object): void }
  readonly IN_PAYLOAD: readonly string[]
}

/**
 * Lets the engine keep it with the session, and with the Grant that the session's tokens hang on and may outlive it by; once for
 * each provider, before its first session.
 */
export function installFederatedSessions(provider: Provider): void {
  const grants = provider.Grant as unknown as Pick<SessionModel, 'IN_PAYLOAD'> // as below
  Object.defineProperty(grants, 'IN_PAYLOAD', { value: [...grants.IN_PAYLOAD, 'via'] })
  const model = provider.Session as unknown as SessionModel // more than its types tell
  const kept = [...model.IN_PAYLOAD, 'via', 'until', 'foreign']
  Object.defineProperty(model, 'IN_PAYLOAD', { value: kept })
  const { loginAccount } = model.prototype
  Object.defineProperty(model.prototype, 'loginAccount', { value: loginHere })

  // of whoever signs in now: a session that was somebody's before keeps nothing of it
  function loginHere(this: SignedInElsewhere, details: object): void {
    loginAccount.call(this, details)
    const login = finished()?.result?.['login'] as LoginResult | undefined // as `flow.ts` gave it
    Object.assign(this, { via: login?.via, until: login?.until, foreign: login?.foreign })
  }
}

/** The interaction that ends with this request. */
function finished(): Interaction | undefined {
  return requestStorage.getStore()?.oidc.entities.Interaction
}

/** Through whom its tokens are got. True where that was somebody else before, and it is to be saved. */
export function takeOrigin(grant: Grant, via: ConnectionId | undefined): boolean {
  if (elsewhereOf(grant).via === via) return false
  Object.assign(grant, { via })
  return true
}

/** Of a session, or of a Grant. */
export function elsewhereOf(session: object): SignedInElsewhere {
  const { via, until, foreign } = session as LoginResult // as above
  return { via: via === undefined ? undefined : brandId<ConnectionId>(via), until, foreign }
}
