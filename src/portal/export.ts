import type { Account } from '#account/account.ts'
import type { Audit, RecordedEvent } from '#audit/audit.ts'
import type { Consent, Consents } from '#consent/consent.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { Visit } from './portal.ts'

/** Port: what another room holds of a person, as they may read it: an allow-list, never a secret (Q82). */
export type ExportPart = (visit: Visit) => Promise<unknown>

export type ExportDeps = {
  readonly consents: Pick<Consents, 'listOf'>
  readonly audit: Pick<Audit, 'listOf'>
  /** By their names in the file, such as `credentials`. */
  readonly parts: Readonly<Record<string, ExportPart>>
}

/** Everything kept of this person, for them to take along (GDPR Art. 20). */
export type Export = (visit: Visit) => Promise<object>

/** More than 90 days of anybody; what is older is not kept for people to read. */
const mostEvents = 10_000
const window = 90 * 24 * 3600

export function createExport({ consents, audit, parts }: ExportDeps): Export {
  return async (visit) => {
    const { tenant, account, now } = visit
    const since = new Date((now - window) * 1000)
    const given = await consents.listOf(tenant.id, account.id)
    const events = await audit.listOf(tenant.id, account.id, { since, limit: mostEvents })
    const others: Record<string, unknown> = {}
    for (const [name, part] of Object.entries(parts)) others[name] = await part(visit)
    return {
      format: 'signet-account-export/1',
      exported_at: new Date(now * 1000),
      issuer: tenant.issuer,
      account: accountOf(account, tenant),
      ...others,
      consents: given.map(consentOf),
      activity: events.map(eventOf),
    }
  }
}

function accountOf(account: Account, tenant: Tenant): object {
  return {
    sub: account.id,
    tenant: tenant.name,
    email: account.email,
    email_verified: account.emailVerified,
    profile: account.profile,
    roles: account.roles,
    groups: account.groups,
    created_at: account.createdAt,
    updated_at: account.updatedAt,
  }
}

function consentOf({ clientId, scopes, claims, resources, grantedAt }: Consent): object {
  return { client_id: clientId, scopes, claims, resources, granted_at: grantedAt }
}

function eventOf({ type, outcome, at, clientId, ip, userAgent, detail }: RecordedEvent): object {
  return { type, outcome, at, client_id: clientId, ip, user_agent: userAgent, detail }
}
