import type { AccountId, GrantId } from '#kit/ids.ts'
import type { FoundArtifact } from './oidc.ts'

/** A session as the adapter stores it: what the engine says, and what only we know. */
export type StoredSession = {
  readonly accountId?: AccountId
  readonly acr?: string
  readonly loginTs?: number
  readonly iat?: number
  /** Ours, see `federated-session.ts`. */
  readonly until?: number
  /** By client. */
  readonly authorizations?: Readonly<Record<string, Authorization>>
  /** Ours: when it was last written, epoch seconds. */
  readonly usedAt?: number
  /** Ours: what stood in `authorizations` before another request of the same moment replaced it. */
  readonly former?: readonly FormerAuthorization[]
}

type Authorization = { readonly sid?: string; readonly grantId?: GrantId }
export type FormerAuthorization = Authorization & { readonly clientId: string }

export function readSession({ payload }: Pick<FoundArtifact, 'payload'>): StoredSession {
  return JSON.parse(payload) as StoredSession // written by the codec
}

/** Everything that hangs on it. */
export function authorizationsOf({
  authorizations = {},
  former = [],
}: StoredSession): readonly FormerAuthorization[] {
  const present = Object.entries(authorizations)
  return [...present.map(([clientId, entry]) => ({ clientId, ...entry })), ...former]
}
