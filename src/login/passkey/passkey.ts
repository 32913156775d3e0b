import type { Account } from '#account/account.ts'
import type { AuditActor } from '#audit/audit.ts'
import type { AccountId, TenantId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { StrongMethod } from '../password/change/change.ts'
import type { Proof, Requester } from '../login.ts'

export { authenticatorName } from './authenticators.ts'

/**
 * Passkeys: WebAuthn Level 3 credentials that a browser finds by itself. A ceremony has two halves: options with a
 * challenge that may be used once, and an answer to them. An answer counts only for the ceremony, the tenant and the
 * conversation its challenge was made for (Q51), on the origin of the tenant's issuer; no header has a say in that.
 */
export type Passkey = {
  readonly tenantId: TenantId
  readonly accountId: AccountId
  /** base64url; unique in the tenant. */
  readonly credentialId: string
  /** COSE_Key, base64url. */
  readonly publicKey: string
  /** Signatures its authenticator counted; 0 for one that counts none. */
  readonly signCount: number
  /** It may be copied to other devices: `BE`, which never changes (WebAuthn L3 §6.1.3). */
  readonly backupEligible: boolean
  /** It is copied: `BS`. */
  readonly backedUp: boolean
  /** How it is reached, as the browser said: `internal`, `hybrid`, `usb`. */
  readonly transports: readonly string[]
  /** The make of its authenticator, as that says itself. */
  readonly aaguid: string
  /** What its owner calls it. */
  readonly name: string | undefined
  readonly createdAt: Date
  readonly lastUsedAt: Date | undefined
  /** When it was last used and unlocked by its owner (`UV`). */
  readonly verifiedAt: Date | undefined
}

/** Seconds a challenge lives (Q51). */
export const challengeLifetime = 300

/** As many as a browser is told of in one request. */
export const mostPasskeys = 20

/** WebAuthn L3 §7.1: longer ids are refused. */
export const longestCredentialId = 1023

/** Code points of a name. */
export const longestName = 64

/** COSE algorithms we offer, and take: EdDSA, ES256, RS256. */
export const algorithms: readonly number[] = [-8, -7, -257]

/** Where a passkey is of use: a browser hands it out for this id and these origins only. */
export type RelyingParty = { readonly id: string; readonly origin: string }

/** From the issuer alone (Q51): a forged `Host` changes nothing. */
export function relyingPartyOf({ issuer }: Pick<Tenant, 'issuer'>): RelyingParty {
  const { hostname, origin } = new URL(issuer)
  return { id: hostname, origin }
}

/** Port. A passkey of another tenant is not there. */
export type PasskeyStore = {
  /** The account's user handle: `fresh` the first time, for every caller the same. */
  handleOf(owner: PasskeyOwner, fresh: string): Promise<string>
  find(tenantId: TenantId, credentialId: string): Promise<Passkey | undefined>
  /** Oldest first. */
  list(owner: PasskeyOwner, within?: Transaction): Promise<readonly Passkey[]>
  /** False when the id is taken in the tenant. */
  insert(passkey: Passkey, within?: Transaction): Promise<boolean>
  /**
   * One atomic step: keeps what the authenticator said, unless the passkey is gone, is another account's, or its counter
   * did not grow where it has to (a device-bound one that counts). Of any number of equal counters at once one succeeds.
   */
  use(passkey: Passkey, seen: SeenPasskey): Promise<boolean>
  /** False when it is not one of this account's. */
  rename(owner: PasskeyOwner, credentialId: string, name: string | undefined): Promise<boolean>
  remove(owner: PasskeyOwner, credentialId: string, within?: Transaction): Promise<boolean>
  /** How many were removed. */
  removeAll(owner: PasskeyOwner, within?: Transaction): Promise<number>
  /**
   * In any tenant. Tenants below one host share what a browser keeps for it: what is unknown here may be known there, and
   * must not be thrown away.
   */
  isKnown(credentialId: string): Promise<boolean>
}

export type PasskeyOwner = { readonly tenantId: TenantId; readonly accountId: AccountId }

export type SeenPasskey = {
  readonly signCount: number
  readonly backedUp: boolean
  readonly userVerified: boolean
  readonly at: Date
}

/** What a browser is handed, as `parse…OptionsFromJSON` takes it. */
export type CeremonyOptions = object

/** What a challenge is for, besides its tenant: `interaction:<uid>`, or a session of My account. */
type Bound = { readonly tenant: Tenant; readonly binding: string }

/** Proving who one is. */
export type PasskeyLogin = {
  /** `accountId`: who has been identified already; only their passkeys are asked for. Else whoever has one here. */
  request(input: Bound & { readonly accountId?: AccountId | undefined }): Promise<CeremonyOptions>
  /** Uses the challenge up, whatever comes of it. */
  verify(input: VerifyPasskey): Promise<PasskeyVerdict>
}

export type VerifyPasskey = Bound & {
  /** `PublicKeyCredential.toJSON()` as text, from a stranger. */
  readonly credential: string
  readonly requester: Omit<Requester, 'deviceCookie'>
  /** Whose it must be, where that is known (Q53). */
  readonly isExpected?: ((account: Account) => boolean) | undefined
}

export type PasskeyVerdict =
  | { readonly kind: 'proved'; readonly proof: Proof }
  /** It proves nothing; why is for the audit. */
  | { readonly kind: 'refused' }
  /** Its challenge was used, is too old, or was made for something else. */
  | { readonly kind: 'expired' }
  /** It proves to be somebody else than was expected. */
  | { readonly kind: 'other_account' }
  /** Nobody's here. `isGone`: nobody's below this host either, so the browser may forget it. */
  | { readonly kind: 'unknown'; readonly credentialId: string; readonly isGone: boolean }
  /** No answer of a browser. */
  | { readonly kind: 'malformed' }

/** A person's own passkeys. Each change is one transaction with its audit event and its mails. */
export type Passkeys = StrongMethod & {
  /** Asks for a new one that no passkey of this account is on the same authenticator of. */
  offer(input: Bound & { readonly account: Account }): Promise<CeremonyOptions>
  add(input: AddPasskey): Promise<AddPasskeyResult>
  list(owner: PasskeyOwner): Promise<readonly Passkey[]>
  /** Straight from the store. */
  count(tenantId: TenantId, accountId: AccountId, within?: Transaction): Promise<number>
  /** An empty name brings back the one of its authenticator. */
  rename(input: ChangePasskey & { readonly name: string }): Promise<RenamePasskeyResult>
  remove(input: ChangePasskey & SteppedUp): Promise<RemovePasskeyResult>
  /** What browsers are told to keep of this account, and nothing else. */
  accepted(tenant: Tenant, account: Account): Promise<AcceptedPasskeys>
}

export type Owner = {
  readonly tenant: Tenant
  readonly accountId: AccountId
  readonly requester: Omit<Requester, 'deviceCookie'>
}

/** When this person last proved who they are, in the session that asks; epoch seconds (Q64). */
type SteppedUp = { readonly provedAt: number }

export type AddPasskey = Owner &
  SteppedUp & { readonly binding: string; readonly credential: string }

export type AddPasskeyResult =
  | { readonly kind: 'added'; readonly passkey: Passkey }
  /** `taken`: this passkey is registered already. `too_many`: see `mostPasskeys`. */
  | {
      readonly kind: 'malformed' | 'refused' | 'expired' | 'taken' | 'too_many' | 'step_up' | 'over'
    }

export type ChangePasskey = Owner & { readonly credentialId: string }

export type RenamePasskeyResult = { readonly kind: 'renamed' | 'unknown' | 'invalid' }

export type RemovePasskeyResult = {
  /** `last_way_in`: nothing else would open the account. `needed`: the tenant asks for a second factor. */
  readonly kind: 'removed' | 'unknown' | 'last_way_in' | 'needed' | 'step_up' | 'over'
}

/** WebAuthn L3 §5.1.10: the members of the signals. */
export type AcceptedPasskeys = {
  readonly rpId: string
  readonly userId: string
  readonly credentialIds: readonly string[]
  readonly name: string
  readonly displayName: string
}

/** Port: what else opens an account, and what its tenant asks of it. Looked at on the locked account. */
export type OtherWays = {
  /** A password, or a code by mail where the tenant takes it. */
  isThereAnother(
    tenant: Tenant,
    account: Account,
    within: Transaction | undefined,
  ): Promise<boolean>
  /** The tenant asks this person for what the last passkey was the only one to give. */
  isNeeded(tenant: Tenant, account: Account, within: Transaction | undefined): Promise<boolean>
  /** What only backs a second factor up goes with the last one. */
  lastIsGone(account: Account, actor: AuditActor, within: Transaction | undefined): Promise<void>
}

/** Port: tells the owner, wherever they can be reached. */
export type TellPasskey = (
  change: {
    readonly tenant: Tenant
    readonly account: Account
    readonly what: 'added' | 'removed'
    readonly passkey: Passkey
    readonly ip: string
  },
  within: Transaction | undefined,
) => Promise<void>

/** Takes all of them from an account that has a new owner (Q62). */
export type RemoveAllPasskeys = (
  account: Account,
  actor: AuditActor,
  within: Transaction | undefined,
) => Promise<number>
