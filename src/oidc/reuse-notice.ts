import type { Accounts } from '#account/account.ts'
import type { Clients } from '#client/client.ts'
import type { Clock } from '#kit/clock.ts'
import type { TenantId } from '#kit/ids.ts'
import { newReference } from '#kit/random.ts'
import type { Outbox } from '#mail/mail.ts'
import { mailFrameOf } from '#tenant/tenant.ts'
import type { Tenants } from '#tenant/tenant.ts'
import { refreshTokenReusedMail } from '#views/mail/refresh-token-reused.ts'
import type { RefreshTokenReuse } from './grant-events.ts'

/** Tells a person that a spent refresh token came back and the application was signed out (Q15, Q91). */
export function createReuseNotice(deps: {
  readonly tenants: Tenants
  readonly accounts: Accounts
  readonly clients: Clients
  readonly outbox: Outbox
  readonly clock: Clock
}): (tenantId: TenantId, reuse: RefreshTokenReuse) => Promise<void> {
  return async (tenantId, { accountId, clientId, ip }) => {
    const tenant = await deps.tenants.findById(tenantId)
    const account = await deps.accounts.findActive(tenantId, accountId)
    const client = await deps.clients.find(tenantId, clientId)
    if (!tenant || !account) return
    const mail = refreshTokenReusedMail({
      ...mailFrameOf(tenant, account.profile.locale),
      accountUrl: `${tenant.issuer}/account/apps`,
      clientName: client?.metadata.client_name ?? clientId,
      at: new Date(deps.clock.now()),
      ip,
      reference: newReference(),
    })
    await deps.outbox.enqueue({
      tenantId,
      kind: 'refresh_token_reused',
      to: account.email,
      ...mail,
    })
  }
}
