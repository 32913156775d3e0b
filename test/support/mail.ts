import assert from 'node:assert/strict'
import type { Tenant } from '#tenant/tenant.ts'
import type { ReceivedMail } from './post-office.ts'
import type { World } from './world.ts'

/** The mail of a tenant that was received last; at this address, where one is given. */
export async function lastMail(
  world: World,
  tenant: Tenant,
  to?: string,
): Promise<ReceivedMail | undefined> {
  const mails = await world.mail.received()
  return mails.find((mail) => mail.tenantId === tenant.id && (to === undefined || mail.to === to))
}

/** The mails an address received, newest first. */
export async function mailsTo(world: World, email: string): Promise<readonly ReceivedMail[]> {
  const mails = await world.mail.received()
  return mails.filter(({ to }) => to === email)
}

/** The six digits of a mail with a code. */
export function codeIn(mail: ReceivedMail | undefined): string {
  assert.ok(mail, 'no mail was received')
  const [, left, right] = /(\d{3}) (\d{3})/.exec(mail.text) ?? assert.fail(mail.text)
  return `${left}${right}`
}

export function linkIn(mail: ReceivedMail | undefined): URL {
  assert.ok(mail, 'no mail was received')
  const [, link] = /^(https?:\/\/\S+\/email\/\S+)$/m.exec(mail.text) ?? assert.fail(mail.text)
  return new URL(String(link))
}
