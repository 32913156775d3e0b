import type { Command } from 'commander'
import { connectionTypes } from '#federation/federation.ts'
import { secretNames } from '#federation/connection/connection.ts'
import { connectionJson, connectionText, saved } from './connection-view.ts'
import { refusal } from './failure.ts'
import { repeated, type Runner } from './runner.ts'
import { readText } from './seed-file.ts'

type AddOptions = {
  readonly type?: string
  readonly name?: string
  readonly issuer?: string
  readonly clientId?: string
  readonly tenantId?: string
  readonly metadataUrl?: string
  readonly metadata?: string
  readonly domain?: readonly string[]
  readonly settings?: string
  readonly singleLogout?: boolean
  readonly public?: boolean
  readonly privateKeyJwt?: boolean
  readonly active?: boolean
}

export function addConnectionAdd(connection: Command, runner: Runner): void {
  connection
    .command('add')
    .description('add one, as a draft; its secret is read from standard input, or asked for')
    .argument('<id>', 'stands in its addresses and never changes')
    .option('--type <type>', connectionTypes.join(', '))
    .option('--name <name>', 'what people read on the button')
    .option('--issuer <url>', 'of an OpenID Provider')
    .option('--client-id <id>', 'as the other side knows us')
    .option('--tenant-id <id>', 'of Microsoft: whose people may come')
    .option('--metadata-url <url>', 'of a SAML identity provider')
    .option('--metadata <file>', 'the same as a file')
    .option('--single-logout', 'with SAML: who signs out here is signed out over there')
    .option('--domain <domain>', 'whose people are routed to it, once proved; repeatable', repeated)
    .option('--settings <file>', 'everything else as JSON, in the names of a seed file')
    .option('--public', 'an OpenID Provider gave no secret')
    .option('--private-key-jwt', 'no secret: we sign with a key of ours, drawn now')
    .option('--active', 'not as a draft: people see it at once')
    .action((id: string, options: AddOptions) =>
      runner.inTenant(async ({ services, tenant }) => {
        const document = await withSecret(await documentFor(id, options), runner)
        const actor = { kind: 'cli' } as const
        const input = { tenantId: tenant.id, document, origin: 'cli', actor } as const
        const made = saved(await services.connections.create(input))
        const seen = { tenant, now: runner.clock.now() }
        const text = `Added the connection ${made.id}.\n\n${connectionText(made, seen)}`
        return { json: connectionJson(made, seen), text }
      }),
    )
}

type Document = Readonly<Record<string, unknown>>

/** Only what was given: the validator knows the defaults. */
async function documentFor(id: string, options: AddOptions): Promise<Document> {
  const named = {
    id,
    type: options.type,
    name: options.name,
    status: options.active ? 'active' : undefined,
    single_logout: options.singleLogout,
    issuer: options.issuer,
    client_id: options.clientId,
    tenant: options.tenantId,
    metadata_url: options.metadataUrl,
    metadata: options.metadata === undefined ? undefined : await readText(options.metadata),
    domains: options.domain,
    token_endpoint_auth_method: methodOf(options),
  }
  const given = Object.entries(named).filter(([, value]) => value !== undefined)
  return { ...(await fileDocument(options)), ...Object.fromEntries(given) }
}

function methodOf({ public: isPublic, privateKeyJwt }: AddOptions): string | undefined {
  if (privateKeyJwt) return 'private_key_jwt'
  return isPublic ? 'none' : undefined
}

async function fileDocument({ settings: path }: AddOptions): Promise<object> {
  if (path === undefined) return {}
  const value = parse(await readText(path))
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw refusal('connection.invalid', `${path} is not one JSON object.`)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Never an argument, which every process of the machine could read. */
async function withSecret(document: Document, { input }: Runner): Promise<Document> {
  const type = connectionTypes.find((known) => known === document['type'])
  const name = type && secretNames[type]
  const method = document['token_endpoint_auth_method']
  const isWithout = method === 'none' || method === 'private_key_jwt'
  if (name === undefined || isWithout || document[name] !== undefined) return document
  if (name === 'client_secret')
    return { ...document, [name]: await input.readNewSecret('Client secret') }
  return { ...document, [name]: await input.readText() } // a key of several lines
}
