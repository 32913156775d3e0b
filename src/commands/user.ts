import { Option, type Command } from 'commander'
import type { Account } from '#account/account.ts'
import { refusal } from './failure.ts'
import { personNamed, unknownUser } from './person.ts'
import { repeated, type InTenant, type Outcome, type Runner } from './runner.ts'
import { table } from './table.ts'
import { addUserResetFactors } from './user-reset-factors.ts'
import { addUserImport } from './user-import.ts'
import { choosePassword, keepPassword, type Chosen, type Source } from './user-password.ts'

const actor = { kind: 'cli' } as const

type CreateOptions = {
  readonly name?: string
  readonly role?: readonly string[]
  readonly group?: readonly string[]
  readonly verified?: boolean
  readonly password?: boolean
  readonly passwordHash?: boolean
  readonly generatePassword?: boolean
}

type ChangeOptions = { readonly generate?: boolean; readonly hash?: boolean }

export function addUserCommands(program: Command, runner: Runner): void {
  const user = program.command('user').description('people of a tenant')

  user
    .command('create')
    .description('add a person; without a password they cannot sign in with one')
    .argument('<email>')
    .option('--name <name>')
    .option('--role <role>', 'may be repeated; admin administers the tenant', repeated)
    .option('--group <group>', 'may be repeated', repeated)
    .option('--verified', 'the address is known to be theirs')
    .option('--password', 'read a password from standard input, or ask for it')
    .addOption(
      new Option('--password-hash', 'read its hash, made elsewhere, from standard input').conflicts(
        'password',
      ),
    )
    .addOption(
      new Option('--generate-password', 'draw one and show it once').conflicts([
        'password',
        'passwordHash',
      ]),
    )
    .action((email: string, options: CreateOptions) =>
      runner.inTenant((context) => createUser(email, options, context, runner)),
    )

  addUserImport(user, runner)

  user
    .command('list')
    .description('everybody but the deleted')
    .action(() => runner.inTenant(listUsers))

  for (const [name, status, description] of [
    ['disable', 'disabled', 'end every session and token, and let nobody in as this person'],
    ['enable', 'active', 'let them sign in again'],
  ] as const)
    user
      .command(name)
      .description(description)
      .argument('<email>')
      .action((email: string) =>
        runner.inTenant(async (context) => {
          const { id } = await personNamed(email, context)
          const { services, tenant } = context
          const isDone = await services.accounts.setStatus(tenant.id, id, status, actor)
          if (!isDone) throw unknownUser(email)
          const account = await personNamed(email, context)
          return { json: userJson(account), text: `${account.email} is ${account.status}.` }
        }),
      )

  user
    .command('set-password')
    .description('replace the password, and end every session and token')
    .argument('<email>')
    .option('--generate', 'draw one and show it once; otherwise standard input, or asked for')
    .addOption(new Option('--hash', 'read its hash, made elsewhere').conflicts('generate'))
    .action((email: string, options: ChangeOptions) =>
      runner.inTenant((context) => setPassword(email, options, context, runner)),
    )

  addUserResetFactors(user, runner)
}

async function listUsers({ services, tenant }: InTenant): Promise<Outcome> {
  const all = await services.accounts.list(tenant.id)
  const people = all.filter(({ status }) => status !== 'deleted')
  const rows = people.map((account) => [
    account.email,
    account.status,
    account.roles.join(','),
    account.profile.name ?? '',
    account.id,
  ])
  const text = table(['EMAIL', 'STATUS', 'ROLES', 'NAME', 'SUB'], rows)
  return { json: people.map(userJson), text }
}

async function createUser(
  email: string,
  options: CreateOptions,
  context: InTenant,
  runner: Runner,
): Promise<Outcome> {
  const { services, tenant } = context
  const source = sourceOf(options)
  const chosen = source && (await choosePassword(source, context, runner))
  const account = await services.transactor.transaction(async (within) => {
    const result = await services.accounts.create(
      {
        tenantId: tenant.id,
        email,
        emailVerified: options.verified === true,
        profile: options.name === undefined ? {} : { name: options.name },
        roles: options.role ?? [],
        groups: options.group ?? [],
        actor,
      },
      within,
    )
    if (result.outcome === 'email_taken')
      throw refusal('user.email_taken', `${email} is taken in the tenant ${tenant.slug}.`)
    if (result.outcome === 'email_invalid')
      throw refusal('user.email_invalid', `${email} is not a usable e-mail address.`)
    if (chosen) await keepPassword(result.account, chosen, context, within)
    return result.account
  })
  return outcomeOf(account, `Created ${account.email}.`, chosen)
}

function sourceOf({ password, passwordHash, generatePassword }: CreateOptions): Source | undefined {
  if (generatePassword) return 'drawn'
  if (passwordHash) return 'hash'
  return password ? 'typed' : undefined
}

async function setPassword(
  email: string,
  { generate, hash }: ChangeOptions,
  context: InTenant,
  runner: Runner,
): Promise<Outcome> {
  const account = await personNamed(email, context)
  const source = generate ? 'drawn' : 'typed'
  const chosen = await choosePassword(hash ? 'hash' : source, context, runner)
  await keepPassword(account, chosen, context)
  // Q17: whoever knew the old one is out.
  await context.services.accounts.end(account.tenantId, account.id, actor)
  return outcomeOf(account, `The password of ${account.email} is set; every session ended.`, chosen)
}

function outcomeOf(account: Account, text: string, chosen: Chosen | undefined): Outcome {
  if (!chosen || chosen.hash !== undefined || !chosen.isGenerated)
    return { json: userJson(account), text }
  const { password } = chosen
  return { json: { ...userJson(account), password }, text: `${text}\nShown once:  ${password}` }
}

function userJson(account: Account): object {
  const { id, email, emailVerified, profile, roles, groups, status, createdAt } = account
  const facts = { sub: id, email, email_verified: emailVerified, ...profile }
  return { ...facts, roles, groups, status, created_at: createdAt }
}
