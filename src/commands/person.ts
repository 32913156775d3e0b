import type { Account } from '#account/account.ts'
import { refusal } from './failure.ts'
import type { InTenant } from './runner.ts'

/** The person with this address; refuses where there is none, or none any more. */
export async function personNamed(email: string, { services, tenant }: InTenant): Promise<Account> {
  const account = await services.accounts.findByEmail(tenant.id, email)
  if (!account || account.status === 'deleted') throw unknownUser(email)
  return account
}

export function unknownUser(email: string) {
  return refusal('user.unknown', `Nobody here has the address ${email}.`)
}
