import type { Command } from 'commander'
import type { DomainCheck } from '#federation/connection/domain/domain.ts'
import type { ManagedConnection } from '#federation/connection/connection.ts'
import { connectionNamed, domainJson, domainText, saved } from './connection-view.ts'
import { repeated, type InTenant, type Outcome, type Runner } from './runner.ts'

type Names = readonly string[]
type DomainOptions = {
  readonly add?: Names
  readonly drop?: Names
  readonly enforce?: Names
  readonly relax?: Names
  readonly prove?: Names
  readonly check?: boolean
}

const actor = { kind: 'cli' } as const

export function addConnectionDomains(connection: Command, runner: Runner): void {
  connection
    .command('domains')
    .description('whose people are routed to it, and the records that prove it')
    .argument('<id>')
    .option('--add <domain>', 'may be repeated, as all of these', repeated)
    .option('--drop <domain>', 'let it go', repeated)
    .option('--enforce <domain>', 'its people sign in by nothing else', repeated)
    .option('--relax <domain>', 'and may again', repeated)
    .option('--prove <domain>', 'take my word for it, without the DNS', repeated)
    .option('--check', 'look for the records now')
    .action((id: string, options: DomainOptions) =>
      runner.inTenant(async (context) => {
        const before = await connectionNamed(id, context)
        const wishes = wishesFor(before, options)
        if (wishes) await write(before, wishes, context)
        const notes = options.check ? await checkAll(before, context) : []
        const { domains } = await connectionNamed(id, context)
        return outcomeOf(domains, notes, runner.clock.now())
      }),
    )
}

/** The whole list as it shall be; undefined when nothing was asked. */
function wishesFor(
  before: ManagedConnection,
  options: DomainOptions,
): readonly object[] | undefined {
  const { add = [], drop = [], enforce = [], relax = [], prove = [] } = options
  if ([add, drop, enforce, relax, prove].every(({ length }) => length === 0)) return undefined
  const has = (names: Names, domain: string) => names.some((name) => name.toLowerCase() === domain)
  const old = before.domains
    .filter(({ domain }) => !has(drop, domain))
    .map(({ domain, isEnforced }) => ({
      domain,
      enforced: has(enforce, domain) || (isEnforced && !has(relax, domain)),
      ...(has(prove, domain) && { proved: true }),
    }))
  const fresh = [...new Set([...add, ...enforce, ...prove].map((name) => name.toLowerCase()))]
    .filter((domain) => !before.domains.some((claim) => claim.domain === domain))
    .map((domain) => ({
      domain,
      enforced: has(enforce, domain),
      ...(has(prove, domain) && { proved: true }),
    }))
  return [...old, ...fresh]
}

async function write(
  { id }: ManagedConnection,
  domains: readonly object[],
  { services, tenant }: InTenant,
): Promise<void> {
  const write = { kind: 'changes', changes: { domains } } as const
  const input = { tenantId: tenant.id, id, origin: 'cli', actor, write } as const
  saved(await services.connections.update(input))
}

async function checkAll({ id }: ManagedConnection, context: InTenant): Promise<readonly string[]> {
  const { services, tenant } = context
  const { domains } = await connectionNamed(id, context)
  const notes: string[] = []
  for (const { domain } of domains) {
    const key = { tenantId: tenant.id, connectionId: id, domain }
    const note = noteOf(await services.domainProofs.check({ ...key, actor }))
    if (note !== undefined) notes.push(`${domain}: ${note}`)
  }
  return notes
}

function noteOf(check: DomainCheck): string | undefined {
  if (check.kind === 'proved' || check.kind === 'unknown') return undefined
  if (check.kind === 'owned') return 'another connection of this tenant proved it before.'
  const reasons = {
    missing: 'the record is not there, or not everywhere yet.',
    alias: 'the name of the record is an alias (CNAME): it has to be a record of its own.',
    failed: 'the name servers gave no answer.',
  } as const
  return reasons[check.reason]
}

function outcomeOf(
  domains: ManagedConnection['domains'],
  notes: readonly string[],
  now: number,
): Outcome {
  const lines = domains.map((claim) => domainText(claim, now))
  const text = lines.length === 0 ? 'It has no domains.' : lines.join('\n')
  return { json: domains.map((claim) => domainJson(claim, now)), text, notes }
}
