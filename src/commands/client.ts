import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import type { Client } from '#client/client.ts'
import { brandId, type ClientId } from '#kit/ids.ts'
import { refusal } from './failure.ts'
import { repeated, type InTenant, type Outcome, type Runner } from './runner.ts'
import { readText } from './seed-file.ts'
import { table } from './table.ts'

const actor = { kind: 'cli' } as const

type CreateOptions = {
  readonly metadata?: string
  readonly clientId?: string
  readonly name?: string
  readonly redirectUri?: readonly string[]
  readonly postLogoutRedirectUri?: readonly string[]
  readonly allowedOrigin?: readonly string[]
  readonly grantType?: readonly string[]
  readonly public?: boolean
  readonly native?: boolean
  readonly firstParty?: boolean
  readonly apiLogin?: boolean
  readonly upstreamTokens?: boolean
}

export function addClientCommands(program: Command, runner: Runner): void {
  const client = program.command('client').description('applications of a tenant')
  addCreate(client, runner)

  client
    .command('list')
    .description('every application there is')
    .action(() =>
      runner.inTenant(async ({ services, tenant }) => {
        const clients = await services.clients.list(tenant.id)
        const rows = clients.map(({ clientId, status, origin, metadata }) => [
          clientId,
          status,
          origin,
          metadata.token_endpoint_auth_method,
          metadata.client_name ?? '',
        ])
        const text = table(['CLIENT_ID', 'STATUS', 'ORIGIN', 'AUTHENTICATION', 'NAME'], rows)
        return { json: clients.map(clientJson), text }
      }),
    )

  client
    .command('registration-token')
    .description('let somebody register applications at /register; shown once')
    .option('--hours <hours>', 'how long it works', wholeNumber, 24)
    .action(({ hours }: { hours: number }) =>
      runner.inTenant(async ({ services, tenant }) => {
        const token = await services.registrationTokens.issue(tenant.id, hours * 3600)
        return { json: { initial_access_token: token, expires_in: hours * 3600 }, text: token }
      }),
    )

  client
    .command('rotate-secret')
    .description(
      'draw a new secret and show it once; the one before it still works until the next time',
    )
    .argument('<client_id>')
    .action((id: string) => runner.inTenant((context) => rotateSecret(id, context)))

  for (const [name, status, description] of [
    ['disable', 'disabled', 'end everything issued to it, and issue nothing more'],
    ['enable', 'active', 'let it work again'],
  ] as const)
    client
      .command(name)
      .description(description)
      .argument('<client_id>')
      .action((id: string) =>
        runner.inTenant(async (context) => {
          const { services, tenant } = context
          const { clientId } = await clientNamed(id, context)
          await services.clients.setStatus(tenant.id, clientId, status, actor)
          const changed = await clientNamed(id, context)
          return { json: clientJson(changed), text: `${clientId} is ${changed.status}.` }
        }),
      )
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Give a whole number of hours.')
  return Number(text)
}

function addCreate(client: Command, runner: Runner): void {
  client
    .command('create')
    .description('add an application; its secret is drawn and shown once')
    .option('--name <name>', 'what people read on the consent page')
    .option('--redirect-uri <uri>', 'may be repeated', repeated)
    .option('--post-logout-redirect-uri <uri>', 'may be repeated', repeated)
    .option('--allowed-origin <origin>', 'may call from a browser; may be repeated', repeated)
    .option('--grant-type <grant>', 'default: authorization_code; may be repeated', repeated)
    .option('--public', 'cannot keep a secret: a single-page, mobile or device application')
    .option('--native', 'runs on the person’s machine (RFC 8252)')
    .option('--first-party', 'consent is not asked')
    .option('--api-login', 'may sign people in by the JSON API; for first-party front ends')
    .option('--upstream-tokens', 'may be given what people let us do elsewhere')
    .option('--client-id <id>', 'default: drawn')
    .option(
      '--metadata <file>',
      'RFC 7591 metadata as JSON, under the options; - is standard input',
    )
    .action((options: CreateOptions) =>
      runner.inTenant(async (context) => {
        const metadata = { ...(await fileMetadata(options, runner)), ...metadataOf(options) }
        return createClient(metadata, context)
      }),
    )
}

async function fileMetadata({ metadata: path }: CreateOptions, { input }: Runner): Promise<object> {
  if (path === undefined) return {}
  const text = path === '-' ? await input.readText() : await readText(path)
  const value = parse(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw refusal('client.invalid', `${path} is not one JSON object.`)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Only what was given: the validator knows the defaults. */
function metadataOf(options: CreateOptions): object {
  const named = {
    client_id: options.clientId,
    client_name: options.name,
    redirect_uris: options.redirectUri,
    post_logout_redirect_uris: options.postLogoutRedirectUri,
    allowed_origins: options.allowedOrigin,
    grant_types: options.grantType,
    token_endpoint_auth_method: options.public ? 'none' : undefined,
    application_type: options.native ? 'native' : undefined,
    first_party: options.firstParty,
    api_login: options.apiLogin,
    upstream_tokens: options.upstreamTokens,
  }
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined))
}

async function createClient(metadata: object, { services, tenant }: InTenant): Promise<Outcome> {
  const input = { tenantId: tenant.id, origin: 'cli', metadata, actor } as const
  const result = await services.clients.create(input)
  if (result.outcome === 'invalid')
    throw refusal('client.invalid', 'The client is not valid:', result.problems)
  if (result.outcome !== 'saved')
    throw refusal('client.taken', 'Another client of this tenant has this client_id.')
  const { client, secret } = result
  const created = `Created the client ${client.clientId}.`
  if (secret === undefined) return { json: clientJson(client), text: created }
  const json = { ...clientJson(client), client_secret: secret }
  return { json, text: `${created}\nSecret, shown once:  ${secret}` }
}

async function rotateSecret(id: string, context: InTenant): Promise<Outcome> {
  const { services, tenant } = context
  const { clientId, origin } = await clientNamed(id, context)
  const secret = await services.clients.rotateSecret(tenant.id, clientId, actor)
  if (secret === undefined)
    throw refusal('client.without_secret', `${id} does not authenticate with a secret.`)
  const notes =
    origin === 'seed'
      ? [
          'If the seed file holds a secret for it, change it there too: the file wins when it is applied.',
        ]
      : []
  const json = { client_id: clientId, client_secret: secret }
  return { json, text: `Secret of ${clientId}, shown once:  ${secret}`, notes }
}

async function clientNamed(id: string, { services, tenant }: InTenant): Promise<Client> {
  const client = await services.clients.find(tenant.id, brandId<ClientId>(id))
  if (!client) throw refusal('client.unknown', `The tenant ${tenant.slug} has no client ${id}.`)
  return client
}

function clientJson({ clientId, metadata, status, origin, createdAt }: Client): object {
  return { client_id: clientId, ...metadata, status, origin, created_at: createdAt }
}
