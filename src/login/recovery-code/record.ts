import type { Account } from '#account/account.ts'
import type { Requester } from '../login.ts'

export const method = 'recovery_code'

/** Something a person did about their codes, to be recorded with it. */
export function eventOf(type: string, { tenantId, id }: Account, requester: Requester) {
  const { ip, userAgent, requestId } = requester
  const actor = { kind: 'account', id } as const
  return {
    tenantId,
    type,
    outcome: 'success',
    actor,
    accountId: id,
    ip,
    userAgent,
    requestId,
  } as const
}
