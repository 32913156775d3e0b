import { isDeepStrictEqual } from 'node:util'
import type { Sealer } from '#kit/sealer.ts'
import type { ConnectionStatus } from '../federation.ts'
import type { CheckedConnection } from './check.ts'
import { clientKeyAlg, newClientKey } from './client-key.ts'
import { keepsTokens } from './connection.ts'
import type { ConnectionOrigin, ConnectionProblem, StoredConnection } from './vocabulary.ts'
import { addresseeOf, needsSecret } from './rules.ts'
import { secretNames } from './settings.ts'

/** Where a secret is sealed: it opens in its own row only. */
function placeOf({ tenantId, id }: Pick<StoredConnection, 'tenantId' | 'id'>): readonly string[] {
  return [tenantId, 'connections', 'sealed_secret', id]
}

export function sealSecret(
  sealer: Sealer,
  connection: Pick<StoredConnection, 'tenantId' | 'id'>,
  secret: string | undefined,
): string | undefined {
  return secret === undefined ? undefined : sealer.seal(secret, placeOf(connection))
}

export function openSecret(
  sealer: Sealer,
  connection: Pick<StoredConnection, 'tenantId' | 'id' | 'sealedSecret'>,
): string | undefined {
  const { sealedSecret } = connection
  return sealedSecret === undefined ? undefined : sealer.open(sealedSecret, placeOf(connection))
}

/**
 * With a key of ours where that is how we prove who we are there. It stays as long as it is for the same server and of the same
 * kind: another one never sees what this one made (reference/federation.md §3.2).
 */
export async function withClientKey(
  before: StoredConnection | undefined,
  wanted: CheckedConnection,
): Promise<CheckedConnection> {
  const alg = clientKeyAlg(wanted.type, wanted.settings)
  if (!alg) return wanted
  const isSame =
    before?.sealedSecret !== undefined &&
    clientKeyAlg(before.type, before.settings) === alg &&
    addresseeOf(before.type, before.settings) === addresseeOf(wanted.type, wanted.settings)
  return isSame ? wanted : { ...wanted, secret: await newClientKey(alg) }
}

/** As it shall be, at the version it has. What was not said of status and secret stays. */
export function nextOf(
  before: StoredConnection,
  wanted: CheckedConnection,
  { sealer, origin }: { readonly sealer: Sealer; readonly origin: ConnectionOrigin },
): StoredConnection {
  const { name, settings } = wanted
  const sealedSecret = nextSecret(before, wanted, sealer)
  return { ...before, name, settings, sealedSecret, status: nextStatus(before, wanted, origin) }
}

/** The same secret stays as it was sealed: a seed that repeats itself changes nothing. */
function nextSecret(
  before: StoredConnection,
  { settings, secret }: CheckedConnection,
  sealer: Sealer,
): string | undefined {
  if (secret === undefined) {
    const isOfUse = needsSecret(before.type, settings) || clientKeyAlg(before.type, settings)
    return isOfUse ? before.sealedSecret : undefined
  }
  const isSame = secret === openSecret(sealer, before)
  return isSame ? before.sealedSecret : sealSecret(sealer, before, secret)
}

/** A seed is applied at every start: it takes away, and never gives back what was taken since. */
function nextStatus(
  before: StoredConnection,
  { status }: CheckedConnection,
  origin: ConnectionOrigin,
): ConnectionStatus {
  if (status === undefined || (origin === 'seed' && status !== 'disabled')) return before.status
  return status
}

function identityProblems(
  { id, type }: StoredConnection,
  wanted: CheckedConnection,
): readonly ConnectionProblem[] {
  const message = 'never changes: what people have is bound to it'
  return [
    ...(wanted.id === id ? [] : [{ field: 'id', message }]),
    ...(wanted.type === type ? [] : [{ field: 'type', message }]),
  ]
}

function secretProblems(
  before: StoredConnection,
  { type, settings, secret }: CheckedConnection,
  isActive: boolean,
): readonly ConnectionProblem[] {
  const field = secretNames[before.type]
  if (field === undefined || secret !== undefined || !needsSecret(type, settings)) return []
  // SECURITY: a key of ours is no secret of theirs, to be sent to them
  if (clientKeyAlg(before.type, before.settings)) return [{ field, message: 'is missing' }]
  if (before.sealedSecret === undefined) return isActive ? [{ field, message: 'is missing' }] : []
  if (addresseeOf(type, settings) === addresseeOf(type, before.settings)) return []
  return [{ field, message: 'is asked for again: it was given for somebody else' }]
}

/** What cannot be changed, or not without the secret. */
export function changeProblems(
  before: StoredConnection,
  wanted: CheckedConnection,
  origin: ConnectionOrigin,
): readonly ConnectionProblem[] {
  const isActive = nextStatus(before, wanted, origin) === 'active'
  return [...identityProblems(before, wanted), ...secretProblems(before, wanted, isActive)]
}

/** Names of what differs, for the audit log. */
export function fieldsChanged(before: StoredConnection, next: StoredConnection): readonly string[] {
  const names = new Set([...Object.keys(before.settings), ...Object.keys(next.settings)])
  const settings = [...names].filter(
    (name) =>
      !isDeepStrictEqual(Reflect.get(before.settings, name), Reflect.get(next.settings, name)),
  )
  return [
    ...(['name', 'status'] as const).filter((name) => before[name] !== next[name]),
    ...settings,
    ...(before.sealedSecret === next.sealedSecret ? [] : ['secret']),
  ]
}

/** SECURITY: what was given for one client of one server is shown to no other, and what is no longer to be kept is gone. */
export function endsTokens(before: StoredConnection, next: StoredConnection): boolean {
  if (!keepsTokens(before)) return false
  const { type } = before
  return (
    !keepsTokens(next) || addresseeOf(type, before.settings) !== addresseeOf(type, next.settings)
  )
}

export function eventOf(before: StoredConnection, { status }: StoredConnection): string {
  if (before.status === status) return 'connection.updated'
  const verbs = { active: 'activated', disabled: 'disabled', draft: 'withdrawn' } as const
  return `connection.${verbs[status]}`
}
