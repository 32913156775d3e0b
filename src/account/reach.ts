import type { AccountId, TenantId } from '#kit/ids.ts'
import type { Mail, Outbox } from '#mail/mail.ts'
import type { Transaction } from '#storage/storage.ts'

/** Of an account. */
type Addressee = {
  readonly tenantId: TenantId
  readonly id: AccountId
  /** As it is stored (Q58). */
  readonly email: string
}

export type Reach = {
  readonly outbox: Pick<Outbox, 'enqueue'>
  /** Port: addresses the account had until lately, as long as a change can be undone. */
  readonly formerAddresses: (
    account: Addressee,
    within: Transaction | undefined,
  ) => Promise<readonly string[]>
}

/** Queues a mail to every address of an account, with what it tells of: who lost one to a thief is told as well (Q54). */
export async function mailEveryAddress(
  { outbox, formerAddresses }: Reach,
  account: Addressee,
  mail: Omit<Mail, 'tenantId' | 'to'>,
  within: Transaction | undefined,
): Promise<void> {
  const { tenantId, email } = account
  for (const to of new Set([email, ...(await formerAddresses(account, within))]))
    await outbox.enqueue({ ...mail, tenantId, to }, within)
}
