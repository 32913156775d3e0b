import type { Config } from '#config/config.ts'
import type { Clock } from '#kit/clock.ts'
import { createDelivery } from '#mail/delivery.ts'
import type { Mail, Outbox, Transport } from '#mail/mail.ts'
import { createSmtpTransport } from '#mail/smtp.ts'
import type { Logger } from '#telemetry/telemetry.ts'
import { readMessage } from './mime.ts'
import type { SmtpBehaviour, SmtpMessage, TestSmtp } from './smtp.ts'

/** Address and words are what the mail server got; whose it is, and of what kind, no mail says: that is the outbox's. */
export type ReceivedMail = Omit<Mail, 'expiresAt'>

export type PostOffice = {
  /** Sends what is due, as the job of a serving process does; then all the mail server ever took, newest first. */
  received(): Promise<readonly ReceivedMail[]>
  /** What the mail server does from now on. */
  behave(behaviour: SmtpBehaviour): void
}

type Taken = Pick<Mail, 'tenantId' | 'kind'> & { readonly message: SmtpMessage }

/** The way of mail out of an installation: its own delivery, its own transport, to a mail server that keeps it. */
export function createPostOffice(input: {
  readonly smtp: TestSmtp
  readonly outbox: Outbox
  readonly config: Config
  readonly clock: Clock
  readonly logger: Logger
}): PostOffice {
  const { smtp, config } = input
  const { smtpUrl: url = smtp.url, from } = config.mail
  const taken: Taken[] = []
  const transport = oneByOne(createSmtpTransport({ url, from }), ({ tenantId, kind }) => {
    const message = smtp.messages.at(-1)
    if (message) taken.unshift({ tenantId, kind, message })
  })
  const delivery = createDelivery({ ...input, outbox: inOrder(input.outbox), transport })
  return {
    async received() {
      await delivery.runOnce()
      return taken.map(({ message: { to, data }, ...about }) => {
        return { ...about, to: to.join(), ...readMessage(data) }
      })
    },
    behave: smtp.behave,
  }
}

/** Never two at once, so that the newest message is the one that was just sent. */
function oneByOne(transport: Transport, onSent: (mail: Mail) => void): Transport {
  let last: Promise<unknown> = Promise.resolve()
  return {
    ...transport,
    send(mail) {
      const sent = last.then(() => transport.send(mail)).then(() => onSent(mail))
      last = sent.catch(() => undefined)
      return sent
    },
  }
}

/** Claims the oldest first: in earnest ten are on their way side by side, and which comes first is no matter. */
function inOrder(outbox: Outbox): Outbox {
  return {
    ...outbox,
    async claimDue(options) {
      const mails = await outbox.claimDue(options)
      return mails.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
    },
  }
}
