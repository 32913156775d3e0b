import { isDeepStrictEqual } from 'node:util'
import type { AuditActor } from '#audit/audit.ts'
import { sha256 } from '#kit/hash.ts'
import { brandId } from '#kit/ids.ts'
import type { ClientId } from '#kit/ids.ts'
import { newId, randomToken } from '#kit/random.ts'
import type { Transaction } from '#storage/storage.ts'
import { checkClientMetadata, privilegedNames } from './check.ts'
import type { CheckedMetadata } from './check.ts'
import { hasSecret } from './client.ts'
import type {
  Client,
  Clients,
  ClientProblem,
  CreateClient,
  CreateClientResult,
  ResourceStore,
} from './client.ts'
import type { ChangeDeps } from './change.ts'

/** Creating and replacing: the two ways in, through one validator. */
export function createRegistration(deps: ChangeDeps): Pick<Clients, 'create' | 'replace'> {
  const seen = (result: CreateClientResult) => {
    if (result.outcome === 'saved') deps.forget(result.client.tenantId, result.client.clientId)
    return result
  }
  return {
    async create(input, caller) {
      return seen(await deps.inTransaction(caller, (within) => insert(deps, input, within)))
    },
    async replace(input, caller) {
      return seen(await deps.inTransaction(caller, (within) => replace(deps, input, within)))
    },
  }
}

async function insert(
  deps: ChangeDeps,
  input: CreateClient,
  within: Transaction | undefined,
): Promise<CreateClientResult> {
  const checked = checkClientMetadata(input.metadata, input.origin)
  if (checked.outcome === 'invalid') return checked
  const problems = await resourceProblems(deps.resources, input, checked, within)
  if (problems.length > 0) return { outcome: 'invalid', problems }

  const secret = freshSecret(checked, [])
  const at = new Date(deps.clock.now())
  const client: Client = {
    tenantId: input.tenantId,
    clientId: brandId<ClientId>(checked.clientId ?? newId()),
    metadata: checked.metadata,
    secretHashes: secretHashes(checked, secret, []),
    status: 'active',
    origin: input.origin,
    createdAt: at,
    updatedAt: at,
  }
  if (!(await deps.store.insert(client, within))) return { outcome: 'taken' }
  await deps.record(client, 'client.created', actorOf(input), within)
  return { outcome: 'saved', client, secret }
}

async function replace(
  deps: ChangeDeps,
  input: Replacement,
  within: Transaction | undefined,
): Promise<CreateClientResult> {
  const before = await deps.store.find(input.tenantId, input.clientId, within)
  if (!before) return { outcome: 'unknown' }
  const checked = checkReplacement(input, before)
  if (checked.outcome === 'invalid') return checked
  const problems = await resourceProblems(deps.resources, input, checked, within)
  if (problems.length > 0) return { outcome: 'invalid', problems }

  const secret = freshSecret(checked, before.secretHashes)
  const hashes = secretHashes(checked, secret, before.secretHashes)
  const client = { ...before, metadata: checked.metadata, secretHashes: hashes }
  // A seed is applied at every start: what says the same again is no change.
  if (isDeepStrictEqual(client, before)) return { outcome: 'saved', client: before, secret }
  const changed = { ...client, updatedAt: deps.after(before.updatedAt) }
  await deps.store.update(changed, within)
  await deps.record(changed, 'client.replaced', actorOf(input, before), within)
  return { outcome: 'saved', client: changed, secret }
}

type Replacement = Parameters<Clients['replace']>[0]
type Valid = Extract<CheckedMetadata, { outcome: 'valid' }>

function checkReplacement(input: Replacement, before: Client): CheckedMetadata {
  const checked = checkClientMetadata(input.metadata, input.origin)
  if (checked.outcome === 'invalid') return checked
  // RFC 7592 §2.2: the id in the text is the id of the client.
  if (checked.clientId !== undefined && checked.clientId !== input.clientId)
    return refused('client_id', 'must be the id of this client')
  if (input.origin !== 'registration') return checked
  const kept = Object.fromEntries(privilegedNames.map((name) => [name, before.metadata[name]]))
  // Asked again with what was granted: both together must make sense. No origin but ours may grant.
  const { clientId, clientSecret } = checked
  const whole = checkClientMetadata({ ...checked.metadata, ...kept }, 'cli')
  return whole.outcome === 'valid' ? { ...whole, clientId, clientSecret } : whole
}

/** RFC 8707 §2: a client is granted scopes of resources that exist. */
async function resourceProblems(
  resources: ResourceStore,
  { tenantId }: CreateClient,
  { metadata }: Valid,
  within: Transaction | undefined,
): Promise<readonly ClientProblem[]> {
  const problems: ClientProblem[] = []
  for (const [identifier, scopes] of Object.entries(metadata.resources)) {
    const resource = await resources.find(tenantId, identifier, within)
    const unknown = scopes.filter((scope) => !resource?.scopes.includes(scope))
    if (!resource) problems.push(problem(identifier, 'is not a resource of this tenant'))
    else if (unknown.length > 0)
      problems.push(problem(identifier, `has no scope ${unknown.join(' ')}`))
  }
  return problems
}

function problem(identifier: string, message: string): ClientProblem {
  return { field: `resources.${identifier}`, error: 'invalid_client_metadata', message }
}

function refused(field: string, message: string): CheckedMetadata {
  return {
    outcome: 'invalid',
    problems: [{ field, error: 'invalid_client_metadata', message }],
  }
}

/** A secret for a client that needs one and has none. */
function freshSecret(checked: Valid, live: readonly string[]): string | undefined {
  if (!hasSecret(checked) || checked.clientSecret !== undefined || live.length > 0) return undefined
  return randomToken(32)
}

function secretHashes(
  checked: Valid,
  fresh: string | undefined,
  live: readonly string[],
): readonly string[] {
  if (!hasSecret(checked)) return []
  const secret = checked.clientSecret ?? fresh
  if (secret === undefined) return live
  const hash = sha256(secret)
  return live.includes(hash) ? live : [hash]
}

function actorOf(input: CreateClient, before?: Client): AuditActor {
  if (input.actor) return input.actor
  if (input.origin === 'cli') return { kind: 'cli' }
  if (input.origin !== 'registration') return { kind: 'system' }
  return before ? { kind: 'client', id: before.clientId } : { kind: 'anonymous' }
}
