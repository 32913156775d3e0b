import type { Account, Accounts } from '#account/account.ts'
import type { Client, Clients, Resource } from '#client/client.ts'
import {
  documentOf,
  type ConnectionAdministration,
  type ManagedConnection,
} from '#federation/connection/connection.ts'
import type { Tenant, Tenants } from '#tenant/tenant.ts'
import { derivedIssuer } from './plan.ts'

export type ExportDeps = {
  /** Issuer of the main tenant. */
  readonly issuer: string
  readonly tenants: Pick<Tenants, 'list'>
  readonly clients: Pick<Clients, 'list' | 'listResources'>
  readonly connections: Pick<ConnectionAdministration, 'list'>
  readonly accounts: Pick<Accounts, 'list'>
}

export type Exported = {
  /** A seed file. */
  readonly document: { readonly tenants: readonly object[] }
  /** What it does not hold, in sentences for the operator. Not part of the file. */
  readonly notes: readonly string[]
}

/**
 * Everything a seed file can say, as one. Secrets are hashes here and keys are sealed, so they cannot be in it. Clients
 * that registered themselves are left out: as clients of a seed they would be trusted more than they are (Q9). So are
 * deleted people.
 */
export async function exportSeed(deps: ExportDeps): Promise<Exported> {
  const tenants: object[] = []
  let registered = 0
  for (const tenant of await deps.tenants.list()) {
    const clients = await deps.clients.list(tenant.id)
    const ours = clients.filter(({ origin }) => origin !== 'registration')
    registered += clients.length - ours.length
    const accounts = await deps.accounts.list(tenant.id)
    const resources = await deps.clients.listResources(tenant.id)
    const connections = await deps.connections.list(tenant.id)
    tenants.push({
      ...tenantPart(tenant, deps.issuer),
      users: accounts.filter(mayBeExported).map(userPart),
      clients: ours.map(clientPart),
      resources: resources.map(resourcePart),
      connections: connections.map(connectionPart),
    })
  }
  return { document: { tenants }, notes: notesFor(registered) }
}

function notesFor(registered: number): readonly string[] {
  return [
    'Left out: passwords, secrets of clients and connections, signing keys, subject identifiers (sub), sessions, consents.',
    'Applied here again, it keeps all of them. Applied elsewhere, clients get new secrets and administrators new ' +
      'passwords, shown once, and connections are drafts until they have their secrets. It is not a backup.',
    ...(registered > 0
      ? [`Left out as well: ${registered} clients that registered themselves (RFC 7591).`]
      : []),
  ]
}

function tenantPart({ slug, name, issuer, status, settings }: Tenant, mainIssuer: string): object {
  const isOwn = issuer !== derivedIssuer(slug, mainIssuer)
  return { slug, name, ...(isOwn ? { issuer } : {}), ...statusPart(status), settings }
}

/** Who is gone, or asked to be, is taken nowhere else. */
const mayBeExported = ({ status }: Account) => status !== 'deleted' && status !== 'leaving'

function userPart({ email, emailVerified, profile, roles, groups, status }: Account): object {
  return { email, email_verified: emailVerified, ...profile, roles, groups, ...statusPart(status) }
}

function clientPart({ clientId, metadata, status }: Client): object {
  return { client_id: clientId, ...metadata, ...statusPart(status) }
}

function resourcePart(resource: Resource): object {
  const { identifier, name, scopes, introspectors } = resource
  const { accessTokenFormat, accessTokenTtl, minimumAcr } = resource
  return {
    identifier,
    name,
    scopes,
    introspectors,
    access_token_format: accessTokenFormat,
    access_token_ttl: accessTokenTtl,
    minimum_acr: minimumAcr,
  }
}

/** What a name server proved here has to be proved there again; the operator's own word goes along. */
function connectionPart(connection: ManagedConnection): object {
  const { status, ...document } = documentOf(connection)
  return { ...document, ...(status === 'active' ? {} : { status }) }
}

/** A seed disables and never enables: only the one is said. */
function statusPart(status: string): object {
  return status === 'disabled' ? { status } : {}
}
