import { acrMultiFactor, acrPassword, acrPhishingResistant } from '#client/client.ts'
import type { Acr } from '#client/client.ts'
import type { AccountId, ConnectionId, RequestId, TenantId } from '#kit/ids.ts'
import type { ForeignSession } from '#session/session.ts'
import type { Tenant } from '#tenant/tenant.ts'

/**
 * The vocabulary every way of proving who you are shares. A method knows nothing of what comes before or after it:
 * it takes an input and gives a verdict; `interaction/next-step` decides the rest.
 */
export const methodIds = ['password', 'email_code', 'totp', 'recovery_code', 'passkey'] as const
export type MethodId = (typeof methodIds)[number]
/** And what was proved to somebody else, who says so. */
export const provenMethods = [...methodIds, 'federated'] as const
/** Those a conversation can begin with by a form, whoever it is. */
export type FirstMethodId = 'password' | 'email_code'

/** Something that was proved, kept on the server until the interaction ends. Never travels in a form. */
export type Proof = {
  readonly method: (typeof provenMethods)[number]
  readonly accountId: AccountId
  /** RFC 8176 values. */
  readonly amr: readonly string[]
  /** Epoch seconds. */
  readonly at: number
  /** WebAuthn L3 §6.1: the passkey was unlocked by its owner, which is a factor of its own. */
  readonly userVerified?: boolean | undefined
  /** Through which connection, and what holds of it. */
  readonly federated?: FederatedProof | undefined
}

/** What somebody else said of how this person signed in there (reference/federation.md §3.2). */
export type FederatedProof = {
  readonly connectionId: ConnectionId
  /** It was more than one factor, and the connection may say so. */
  readonly isMultiFactor: boolean
  /** Our session ends no later; epoch seconds. */
  readonly until: number | undefined
  /** Of theirs, where it can be ended from there or from here. */
  readonly session?: ForeignSession | undefined
}

type Facts = Pick<Proof, 'method' | 'userVerified' | 'federated'>

const possessions: readonly Proof['method'][] = ['totp', 'recovery_code', 'passkey']

/**
 * What was proved, in one word. A password is what somebody knows; an app, a recovery code, a passkey what they have; a
 * passkey that its owner unlocked is both. A code by mail is no factor (Q47, NIST SP 800-63B §3.1.3.1): what it is added to
 * stays what it was. A sign-in elsewhere is one factor, or what its connection may vouch for.
 */
export function acrOf(proofs: readonly Facts[]): Acr {
  const passkeys = proofs.filter(({ method }) => method === 'passkey')
  const knows = proofs.some(({ method }) => method === 'password' || method === 'federated')
  const isUnlocked = passkeys.some(({ userVerified }) => userVerified === true)
  const has = proofs.some(({ method }) => possessions.includes(method))
  const isVouchedFor = proofs.some(({ federated }) => federated?.isMultiFactor)
  const isTwoOfOurs = has && (knows || isUnlocked)
  if (isTwoOfOurs && passkeys.length > 0) return acrPhishingResistant
  return isTwoOfOurs || isVouchedFor ? acrMultiFactor : acrPassword
}

/** No value of RFC 8176, but what is usual for it: somebody else was asked. */
export const federatedAmr = 'fed'

/** RFC 8176 §2: everything that was used, and `mfa` where it was more than one factor. */
export function amrOf(proofs: readonly Proof[]): readonly string[] {
  const used = new Set(
    proofs.flatMap(({ method, amr }) => (method === 'federated' ? [...amr, federatedAmr] : amr)),
  )
  return acrOf(proofs) === acrPassword ? [...used] : [...used.add('mfa')]
}

/** What of a sign-in elsewhere the session keeps. */
export function elsewhereIn(proofs: readonly Proof[]): {
  readonly via: ConnectionId | undefined
  readonly until: number | undefined
  readonly foreign?: ForeignSession
} {
  const federated = proofs.flatMap((proof) => proof.federated ?? [])
  const ends = federated.flatMap(({ until }) => until ?? [])
  const foreign = federated.at(-1)?.session
  return {
    via: federated.at(-1)?.connectionId,
    until: ends.length > 0 ? Math.min(...ends) : undefined,
    ...(foreign && { foreign }),
  }
}

/** What a person has to prove with, beside their mailbox. Known once they have proved something: never to strangers (Q73). */
export type EnrolledFactors = {
  readonly password: boolean
  /** An authenticator app, confirmed by a code. */
  readonly totp: boolean
  readonly passkeys: number
  /** Recovery codes that are left. */
  readonly recoveryCodes: number
}

/** Asked past every cache. */
export type Factors = (tenantId: TenantId, accountId: AccountId) => Promise<EnrolledFactors>

export type Verdict =
  | { readonly kind: 'proved'; readonly proof: Proof }
  /** The same for an unknown account and a wrong secret: the reason goes to the audit only (Q73). */
  | { readonly kind: 'refused' }
  | {
      readonly kind: 'throttled'
      /** Whole seconds. */
      readonly retryAfter: number
      /** Too many in a row: waiting is no way, setting it anew is, or a known device. 423 instead of 429. */
      readonly isLocked?: boolean
    }
  /** The input cannot be a secret at all; nothing was counted. */
  | { readonly kind: 'malformed' }

/** Who asks, as far as the transport knows. */
export type Requester = {
  readonly ip: string
  readonly userAgent: string | undefined
  readonly requestId: RequestId
  /** The value of this browser's device cookie, unverified (Q37). */
  readonly deviceCookie: string | undefined
}

export type PasswordLogin = {
  /** Throws `Unavailable` when no more passwords can be verified now: asked before a request costs anything (R14). */
  admit(): void
  /** Counts, then hashes, then answers; takes the same time whether the account exists or not. */
  verify(input: {
    readonly tenant: Tenant
    readonly email: string
    readonly password: string
    readonly requester: Requester
  }): Promise<Verdict>
}

/** How many tries something gets, and how long to wait then. */
export type ThrottleRule = {
  /** Unique name, part of the key: `password.account`. */
  readonly name: string
  /** Tries without a wait between them. */
  readonly free: number
  /** Whole seconds to wait after try number `free + excess` (from 0), at least 1. */
  readonly wait: (excess: number) => number
  /** Seconds after the last try when everything is forgotten. */
  readonly window: number
}

export type ThrottleAnswer =
  | { readonly allowed: true }
  | { readonly allowed: false; /** Whole seconds, at least 1. */ readonly retryAfter: number }

/** What a try is counted against. */
export type Counted = { readonly rule: ThrottleRule; readonly subject: string }

/** Port. Every method is one atomic step of the store; counting and deciding comes before anything is verified (Q34). */
export type Throttle = {
  /** Counts one try if it is allowed; a refused try is not counted. */
  attempt(rule: ThrottleRule, tenantId: TenantId, subject: string): Promise<ThrottleAnswer>
  /** Counts one try against each, or against none: then the first that refuses it tells. No subject twice under one rule. */
  attemptAll(tenantId: TenantId, counts: readonly Counted[]): Promise<JointAnswer>
  /** What `attempt` would answer. Counts nothing. */
  look(rule: ThrottleRule, tenantId: TenantId, subject: string): Promise<ThrottleAnswer>
  /**
   * `forgive` takes one counted try of each back, never below zero, and the wait that came of it: it proved right, or was
   * never verified. `reset` forgets all tries of each. Nothing stands under both.
   */
  settle(tenantId: TenantId, what: Settlement): Promise<void>
}

export type JointAnswer =
  | { readonly allowed: true }
  | {
      readonly allowed: false
      /** Of these counts. */ readonly by: Counted
      readonly retryAfter: number
    }

export type Settlement = {
  readonly forgive?: readonly Counted[]
  readonly reset?: readonly Counted[]
}

/** Q36: 1, 2, 4 … seconds, at most `longest`: a quarter of an hour unless said otherwise. */
export const exponentialWait = (excess: number, longest = 900): number =>
  Math.min(2 ** excess, longest)
