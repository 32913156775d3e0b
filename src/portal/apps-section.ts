import { z } from 'zod'
import type { Client, Clients } from '#client/client.ts'
import type { Consent, Consents } from '#consent/consent.ts'
import { brandId } from '#kit/ids.ts'
import type { ClientId } from '#kit/ids.ts'
import { appsPage } from '#views/portal/apps.ts'
import type { AppWithAccess } from '#views/portal/apps.ts'
import type { Notices } from './notices.ts'
import { byThem } from './portal.ts'
import { frameOf } from './sections.ts'
import type { PortalSection } from './sections.ts'

const notice = z.object({ removed: z.string() })

/** Applications this person has allowed something, and the way to take it back. */
export function createAppsSection(deps: {
  readonly consents: Consents
  readonly clients: Pick<Clients, 'find' | 'listResources'>
  readonly notices: Notices
}): PortalSection {
  const { consents, clients, notices } = deps

  async function describe(consent: Consent): Promise<AppWithAccess> {
    const { tenantId, clientId, scopes, claims, grantedAt } = consent
    const client = await clients.find(tenantId, clientId)
    const known = await clients.listResources(tenantId)
    const resources = Object.entries(consent.resources).map(([identifier, allowed]) => ({
      identifier,
      name: known.find((resource) => resource.identifier === identifier)?.name,
      scopes: allowed,
    }))
    return { clientId, name: nameOf(client, clientId), scopes, claims, resources, grantedAt }
  }

  return {
    pages: {
      async apps(visit) {
        const told = await notices.take(visit, 'apps', notice)
        const given = await consents.listOf(visit.tenant.id, visit.account.id)
        const apps = await Promise.all(given.map(describe))
        return appsPage({ frame: frameOf(visit), apps, removed: told?.removed })
      },
    },
    actions: {
      async apps(visit, form) {
        const tenantId = visit.tenant.id
        const clientId = brandId<ClientId>(form.get('client') ?? '')
        // SECURITY: the account is the session's, never the form's; another's consent is not there (Q77).
        const owner = { tenantId, accountId: visit.account.id, clientId }
        const client = await clients.find(tenantId, clientId)
        const isRevoked = await consents.revoke(owner, byThem(visit))
        if (isRevoked) await notices.leave(visit, 'apps', { removed: nameOf(client, clientId) })
        return { page: 'apps' }
      },
    },
  }
}

function nameOf(client: Client | undefined, clientId: ClientId): string {
  return client?.metadata.client_name ?? clientId
}
