import type { AccountId, TenantId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'

/** What can be guessed by somebody who has the first factor already. */
export type TriedFactor = {
  readonly tenantId: TenantId
  readonly accountId: AccountId
  readonly method: 'totp' | 'recovery_code'
}

export type CountedTry =
  /** `isLast`: unless this one is right, the factor opens nothing any more. */
  | { readonly allowed: true; readonly isLast: boolean }
  | {
      readonly allowed: false
      /** Whole seconds, at least 1. */
      readonly retryAfter: number
      /** Waiting is no way: the factor opens nothing until it is set up anew. */
      readonly isLocked: boolean
    }

/**
 * Port. Tries of a factor, counted for each account across all its sessions, conversations and addresses (Q39): whoever
 * tries knows the password, and AuthQuake guessed in as many sessions as it liked. Kept in the database and not where other
 * throttles are: neither a wait nor the end of a guessed factor may be lost with a cache (Q34).
 */
export type FactorTries = {
  /** Counts one try before anything is verified, or refuses it and counts nothing; one atomic statement (Q34). */
  count(factor: TriedFactor): Promise<CountedTry>
  /** It was right. Ends the waits, and forgives the try and one miss before it: see `forgiven`. */
  accept(factor: TriedFactor): Promise<void>
  /** It was never verified: as if it had not been made. */
  withdraw(factor: TriedFactor): Promise<void>
  /** The factor is a new one: nothing of the old one counts. */
  reset(factor: TriedFactor, within?: Transaction): Promise<void>
  isLocked(factor: TriedFactor): Promise<boolean>
}

/** Tries without a wait between them. */
export const freeTries = 5

/** Milliseconds to wait after the fifth miss, the sixth, …; the last stands for all that follow (Q39). */
export const triesWaits: readonly number[] = [5, 10, 20, 40, 60].map((minutes) => minutes * 60_000)

/** Milliseconds after the last try when the waits begin anew. */
export const triesWindow = 24 * 3_600_000

/** Misses, however slowly, until the factor is no factor any more (NIST SP 800-63B §3.2.2). */
export const mostMisses = 100

/**
 * A right code takes back itself and one miss. SECURITY: not all of them, or whoever knows the password could guess five
 * times after each sign-in of the owner, for ever; who mistypes less often than every other time never comes near the end.
 */
export const forgiven = 2

/** The answer to a try that comes too soon. `nextTryAt`, `now`: milliseconds. */
export function refusalOf(misses: number, nextTryAt: number, now: number): CountedTry {
  const isLocked = misses >= mostMisses
  const wait = isLocked ? triesWindow : nextTryAt - now
  return { allowed: false, retryAfter: Math.max(1, Math.ceil(wait / 1000)), isLocked }
}
