import type { Connections, HomeRealms } from '#federation/federation.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import { brandId } from '#kit/ids.ts'
import type { ConnectionId, TenantId } from '#kit/ids.ts'
import type { FlowDetails } from '#oidc/oidc.ts'
import type {
  Elsewhere,
  ForeignWay,
  KnownAccount,
  KnownConnection,
  Progress,
} from '../interaction.ts'

export type ElsewhereDeps = {
  readonly connections: Pick<Connections, 'find' | 'listOffered'>
  readonly homeRealms: HomeRealms
}

type Asked = {
  readonly details: FlowDetails
  readonly progress: Progress
  readonly signedIn: KnownAccount | undefined
}

/** Who else may be asked who this is, and who is. Looked up by every request: what is switched off is gone at once. */
export function createElsewhere(deps: ElsewhereDeps): (asked: Asked) => Promise<Elsewhere> {
  return async (asked) => {
    const { id } = asked.details.tenant
    const [offered, destination] = await Promise.all([
      deps.connections.listOffered(id),
      destinationOf(asked, deps),
    ])
    return { offered: offered.map(known), destination }
  }
}

/**
 * What the person says wins over what the application wishes (reference/experience.md §1.3). SECURITY: decided by the address
 * and the request alone, never by whether an account has the address (Q73); a wish for what is not there is none.
 */
async function destinationOf(asked: Asked, deps: ElsewhereDeps): Promise<ForeignWay | undefined> {
  const { details, progress, signedIn } = asked
  const subject = subjectOf(asked)
  if (subject) return wayOfSubject(subject, asked, deps)
  if (progress.staysHere || progress.another || signedIn) return undefined
  const { id } = details.tenant
  return (await wished(details, deps)) ?? wayOfEmail(id, details.loginHint, deps)
}

type Subject = Pick<KnownAccount, 'email' | 'via'>

function subjectOf({ details, progress, signedIn }: Asked): Subject | undefined {
  const { email, connection: via } = progress
  if (email !== undefined) return { email, via }
  // who is signed in and is to prove it once more
  return details.prompt === 'login' && !progress.another ? signedIn : undefined
}

/** Where somebody signed in last is where they go, unless their domain has a say. */
async function wayOfSubject(
  { email, via }: Subject,
  { details, progress }: Asked,
  deps: ElsewhereDeps,
): Promise<ForeignWay | undefined> {
  const { id } = details.tenant
  const realm = await wayOfEmail(id, email, deps)
  if (realm?.isEnforced) return realm
  return progress.staysHere ? undefined : ((await wayOf(id, via, deps)) ?? realm)
}

async function wished(
  { tenant, realm, prompt }: FlowDetails,
  deps: ElsewhereDeps,
): Promise<ForeignWay | undefined> {
  if (prompt !== 'login' || !realm) return undefined
  return realm.kind === 'connection'
    ? wayOf(tenant.id, brandId<ConnectionId>(realm.id), deps)
    : wayOfEmail(tenant.id, `anybody@${realm.domain}`, deps)
}

async function wayOf(
  tenantId: TenantId,
  id: ConnectionId | undefined,
  { connections }: ElsewhereDeps,
): Promise<ForeignWay | undefined> {
  const connection = id && (await connections.find(tenantId, id))
  if (connection?.status !== 'active') return undefined
  return { connection: known(connection), isEnforced: false }
}

async function wayOfEmail(
  tenantId: TenantId,
  email: string | undefined,
  { homeRealms }: ElsewhereDeps,
): Promise<ForeignWay | undefined> {
  if (email === undefined || canonicalEmail(email) === undefined) return undefined
  const realm = await homeRealms.ofEmail(tenantId, email)
  return realm && { connection: known(realm.connection), isEnforced: realm.isEnforced }
}

export function known({ id, name, type }: KnownConnection): KnownConnection {
  return { id, name, type }
}
