import type { Account } from '#account/account.ts'
import type { AccountId, TenantId } from '#kit/ids.ts'
import type { Requester } from '../login.ts'

export const method = 'totp'

export const codeLength = 6

/** Where a secret is kept: its associated data (Q87). */
export const placeOf = (tenantId: TenantId, accountId: AccountId): readonly string[] => [
  tenantId,
  'totp_factors',
  accountId,
]

/** Something a person did about their app, to be recorded with it. */
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
