import { Option, type Command } from 'commander'
import type { SessionUid } from '#kit/ids.ts'
import { brandId } from '#kit/ids.ts'
import type { Account } from '#account/account.ts'
import type { SessionView } from '#session/session.ts'
import { refusal } from './failure.ts'
import { personNamed } from './person.ts'
import type { InTenant, Outcome, Runner } from './runner.ts'
import { table } from './table.ts'

const by = { actor: { kind: 'cli' } } as const

type EndOptions = { readonly id?: string; readonly all?: boolean }

export function addSessionCommands(program: Command, runner: Runner): void {
  const session = program.command('session').description('where people are signed in')

  session
    .command('list')
    .description('the browsers a person is signed in on, last seen first')
    .argument('<email>')
    .action((email: string) => runner.inTenant((context) => listSessions(email, context)))

  session
    .command('end')
    .description('sign a person out there, end its tokens, and tell the applications')
    .argument('<email>')
    .addOption(new Option('--id <id>', 'one session, as `session list` names it').conflicts('all'))
    .option('--all', 'every session, token and half-done sign-in of this person')
    .action((email: string, options: EndOptions) =>
      runner.inTenant((context) => endSessions(email, options, context)),
    )
}

async function listSessions(email: string, context: InTenant): Promise<Outcome> {
  const account = await personNamed(email, context)
  const sessions = await context.services.sessions.list(account)
  const rows = sessions.map((session) => [
    session.uid,
    session.lastSeenAt.toISOString(),
    session.openedAt.toISOString(),
    nameOf(session),
    session.ip ?? '',
    placeOf(session),
  ])
  const text = table(['ID', 'LAST SEEN', 'FIRST SEEN', 'DEVICE', 'ADDRESS', 'PLACE'], rows)
  return { json: sessions.map(sessionJson), text }
}

async function endSessions(
  email: string,
  options: EndOptions,
  context: InTenant,
): Promise<Outcome> {
  if (options.id === undefined && options.all !== true)
    throw refusal('session.which', 'Say which one: --id <id>, or --all.')
  const account = await personNamed(email, context)
  const ended =
    options.id === undefined
      ? await endAll(account, context)
      : await endOne(account, options.id, context)
  const text = `${account.email}: ${ended === 1 ? '1 session' : `${ended} sessions`} ended.`
  return { json: { sub: account.id, ended }, text }
}

function endAll(account: Account, { services }: InTenant): Promise<number> {
  return services.sessions.endAll(account, by)
}

async function endOne(account: Account, id: string, { services }: InTenant): Promise<number> {
  const outcome = await services.sessions.end(account, brandId<SessionUid>(id), by)
  if (outcome === 'ended') return 1
  throw refusal('session.unknown', `${account.email} has no session ${id}.`)
}

function nameOf({ device }: SessionView): string {
  return [device.browser, device.system].filter((part) => part !== undefined).join(', ')
}

function placeOf({ place }: SessionView): string {
  return [place?.city, place?.country].filter((part) => part !== undefined).join(', ')
}

function sessionJson(session: SessionView): object {
  return {
    id: session.uid,
    browser: session.device.browser,
    system: session.device.system,
    ip: session.ip,
    city: session.place?.city,
    country: session.place?.country,
    acr: session.acr,
    amr: session.amr,
    client_ids: session.clientIds,
    first_seen_at: session.openedAt,
    last_seen_at: session.lastSeenAt,
    auth_time: session.provedAt,
  }
}
