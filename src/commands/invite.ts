import { InvalidArgumentError, type Command } from 'commander'
import type { Invitation } from '#login/registration/registration.ts'
import { refusal } from './failure.ts'
import type { InTenant, Outcome, Runner } from './runner.ts'
import { table } from './table.ts'

export function addInviteCommands(program: Command, runner: Runner): void {
  const invite = program.command('invite').description('let somebody register, once')

  invite
    .command('create')
    .description('mail a link that lets this address make an account; also printed, once')
    .argument('<email>')
    .option('--hours <hours>', 'how long it works, at most 24', hours, 24)
    .action((email: string, options: { hours: number }) =>
      runner.inTenant((context) => create(email, options.hours, context)),
    )

  invite
    .command('list')
    .description('every invitation there is')
    .action(() =>
      runner.inTenant(async ({ services, tenant }) => {
        const all = await services.invitations.list(tenant.id)
        const now = runner.clock.now()
        const rows = all.map((one) => [
          one.id,
          one.email,
          stateOf(one, now),
          one.expiresAt.toISOString(),
        ])
        const json = all.map((one) => invitationJson(one, now))
        return { json, text: table(['ID', 'EMAIL', 'STATE', 'EXPIRES'], rows) }
      }),
    )

  invite
    .command('revoke')
    .description('end an invitation that was not used yet')
    .argument('<id>')
    .action((id: string) =>
      runner.inTenant(async ({ services, tenant }) => {
        if (!(await services.invitations.revoke(tenant.id, id)))
          throw refusal('invitation.unknown', `There is no invitation ${id} that could be used.`)
        return { json: { id, state: 'revoked' }, text: `The invitation ${id} is revoked.` }
      }),
    )
}

async function create(
  email: string,
  lifetime: number,
  { services, tenant }: InTenant,
): Promise<Outcome> {
  const made = await services.invitations.create({ tenant, email, lifetime: lifetime * 3600 })
  if (made.outcome === 'email_invalid')
    throw refusal('invitation.email_invalid', `${email} is not one plain email address.`)
  if (made.outcome === 'email_taken')
    throw refusal('invitation.email_taken', `${email} has an account already.`)
  const { invitation, link } = made
  const isClosed = tenant.settings.registration === 'closed'
  const note = `Registration is closed in ${tenant.slug}: the link works once it is not.`
  const { id, expiresAt } = invitation
  return {
    json: { id, email: invitation.email, link, expires_at: expiresAt.toISOString() },
    text: link,
    notes: isClosed ? [note] : [],
  }
}

function hours(text: string): number {
  if (/^([1-9]|1\d|2[0-4])$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Give a whole number of hours, at most 24.')
}

function stateOf({ usedAt, revokedAt, expiresAt }: Invitation, now: number): string {
  if (usedAt) return 'used'
  if (revokedAt) return 'revoked'
  return expiresAt.getTime() > now ? 'open' : 'expired'
}

function invitationJson(invitation: Invitation, now: number) {
  const { id, email, createdAt, expiresAt } = invitation
  return {
    id,
    email,
    state: stateOf(invitation, now),
    created_at: createdAt.toISOString(),
    expires_at: expiresAt.toISOString(),
  }
}
