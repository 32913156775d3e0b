import { mailFrameOf } from '#tenant/tenant.ts'
import { codeMail } from '#views/mail/code-mail.ts'
import type { EmailCodes, ForeignMailbox } from './email-code.ts'
import { createRecorder, type RecorderDeps } from './recorder.ts'

const purpose = 'foreign_email'

export function createForeignMailbox(
  deps: RecorderDeps & { readonly emailCodes: Pick<EmailCodes, 'issue' | 'verify'> },
): ForeignMailbox {
  const { emailCodes } = deps
  const record = createRecorder(deps)

  return {
    send: ({ tenant, locale, ...rest }) =>
      emailCodes.issue({
        ...rest,
        tenant,
        purpose,
        // no link: the code goes back to where somebody waits, and nowhere else
        letter: ({ code, lifetime }) => ({
          kind: 'foreign_email_code',
          ...codeMail({
            ...mailFrameOf(tenant, locale),
            purpose,
            code,
            lifetime,
            issuer: tenant.issuer,
            isDecoy: false,
          }),
        }),
      }),

    async verify(input) {
      const verdict = await emailCodes.verify({ ...input, purpose })
      if (verdict.kind !== 'proved') await record.failed(input, verdict.kind)
      return verdict
    },
  }
}
