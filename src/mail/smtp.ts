import { createTransport } from 'nodemailer'
import { canonicalEmail } from '#kit/email-address.ts'
import { MailRefused, type Mail, type Transport } from './mail.ts'

/** Milliseconds each part of the conversation may take; the whole may take no longer than `whole`. */
export type SmtpPatience = {
  readonly connection: number
  readonly greeting: number
  readonly silence: number
  readonly whole: number
}

const patience: SmtpPatience = {
  connection: 5_000,
  greeting: 5_000,
  silence: 10_000,
  whole: 30_000,
}

export function createSmtpTransport(options: {
  /** `smtp://`, or `smtps://` for TLS from the first byte. */
  readonly url: string
  readonly from: string
  readonly patience?: SmtpPatience
}): Transport {
  const waits = options.patience ?? patience
  const mailer = createTransport({
    url: options.url,
    connectionTimeout: waits.connection,
    greetingTimeout: waits.greeting,
    socketTimeout: waits.silence,
    disableFileAccess: true,
    disableUrlAccess: true,
  })

  return {
    async send(mail) {
      const to = onlyRecipient(mail)
      const message = {
        from: options.from,
        to: { name: '', address: to }, // an object is not parsed: one recipient, whatever it looks like
        subject: oneLine(mail.subject),
        text: mail.text,
        html: mail.html,
        headers: { 'Auto-Submitted': 'auto-generated' }, // RFC 3834 §5: no vacation answers
        signal: AbortSignal.timeout(waits.whole),
      }
      try {
        await mailer.sendMail(message)
      } catch (error) {
        throw isFinal(error) ? new MailRefused('the server refused it', { cause: error }) : error
      }
    },

    async verify() {
      await mailer.verify()
    },

    async close() {
      mailer.close()
    },
  }
}

/** Q58: one plain address; no list, no quotes, no line break that would start a header or a command. */
function onlyRecipient(mail: Mail): string {
  if (canonicalEmail(mail.to) === undefined) throw new MailRefused('not one plain address')
  return mail.to.trim()
}

function oneLine(subject: string): string {
  if (/[\r\n]/.test(subject)) throw new MailRefused('a line break in the subject')
  return subject
}

/**
 * A 5xx answer to the mail itself is for ever (RFC 5321 §4.2.1). One to anything before it, such as the greeting or the
 * login, is about this server and its settings, which an operator mends.
 */
function isFinal(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { responseCode, command } = error as Error & { responseCode?: unknown; command?: unknown } // nodemailer's own
  const aboutMail = command === 'RCPT TO' || command === 'DATA'
  return aboutMail && typeof responseCode === 'number' && responseCode >= 500 && responseCode < 600
}
