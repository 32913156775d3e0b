import { isVoid, mayProve, type Accounts } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import { mailFrameOf } from '#tenant/tenant.ts'
import { codeMail } from '#views/mail/code-mail.ts'
import type { Proof } from '../login.ts'
import type { CodeProved, EmailCodes, EmailVerification, VerifyCode } from './email-code.ts'
import { createRecorder, type RecorderDeps } from './recorder.ts'

export type EmailVerificationDeps = RecorderDeps & {
  readonly emailCodes: Pick<EmailCodes, 'issue' | 'verify'>
  readonly accounts: Pick<Accounts, 'findByEmail' | 'hold'>
  readonly audit: Audit
  readonly clock: Clock
}

const purpose = 'verify_email'

export function createEmailVerification(deps: EmailVerificationDeps): EmailVerification {
  const { emailCodes, accounts, audit, clock } = deps
  const record = createRecorder(deps)

  /** The password stays, unlike in `MailboxOwnership`: who has just proved it is who reads the mail. */
  async function confirm(
    {
      tenant: { id: tenantId },
      requester: { ip, userAgent, requestId },
    }: Omit<VerifyCode, 'purpose'>,
    { accountId, email, issuedAt }: CodeProved,
  ): Promise<Proof | undefined> {
    if (accountId === undefined) return undefined
    return accounts.hold(tenantId, accountId, async ({ account, within, save }) => {
      // SECURITY: asked again on the locked account, see `MailboxOwnership`
      if (!mayProve(account) || isVoid(account, issuedAt)) return undefined
      if (account.emailCanonical !== canonicalEmail(email)) return undefined
      if (!account.emailVerified) {
        await save({ emailVerified: true })
        const event = { type: 'account.email_verified', outcome: 'success' } as const
        const actor = { kind: 'account', id: accountId } as const
        const asked = { tenantId, accountId, actor, ip, userAgent, requestId }
        await audit.append({ ...event, ...asked }, within)
      }
      return { method: 'email_code', accountId, amr: ['otp'], at: epochSeconds(clock) }
    })
  }

  return {
    async send({ tenant, email, locale, ...rest }) {
      const account = await accounts.findByEmail(tenant.id, email)
      const frame = mailFrameOf(tenant, account?.profile.locale ?? locale)
      return emailCodes.issue({
        ...rest,
        tenant,
        purpose,
        email: account?.email ?? email,
        accountId: account?.id,
        decoy: account === undefined,
        letter: ({ code, lifetime }) => ({
          kind: 'verify_email_code',
          ...codeMail({
            ...frame,
            purpose,
            code,
            lifetime,
            issuer: tenant.issuer,
            isDecoy: false, // where there is no account, no code fits
          }),
        }),
      })
    },

    async verify(input) {
      const verdict = await emailCodes.verify({ ...input, purpose })
      if (verdict.kind !== 'proved') {
        await record.failed(input, verdict.kind)
        return verdict
      }
      const proof = await confirm(input, verdict)
      return proof ? { kind: 'proved', proof } : { kind: 'expired' }
    },
  }
}
