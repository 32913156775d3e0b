import type { AuditActor } from '#audit/audit.ts'
import type { ConnectionId, TenantId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'

/**
 * Domains of a connection. To name one is a claim and opens nothing; a claim that was proved routes the people of that
 * domain to the connection, and of no other: a subdomain is a domain of its own. Of several claims of a tenant the first
 * proved one owns the domain. Tenants are separate: what one proved means nothing in another.
 */
export type ConnectionDomain = {
  readonly tenantId: TenantId
  readonly connectionId: ConnectionId
  /** Canonical: lower case, punycode. */
  readonly domain: string
  /** Random, of this claim alone: whoever claims it anew proves it anew. */
  readonly challenge: string
  /** Nobody of the domain signs in another way, once it is proved and the connection active. */
  readonly isEnforced: boolean
  readonly claimedAt: Date
  /** Undefined: not proved, or not for this connection. */
  readonly proof: DomainProof | undefined
}

export type DomainProof = {
  /** `operator`: who runs this installation says so, in the seed or on the command line. Never looked up. */
  readonly by: 'dns' | 'operator'
  readonly provedAt: Date
  readonly checkedAt: Date
  /** Since when it is not found any more; it stands for `gracePeriod`. */
  readonly missingSince: Date | undefined
}

/** What is wished for a domain. */
export type DomainWish = {
  readonly domain: string
  readonly isEnforced: boolean
  /** The operator's word, or its end; undefined: as it is. */
  readonly isProved: boolean | undefined
}

/** Milliseconds between two looks at a proof. */
export const checkPause = 24 * 3600 * 1000

/** Milliseconds a proof that is gone still stands: a name server may fail, and a company not stand still for it. */
export const gracePeriod = 7 * 24 * 3600 * 1000

/** Whether it decides anything now. */
export function isProved({ proof }: Pick<ConnectionDomain, 'proof'>, now: number): boolean {
  if (!proof) return false
  return proof.missingSince === undefined || now < proof.missingSince.getTime() + gracePeriod
}

/** `missing`: its proof is gone, and still stands; `lost`: it stands no more. */
export type DomainState = 'claimed' | 'proved' | 'missing' | 'lost'

export function domainState(claim: Pick<ConnectionDomain, 'proof'>, now: number): DomainState {
  if (!claim.proof) return 'claimed'
  if (claim.proof.missingSince === undefined) return 'proved'
  return isProved(claim, now) ? 'missing' : 'lost'
}

/** The record that proves a domain. */
export function challengeOf({
  domain,
  challenge,
}: Pick<ConnectionDomain, 'domain' | 'challenge'>): {
  readonly name: string
  readonly value: string
} {
  return { name: `_signet-challenge.${domain}`, value: `signet-domain=${challenge}` }
}

export type DomainKey = Pick<ConnectionDomain, 'tenantId' | 'connectionId' | 'domain'>

/** Port. */
export type DomainStore = {
  /** Every claim, in the order of the domains; of one connection where it is named. */
  list(
    tenantId: TenantId,
    connectionId?: ConnectionId,
    within?: Transaction,
  ): Promise<readonly ConnectionDomain[]>
  /** Inserts; of a claim that stands only `isEnforced` changes. */
  claim(claim: Omit<ConnectionDomain, 'proof'>, within?: Transaction): Promise<void>
  /** With its proof. False when there was none. */
  release(key: DomainKey, within?: Transaction): Promise<boolean>
  /**
   * In one statement: proved, by at most one of any number of claims. False when another connection of the tenant owns it,
   * unless the owner's proof is gone for longer than `gracePeriod`; or when there is no such claim.
   */
  prove(
    key: DomainKey,
    proof: Pick<DomainProof, 'by'> & { readonly at: Date },
    within?: Transaction,
  ): Promise<boolean>
  /** The proof was looked for and not found. True for exactly one of any number of callers: it was there before. */
  miss(key: DomainKey, at: Date, within?: Transaction): Promise<boolean>
  /** The claim stays. False when it was not proved. */
  disprove(key: DomainKey, within?: Transaction): Promise<boolean>
  /** Of all tenants, proved by DNS, not looked at since `before`; longest ago first. */
  due(before: Date, limit: number): Promise<readonly ConnectionDomain[]>
}

/** Port: asks the domain name system. Never rejects. */
export type TxtResolver = (name: string) => Promise<TxtAnswer>

export type TxtAnswer =
  /** Each text joined of its parts (RFC 1035 §3.3.14). */
  | { readonly kind: 'found'; readonly texts: readonly string[] }
  | { readonly kind: 'none' }
  /** The name stands for another one: what is there is somebody else's word. */
  | { readonly kind: 'alias' }
  /** No answer, none in time, or a broken one. */
  | { readonly kind: 'failed'; readonly detail: string }

/** Who proves domains, and looks again whether they still are. */
export type DomainProofs = {
  /** Looks for the record now. */
  check(input: DomainKey & { readonly actor: AuditActor }): Promise<DomainCheck>
  /**
   * Looks at what was not looked at for `checkPause`, and takes from their owners what is gone for `gracePeriod`. The
   * number of what it looked at; a bounded one at a time.
   */
  recheck(): Promise<number>
}

export type DomainCheck =
  | { readonly kind: 'proved' }
  /** There is no such claim. */
  | { readonly kind: 'unknown' }
  /** Another connection of the tenant proved it before. */
  | { readonly kind: 'owned' }
  /** What was found instead. A domain that was proved before stays so for `gracePeriod`. */
  | { readonly kind: 'unproved'; readonly reason: 'missing' | 'alias' | 'failed' }
