import type { Enforcement } from '#federation/federation.ts'
import type { ConnectionId, TenantId } from '#kit/ids.ts'
import { apiPath } from '../api.ts'
import type { Refused } from '../api.ts'

export type SsoRequired = Refused<'api.sso_required'>

/** What a front end opens in a browser instead. Of the domain, never of an account (Q73). */
export function ssoRequired(connection: ConnectionId): SsoRequired {
  const details = { connection, authorize: `${apiPath}/auth/sso/${connection}/authorize` }
  return { refused: 'api.sso_required', details }
}

/** SECURITY: before a password is looked at, or a mail is sent: neither would open anything. */
export async function refuseEnforced(
  tenantId: TenantId,
  email: string,
  enforcement: Pick<Enforcement, 'ofEmail'>,
): Promise<SsoRequired | undefined> {
  const instead = await enforcement.ofEmail(tenantId, email)
  return instead && ssoRequired(instead.id)
}
