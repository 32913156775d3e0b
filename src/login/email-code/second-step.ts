import type { Accounts } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import type { AccountId } from '#kit/ids.ts'
import type { Metrics } from '#telemetry/telemetry.ts'
import { mailFrameOf } from '#tenant/tenant.ts'
import { codeMail } from '#views/mail/code-mail.ts'
import type { EmailCodes, EmailSecondStep, VerifyCode } from './email-code.ts'

export type EmailSecondStepDeps = {
  readonly emailCodes: Pick<EmailCodes, 'issue' | 'verify'>
  readonly accounts: Pick<Accounts, 'find'>
  readonly audit: Pick<Audit, 'append'>
  readonly metrics?: Pick<Metrics, 'signIn'> | undefined
}

const method = 'email_code'
const purpose = 'step_up'

export function createEmailSecondStep(deps: EmailSecondStepDeps): EmailSecondStep {
  const { emailCodes, accounts } = deps

  return {
    async send({ tenant, accountId, locale, ...rest }) {
      const account = await accounts.find(tenant.id, accountId)
      if (account?.status !== 'active' || !account.emailVerified) return undefined
      const frame = mailFrameOf(tenant, account.profile.locale ?? locale)
      return emailCodes.issue({
        ...rest,
        tenant,
        purpose,
        email: account.email,
        accountId,
        letter: ({ code, lifetime }) => ({
          kind: 'confirm_code',
          ...codeMail({ ...frame, purpose, isDecoy: false, code, lifetime, issuer: tenant.issuer }),
        }),
      })
    },

    async verify({ accountId, ...input }) {
      const verdict = await emailCodes.verify({ ...input, purpose })
      const isTheirs = verdict.kind === 'proved' && verdict.accountId === accountId
      await record(input, accountId, isTheirs ? undefined : reasonOf(verdict.kind))
      if (verdict.kind !== 'proved') return verdict
      if (!isTheirs) return { kind: 'expired' }
      return { kind: 'proved', proof: { method, accountId, amr: ['otp'], at: verdict.issuedAt } }
    },
  }

  async function record(
    { tenant, requester }: Omit<VerifyCode, 'purpose'>,
    accountId: AccountId,
    reason: string | undefined,
  ): Promise<void> {
    const outcome = reason === undefined ? 'success' : 'failure'
    deps.metrics?.signIn({ method, outcome, ...(reason !== undefined && { reason }) })
    if (reason === 'throttled') return // a flood is no row each
    const { ip, userAgent, requestId } = requester
    await deps.audit.append({
      tenantId: tenant.id,
      type: reason === undefined ? 'login.second_step' : 'login.failed',
      outcome,
      actor: { kind: 'account', id: accountId },
      accountId,
      ip,
      userAgent,
      requestId,
      detail: { method, ...(reason !== undefined && { reason }) },
    })
  }
}

const reasonOf = (kind: string): string => (kind === 'proved' ? 'expired' : kind)
