import type { AdmissionRefusal, Connection, FailureReason } from '#federation/federation.ts'
import type { AccountId, ConnectionId, InteractionUid, TenantId } from '#kit/ids.ts'
import type { FlowDetails } from '#oidc/oidc.ts'
import type { EnrolledFactors, FirstMethodId, MethodId, Proof } from '#login/login.ts'
import type { PasswordProblem } from '#login/password/password.ts'
import type { PasskeyProblem } from '#views/components/passkey.ts'
import type { RiskLevel } from '#login/risk/risk.ts'
import type { Applicant, RegistrationProblem } from '#login/registration/registration.ts'
import type { TenantSettings } from '#tenant/tenant.ts'

/**
 * The conversation with a person between `/authorize` and the way back. What they have answered so far is kept on the
 * server under the interaction's uid; which page comes next follows from it (`next-step.ts`), never from a form field.
 */
export type Progress = {
  /** The identifier the person typed or chose, not yet proved to be theirs. */
  readonly email: string | undefined
  /** The person wants another account than the one signed in, or none of those remembered. */
  readonly another: boolean
  /** The signed-in account the person chose to go on with. */
  readonly chosen: AccountId | undefined
  readonly proofs: readonly Proof[]
  /** The way of proving it the person asked for, where there are several. */
  readonly method: FirstMethodId | undefined
  /** Through whom the person signed in here last, or chose to. */
  readonly connection: ConnectionId | undefined
  /** They would rather sign in here than where their address leads. */
  readonly staysHere: boolean
  /** What they have elsewhere, to be linked once they have signed in to the account that stands here. */
  readonly linking: Linking | undefined
  /** Who they are elsewhere, until they have proved the mailbox of the address they have there. */
  readonly verifying: Verifying | undefined
  /** What is proved elsewhere must not be older: epoch seconds (OIDC Core §3.1.2.1). */
  readonly freshFrom: number | undefined
  /** Why the sign-in elsewhere came to nothing; shown until they go on. */
  readonly failure: FederationFailure | undefined
  /** The code that was mailed last. */
  readonly mailed: MailedCode | undefined
  /** How the person wants to prove more, where there are several ways. */
  readonly way: MethodId | undefined
  /** The code that was mailed as a second step. */
  readonly confirming: MailedCode | undefined
  /** What the person is setting up, because more is wanted than they can prove. */
  readonly enrolling: EnrollableId | undefined
  /** Recovery codes were made here, and nobody has said yet that they keep them. */
  readonly newCodes: boolean
  /** What was proved before this conversation is too old for what is done in it. */
  readonly provesAnew: boolean
  /** They would rather set it up another day, where the tenant lets them. */
  readonly isPutOff: boolean
  /** They would rather go back to the application without. */
  readonly isGivenUp: boolean
  /** How doubtful the sign-in is, once somebody proved who they are. */
  readonly doubt: Doubt | undefined
  /** Who wants this device to be remembered in the place of the second step. */
  readonly trusting: AccountId | undefined
  /** The account this person is about to make. */
  readonly registering: Registering | undefined
  /** This browser can make a passkey on its own device, as far as its script says. */
  readonly canMakePasskey: boolean
  /** They were asked whether they want one. */
  readonly isNudged: boolean
  /** Why the last answer did not lead on; shown until the next one. */
  readonly notice: Notice | undefined
}

/** Who else signs people in here, as a page names them. */
export type KnownConnection = Pick<Connection, 'id' | 'name' | 'type'>

/** See `Identities.linkWaiting`. */
export type Linking = {
  readonly connection: KnownConnection
  /** Of the account that stands here. */
  readonly email: string
  readonly handle: string
  /** The person has read why they are asked to sign in once more. */
  readonly isTold: boolean
}

/** See `Identities.admitVerified`. */
export type Verifying = {
  readonly connection: KnownConnection
  readonly email: string
  readonly handle: string
  readonly mailed: MailedCode | undefined
}

export type FederationFailure = {
  readonly connection: KnownConnection
  readonly reason: FailureReason | AdmissionRefusal | 'authentication_too_old'
  /** What the people who run the server can find it by. */
  readonly reference: string
}

export type Doubt = {
  /** Whose sign-in was judged. */
  readonly accountId: AccountId
  readonly level: RiskLevel
  readonly reasons: readonly string[]
  /** The owner was told that it was refused. */
  readonly isTold: boolean
}

export type Registering = {
  readonly email: string
  readonly name: string
  readonly agreed: boolean
  readonly mailed: MailedCode | undefined
  /** Who they are, once the address is proved. */
  readonly applicant: Applicant | undefined
  /** What the last answer lacked. */
  readonly problem: RegistrationProblem | PasswordProblem | 'required' | undefined
}

export const emptyRegistering: Registering = {
  email: '',
  name: '',
  agreed: false,
  mailed: undefined,
  applicant: undefined,
  problem: undefined,
}

export type MailedCode = {
  /** What the person typed or chose; the code is of no use for another address. */
  readonly email: string
  readonly handle: string
  /** When the next one may be asked for; epoch seconds. */
  readonly nextAt: number
}

export type Notice =
  | { readonly kind: 'email_required' | 'password_required' | 'password_wrong' }
  | { readonly kind: 'email_invalid'; readonly typed: string }
  /** Epoch seconds. */
  | {
      readonly kind: 'throttled'
      readonly until: number
      /** Waiting is no way: see `Verdict`. */
      readonly isLocked?: boolean | undefined
    }
  | { readonly kind: 'code'; readonly why: 'required' | 'expired' | 'too_many' | 'too_soon' }
  | { readonly kind: 'code_wrong'; readonly left: number }
  | {
      readonly kind: 'passkey'
      readonly why: PasskeyProblem
      /** The one this browser may forget. */
      readonly gone?: string | undefined
    }
  /** Of an app or on paper. */
  | { readonly kind: 'factor'; readonly why: 'wrong' | 'used' }
  /** See `ClockOff`. */
  | { readonly kind: 'clock_off'; readonly ahead: boolean; readonly by: number }

export const emptyProgress: Progress = {
  email: undefined,
  another: false,
  chosen: undefined,
  proofs: [],
  method: undefined,
  connection: undefined,
  staysHere: false,
  linking: undefined,
  verifying: undefined,
  freshFrom: undefined,
  failure: undefined,
  mailed: undefined,
  way: undefined,
  confirming: undefined,
  enrolling: undefined,
  newCodes: false,
  provesAnew: false,
  isPutOff: false,
  isGivenUp: false,
  canMakePasskey: false,
  isNudged: false,
  doubt: undefined,
  trusting: undefined,
  registering: undefined,
  notice: undefined,
}

export type ProgressStore = {
  read(tenantId: TenantId, uid: InteractionUid): Promise<Progress>
  /**
   * Read, changed and written as one step: of two answers at once none is lost. Gives what was written. `known`: what this
   * request read or wrote before; it need not be read again, unless somebody else has changed it since.
   */
  change(
    tenantId: TenantId,
    uid: InteractionUid,
    change: (before: Progress) => Progress,
    known?: Progress,
  ): Promise<Progress>
  clear(tenantId: TenantId, uid: InteractionUid): Promise<void>
}

/** An account as the pages show it. */
export type KnownAccount = {
  readonly id: AccountId
  readonly email: string
  readonly name: string | undefined
  /** Through whom they signed in on this browser last, if not here. */
  readonly via?: ConnectionId | undefined
}

/** Who else signs people in, as far as it matters now. */
export type Elsewhere = {
  /** Those that stand as a button beside our own ways. */
  readonly offered: readonly KnownConnection[]
  /** Where this sign-in leads; undefined: it is done here. */
  readonly destination: ForeignWay | undefined
}

export type ForeignWay = {
  readonly connection: KnownConnection
  /** Nobody with this address signs in another way. */
  readonly isEnforced: boolean
}

/** Everything the next step follows from. */
export type Situation = {
  readonly details: Pick<FlowDetails, 'prompt' | 'reasons' | 'loginHint' | 'session' | 'acr'>
  readonly progress: Progress
  readonly policy: Policy
  /** When the person who proved who they are here is erased, because they asked for it. */
  readonly leaving?: Date | undefined
  /** Who has proved here who they are. */
  readonly prover?: Prover | undefined
  readonly elsewhere?: Elsewhere | undefined
  /** Somebody on this browser may be asked whether they want a passkey. */
  readonly mayNudge?: boolean | undefined
  /** Who is signed in on this browser, if they still may be. */
  readonly signedIn: KnownAccount | undefined
  /** Accounts that signed in on this browser before, the signed-in one aside. */
  readonly remembered: readonly KnownAccount[]
}

/** Somebody who has proved who they are, and what else they could prove. Looked up past every cache. */
export type Prover = {
  readonly email: string
  readonly emailVerified: boolean
  readonly groups: readonly string[]
  readonly factors: EnrolledFactors
  /** What was proved is not for this address to be let in by: they must be asked. See `Enforcement`. */
  readonly mustAsk?: KnownConnection | undefined
  /** They asked on this device not to be asked again. */
  readonly isTrustedHere: boolean
  /** What they used here last. */
  readonly lastWay?: MethodId | undefined
  /** How doubtful their sign-in is; undefined where they proved nothing here. */
  readonly risk?: RiskLevel | undefined
}

/** What the tenant decides about signing in. */
export type Policy = Pick<
  TenantSettings,
  | 'email_code'
  | 'email_code_as_second_step'
  | 'second_factor'
  | 'second_factor_by_group'
  | 'trusted_device_days'
> & {
  /** This person can make an account here. */
  readonly mayRegister: boolean
  /** What can be set up in the middle of a sign-in. */
  readonly enrollable: readonly EnrollableId[]
  /** Until then it can be put off; undefined: it cannot, or no longer. */
  readonly putOffUntil: Date | undefined
}

/** What somebody can set up for themselves on the way. */
export type EnrollableId = Extract<MethodId, 'totp' | 'passkey'>

/** The next page, or the end of this prompt. */
export type Step =
  | { readonly kind: 'identifier' }
  | { readonly kind: 'choose_account' }
  /** They prove it elsewhere. `email`: what led there, where something did. */
  | {
      readonly kind: 'hand_off'
      readonly connection: KnownConnection
      readonly isEnforced: boolean
      readonly email: string | undefined
    }
  /** The sign-in elsewhere came to nothing. */
  | { readonly kind: 'elsewhere_failed'; readonly failure: FederationFailure }
  /** An account stands here with that address: its owner signs in to it first. */
  | { readonly kind: 'link_first'; readonly connection: KnownConnection; readonly email: string }
  /** Nobody vouches for the address they have elsewhere: a code by mail first. */
  | {
      readonly kind: 'verify_elsewhere'
      readonly connection: KnownConnection
      readonly email: string
    }
  /** `again`: this person is signed in and proves it once more. */
  | { readonly kind: 'password'; readonly email: string; readonly again: boolean }
  | { readonly kind: 'email_code'; readonly email: string; readonly again: boolean }
  /** More is wanted than was proved. `ways`: all there are, the one that is asked for first. */
  | {
      readonly kind: 'second_step'
      readonly method: MethodId
      readonly ways: readonly MethodId[]
      readonly email: string
      /** This device may be remembered, for so many days; 0: it may not. */
      readonly trustDays: number
    }
  /** More is wanted than this person can prove: something is to be set up. `method`: what was chosen of `methods`. */
  | {
      readonly kind: 'enrol'
      readonly methods: readonly EnrollableId[]
      readonly method: EnrollableId | undefined
      /** Until then it can wait. */
      readonly putOffUntil: Date | undefined
      /** Only the application wants it: one can go back there without. */
      readonly mayGiveUp: boolean
    }
  /** New recovery codes, to be kept before anything goes on. */
  | { readonly kind: 'recovery_codes' }
  /** Nothing more is wanted; a passkey would spare them the password. */
  | { readonly kind: 'nudge' }
  /** More is wanted than this person can prove, and nothing would help. */
  | { readonly kind: 'unmet' }
  /** A code by mail as well, because nobody has shown yet that the account's address is theirs (Q62). */
  | { readonly kind: 'verify_email'; readonly email: string }
  /** Too doubtful, and this person has nothing that would make it sure. */
  | { readonly kind: 'refused' }
  /** The account is about to be erased: it may be kept, and nothing else. */
  | { readonly kind: 'leaving'; readonly leavesAt: Date }
  | { readonly kind: 'register' | 'register_code' | 'register_password' }
  | { readonly kind: 'consent' }
  | { readonly kind: 'signed_in'; readonly proofs: readonly [Proof, ...Proof[]] }
  | { readonly kind: 'account_chosen' }
