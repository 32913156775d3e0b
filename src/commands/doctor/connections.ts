import type { ManagedConnection } from '#federation/connection/connection.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { Services } from '../commands.ts'
import { attempt, ok, warn, type Finding } from './finding.ts'

type Deps = Pick<Services, 'tenants' | 'connections' | 'connectionHealth'>

const check = 'connections'

/** Asks the other side of every active connection, all at once. That it is down is no fault of this installation: a warning. */
export function checkConnections(deps: Deps): Promise<readonly Finding[]> {
  return attempt(check, 'Look at `signet connection list`.', async () => {
    const active = await activeConnections(deps)
    const findings = await Promise.all(active.map((one) => findingOf(one, deps)))
    const ill = findings.filter((finding) => finding !== undefined)
    return ill.length > 0 ? ill : ok(check, `${active.length} of ${active.length} are well`)
  })
}

type Placed = { readonly tenant: Tenant; readonly connection: ManagedConnection }

async function activeConnections({ tenants, connections }: Deps): Promise<readonly Placed[]> {
  const placed: Placed[] = []
  for (const tenant of await tenants.list())
    for (const connection of await connections.list(tenant.id))
      if (connection.status === 'active') placed.push({ tenant, connection })
  return placed
}

async function findingOf(
  { tenant, connection }: Placed,
  { connectionHealth }: Deps,
): Promise<Finding | undefined> {
  const { state, checks } = await connectionHealth(connection, { refresh: true })
  if (state === 'ok' || state === 'unknown') return undefined
  const reasons = checks.filter((one) => one.state === state).map(({ detail }) => detail)
  const message = `${tenant.slug}/${connection.id} is ${state}: ${reasons.join(' ')}`
  return warn(check, message, `signet connection test ${connection.id} --tenant ${tenant.slug}`)
}
