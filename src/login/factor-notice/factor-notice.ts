import type { Account } from '#account/account.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { FactorNews } from '#views/mail/factor-news.ts'

export type FactorNotice = {
  readonly tenant: Tenant
  readonly account: Account
  readonly news: FactorNews
  /** Where it was done from; undefined: by an administrator. */
  readonly ip: string | undefined
}

/** Tells every address of an account what became of its second factors (ASVS 6.3.7). */
export type FactorNotices = {
  /** Queued with the change it tells of, never sent at once. */
  tell(notice: FactorNotice, within: Transaction | undefined): Promise<void>
}
