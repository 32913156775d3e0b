import assert from 'node:assert/strict'
import type { App } from '#app.ts'
import type { QueuedMail } from '#mail/mail.ts'
import type { Tenant } from '#tenant/tenant.ts'

/** The mail of a tenant that was queued last; to this address, where one is given. */
export async function lastMail(
  app: App,
  tenant: Tenant,
  to?: string,
): Promise<QueuedMail | undefined> {
  const mails = await app.outbox.recent(50)
  return mails.find((mail) => mail.tenantId === tenant.id && (to === undefined || mail.to === to))
}

/** The six digits of a mail with a code. */
export function codeIn(mail: QueuedMail | undefined): string {
  assert.ok(mail, 'no mail was queued')
  const [, left, right] = /(\d{3}) (\d{3})/.exec(mail.text) ?? assert.fail(mail.text)
  return `${left}${right}`
}

export function linkIn(mail: QueuedMail | undefined): URL {
  assert.ok(mail, 'no mail was queued')
  const [, link] = /^(https?:\/\/\S+\/email\/\S+)$/m.exec(mail.text) ?? assert.fail(mail.text)
  return new URL(String(link))
}
