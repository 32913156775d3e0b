import type { Account } from '#account/account.ts'
import type { SessionUid } from '#kit/ids.ts'
import type { SignInFacts } from '../federation.ts'

/** A session of somebody whose domain signs in elsewhere only, that nobody elsewhere opened. */
export type SuspectSession = {
  readonly uid: SessionUid
  readonly account: Pick<Account, 'id' | 'tenantId' | 'email' | 'roles'>
} & Pick<SignInFacts, 'acr' | 'amr'>

/** Port. Of every tenant: whether its domain is proved, and the connection active, is for who asks. */
export type SuspectSessions = {
  /** In a stable order, those after `after`. */
  list(after: SuspectSession | undefined, limit: number): Promise<readonly SuspectSession[]>
  /** False where its person signed in anew since: a session stays the same then. */
  isStill(suspect: SuspectSession): Promise<boolean>
}
