import type { Account, Accounts } from '#account/account.ts'
import type { Client } from '#client/client.ts'
import type { AccountId, ClientId, ConnectionId, RequestId } from '#kit/ids.ts'
import type { Enforcement } from '#federation/federation.ts'
import type { EmailCodeLogin } from '#login/email-code/email-code.ts'
import type { MethodId, PasswordLogin, Proof, Requester } from '#login/login.ts'
import type { Visitor } from '#session/session.ts'
import type { Tenant } from '#tenant/tenant.ts'

/** Port: whether what was proved is enough for this person at this application; undefined: it is, and they are signed in. */
export type SignInPolicy = {
  missing(situation: {
    readonly tenant: Tenant
    readonly account: Account
    readonly client: Client
    readonly proofs: readonly Proof[]
    readonly requester: Requester
  }): Promise<Missing | undefined>
}

export type Missing = {
  /** How this person can prove more, what is offered first, first. */
  readonly ways: readonly MethodId[]
  /** What they could set up, where they have nothing to prove it with. */
  readonly enrollable: readonly MethodId[]
  /** Too doubtful for what they have: nothing they could prove or set up here would do. */
  readonly isRefused?: boolean | undefined
  /** Whom to ask: what was proved is not for this address to be let in by. */
  readonly instead?: ConnectionId | undefined
}

/** The first, and what came after it. */
export type Proofs = readonly [Proof, ...Proof[]]

/** Sign-ins that wait for one more proof. What was proved stays here; the application holds a name for it. */
export type PendingSignIns = {
  /** An opaque handle, good once and for `pendingLifetime`. */
  begin(tenant: Tenant, clientId: ClientId, proofs: Proofs): Promise<string>
  /**
   * What was proved, without using the handle up: a wrong code is no new beginning. Undefined where `take` would be, and
   * gone as well for another application.
   */
  find(tenant: Tenant, clientId: ClientId, handle: string): Promise<Proofs | undefined>
  /**
   * What was proved, to exactly one of any number of concurrent callers; undefined when the handle is used, over, of
   * another tenant, or held by another application than the one that began.
   */
  take(tenant: Tenant, clientId: ClientId, handle: string): Promise<Proofs | undefined>
}

/** Seconds. */
export const pendingLifetime = 300

export type SignInDeps = {
  readonly password: Pick<PasswordLogin, 'verify'>
  readonly emailCode: Pick<EmailCodeLogin, 'send' | 'verify'>
  readonly accounts: Pick<Accounts, 'find'>
  readonly policy: SignInPolicy
  readonly enforcement: Pick<Enforcement, 'ofEmail'>
  /** Port: tells of an owner who gets in past a domain that is enforced, if that is what it is. */
  readonly tellOfGlass: (
    account: Account,
    proofs: Proofs,
    requester: Omit<Requester, 'deviceCookie'>,
  ) => Promise<void>
  readonly pending: PendingSignIns
  /** A mark of this device for its owner: tries from it have a bucket of their own (Q37). */
  readonly issueDevice: (tenant: Tenant, accountId: AccountId) => string
  /** Tells the owner where this device is new to the account (Q91). */
  readonly noticeNewDevice: (signIn: {
    readonly tenant: Tenant
    readonly account: Account
    /** Unverified. */
    readonly device: string | undefined
    readonly visitor: Visitor
    readonly requestId: RequestId
  }) => Promise<void>
}

export type Attempt = {
  readonly tenant: Tenant
  readonly email: string
  readonly password: string
  readonly requester: Requester
}
