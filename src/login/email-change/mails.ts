import type { Account } from '#account/account.ts'
import type { Clock } from '#kit/clock.ts'
import { newReference } from '#kit/random.ts'
import type { Outbox } from '#mail/mail.ts'
import type { Transaction } from '#storage/storage.ts'
import { mailFrameOf, type Tenant } from '#tenant/tenant.ts'
import { codeMail } from '#views/mail/code-mail.ts'
import { emailChangeUndoneMail } from '#views/mail/email-change-undone.ts'
import { emailChangedMail } from '#views/mail/email-changed.ts'
import type { IssueCode } from '../email-code/email-code.ts'
import { undoLifetime } from './email-change.ts'

type About = { readonly tenant: Tenant; readonly account: Account; readonly ip: string }

/** Where the undo link leads, below the issuer; the token follows. */
export const undoPath = '/recover/undo'

/** The letter to the new address. A decoy says that it has an account already (Q73). */
export function letterFor(
  { tenant, account }: Omit<About, 'ip'>,
  isFree: boolean,
): IssueCode['letter'] {
  return ({ code, lifetime }) => ({
    kind: 'email_change_code',
    ...codeMail({
      ...mailFrameOf(tenant, account.profile.locale),
      purpose: 'change_email',
      isDecoy: !isFree,
      issuer: tenant.issuer,
      code,
      lifetime,
    }),
  })
}

export function createEmailChangeMails(deps: {
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly clock: Clock
}) {
  const noticeOf = ({ tenant, account, ip }: About) => ({
    ...mailFrameOf(tenant, account.profile.locale),
    at: new Date(deps.clock.now()),
    ip,
    reference: newReference(),
  })

  return {
    /** To the address that was replaced, with the way back. `account`: as it was. */
    async changed(
      about: About & { readonly email: string; readonly token: string },
      within: Transaction | undefined,
    ): Promise<void> {
      const { tenant, account, email, token } = about
      const undoUrl = `${tenant.issuer}${undoPath}/${token}`
      const mail = emailChangedMail({ ...noticeOf(about), email, undoUrl, lifetime: undoLifetime })
      const kind = 'email_changed'
      await deps.outbox.enqueue({ tenantId: tenant.id, kind, to: account.email, ...mail }, within)
    },

    /** To the address that came back, and to the one that went. */
    async undone(
      about: About & { readonly email: string },
      within: Transaction | undefined,
    ): Promise<void> {
      const { tenant, account, email } = about
      const resetUrl = `${tenant.issuer}/recover`
      const mail = emailChangeUndoneMail({ ...noticeOf(about), email, resetUrl })
      for (const to of [email, account.email]) {
        const kind = 'email_change_undone'
        await deps.outbox.enqueue({ tenantId: tenant.id, kind, to, ...mail }, within)
      }
    },
  }
}
