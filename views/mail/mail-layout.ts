/** The three parts a mail is queued with. */
export type MailContent = {
  readonly subject: string
  readonly text: string
  readonly html: string
}

export type MailSender = {
  readonly name: string
  readonly supportUrl?: string | undefined
  readonly supportEmail?: string | undefined
}
