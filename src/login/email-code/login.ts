import { mayProve, type Accounts } from '#account/account.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import { brandId, type InteractionUid } from '#kit/ids.ts'
import { mailFrameOf } from '#tenant/tenant.ts'
import { codeMail } from '#views/mail/code-mail.ts'
import type { Proof } from '../login.ts'
import type { CodeProved, EmailCodeLogin, EmailCodes, MailboxOwnership } from './email-code.ts'
import { createRecorder, method, type Asked, type RecorderDeps } from './recorder.ts'

export type EmailCodeLoginDeps = RecorderDeps & {
  readonly emailCodes: EmailCodes
  readonly ownership: MailboxOwnership
  readonly accounts: Pick<Accounts, 'findByEmail'>
}

const purpose = 'sign_in'

export function createEmailCodeLogin(deps: EmailCodeLoginDeps): EmailCodeLogin {
  const { emailCodes, accounts } = deps
  const record = createRecorder(deps)

  async function prove(asked: Asked, proved: CodeProved): Promise<Proof | undefined> {
    const { accountId } = proved
    const owned = accountId && (await deps.ownership.prove(asked.tenant.id, accountId, proved))
    if (accountId === undefined || !owned) return undefined
    await record.succeeded(asked, accountId)
    return { method, accountId, amr: ['otp'], at: owned.at } // RFC 8176 §2
  }

  return {
    async send({ tenant, email, uid, locale, ...rest }) {
      const found = await accounts.findByEmail(tenant.id, email)
      const account = found && mayProve(found) ? found : undefined
      const frame = mailFrameOf(tenant, account?.profile.locale ?? locale)
      return emailCodes.issue({
        ...rest,
        tenant,
        purpose,
        // SECURITY: as it is stored; what a stranger typed only in its plain form (Q58)
        email: account?.email ?? canonicalEmail(email) ?? email,
        accountId: account?.id,
        decoy: account === undefined,
        data: { uid },
        letter: (facts) => ({
          kind: account ? 'sign_in_code' : 'sign_in_unknown',
          ...codeMail({
            ...frame,
            ...facts,
            purpose,
            isDecoy: account === undefined,
            issuer: tenant.issuer,
          }),
        }),
      })
    },

    async verify(input) {
      if (input.tenant.settings.email_code === 'off') return { kind: 'expired' }
      const verdict = await emailCodes.verify({ ...input, purpose })
      if (verdict.kind !== 'proved') {
        await record.failed(input, verdict.kind)
        return verdict
      }
      const proof = await prove(input, verdict)
      return proof ? { kind: 'proved', proof } : { kind: 'expired' }
    },

    look: async (input) =>
      input.tenant.settings.email_code === 'off'
        ? { kind: 'over' }
        : emailCodes.look({ ...input, purpose }),

    async consume(input) {
      if (input.tenant.settings.email_code === 'off') return { kind: 'over' }
      const end = await emailCodes.consume({ ...input, purpose })
      const uid = end.kind === 'proved' ? end.data['uid'] : undefined
      if (end.kind !== 'proved' || uid === undefined) return { kind: 'over' }
      const proof = await prove(input, end)
      return proof ? { kind: 'proved', proof, uid: brandId<InteractionUid>(uid) } : { kind: 'over' }
    },
  }
}
