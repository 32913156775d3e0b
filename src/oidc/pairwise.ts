import type { Client as ClientModel } from 'oidc-provider'
import { hmacSha256 } from '#kit/hash.ts'
import type { AccountId } from '#kit/ids.ts'

/** The `sub` a client knows an account by. */
export type SubjectOf = (accountId: AccountId, client: ClientModel) => string

/** OIDC Core §8.1: the same person, another name for every sector. `key` is the tenant's own and never changes. */
export function createSubjectOf(key: Uint8Array): SubjectOf {
  return (accountId, client) =>
    client.subjectType === 'pairwise'
      ? pairwiseSubject(key, accountId, String(client['sectorIdentifier']))
      : accountId
}

export function pairwiseSubject(key: Uint8Array, accountId: AccountId, sector: string): string {
  return hmacSha256(key, JSON.stringify([sector, accountId]))
}
