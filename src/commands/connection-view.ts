import {
  challengeOf,
  domainState,
  type ConnectionDomain,
} from '#federation/connection/domain/domain.ts'
import {
  documentOf,
  urlsOf,
  type ManagedConnection,
  type SaveConnectionResult,
} from '#federation/connection/connection.ts'
import { brandId, type ConnectionId } from '#kit/ids.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { refusal } from './failure.ts'
import type { InTenant } from './runner.ts'

export async function connectionNamed(
  id: string,
  { services, tenant }: InTenant,
): Promise<ManagedConnection> {
  const connection = await services.connections.show(tenant.id, brandId<ConnectionId>(id))
  if (connection) return connection
  throw refusal('connection.unknown', `The tenant ${tenant.slug} has no connection ${id}.`)
}

/** What was written; a refusal is told as the person who typed it can mend it. */
export function saved(result: SaveConnectionResult): ManagedConnection {
  if (result.outcome === 'saved') return result.connection
  if (result.outcome === 'invalid')
    throw refusal('connection.invalid', 'The connection is not valid:', result.problems)
  if (result.outcome === 'taken')
    throw refusal('connection.taken', 'Another connection of this tenant has this id.')
  throw refusal('connection.overtaken', 'Somebody else changed or removed it. Look again.')
}

/** As the API shows it. */
export function connectionJson(
  connection: ManagedConnection,
  { tenant, now }: { readonly tenant: Tenant; readonly now: number },
): object {
  return {
    ...documentOf(connection),
    domains: connection.domains.map((claim) => domainJson(claim, now)),
    has_secret: connection.hasSecret,
    urls: urlsOf(tenant, connection),
    ...keysPart(connection),
    version: connection.version,
    created_at: connection.createdAt,
    updated_at: connection.updatedAt,
  }
}

export function domainJson(claim: ConnectionDomain, now: number): object {
  return {
    domain: claim.domain,
    state: domainState(claim, now),
    enforced: claim.isEnforced,
    record: challengeOf(claim),
  }
}

export function connectionText(
  connection: ManagedConnection,
  { tenant, now }: { readonly tenant: Tenant; readonly now: number },
): string {
  const { domains: _, ...document } = documentOf(connection)
  const lines = Object.entries({
    ...document,
    ...urlsOf(tenant, connection),
    ...keysPart(connection),
  })
  const width = Math.max(...lines.map(([name]) => name.length))
  return [
    ...lines.map(([name, value]) => `${name.padEnd(width)}  ${valueText(value)}`),
    ...connection.domains.map((claim) => `${'domain'.padEnd(width)}  ${domainText(claim, now)}`),
  ].join('\n')
}

/** Our public key, for who has to be told it by hand. */
function keysPart({ publicKeys: keys }: Pick<ManagedConnection, 'publicKeys'>): object {
  return keys.length === 0 ? {} : { jwks: { keys } }
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export function domainText(claim: ConnectionDomain, now: number): string {
  const enforced = claim.isEnforced ? ', enforced' : ''
  const state = domainState(claim, now)
  const { name, value } = challengeOf(claim)
  const record = state === 'proved' ? '' : `\n  ${name}  TXT  ${value}`
  return `${claim.domain}  ${state}${enforced}${record}`
}
