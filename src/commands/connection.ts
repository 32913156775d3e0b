import type { Command } from 'commander'
import type { ConnectionStatus } from '#federation/federation.ts'
import { addConnectionAdd } from './connection-add.ts'
import { addConnectionDomains } from './connection-domains.ts'
import { addConnectionHealth } from './connection-health.ts'
import { connectionJson, connectionNamed, connectionText, saved } from './connection-view.ts'
import { refusal } from './failure.ts'
import type { Runner } from './runner.ts'
import { table } from './table.ts'

const actor = { kind: 'cli' } as const

export function addConnectionCommands(program: Command, runner: Runner): void {
  const connection = program
    .command('connection')
    .description('where people have an account as well: Google, Microsoft, a company’s own')
  addConnectionAdd(connection, runner)
  addList(connection, runner)
  addStatus(connection, runner)

  connection
    .command('show')
    .description('everything but the secret, and what to enter on the other side')
    .argument('<id>')
    .action((id: string) =>
      runner.inTenant(async (context) => {
        const shown = await connectionNamed(id, context)
        const seen = { tenant: context.tenant, now: runner.clock.now() }
        return { json: connectionJson(shown, seen), text: connectionText(shown, seen) }
      }),
    )

  connection
    .command('remove')
    .description('forget it, its domains, and that anybody came by it; people stay')
    .argument('<id>')
    .action((id: string) =>
      runner.inTenant(async (context) => {
        const { services, tenant } = context
        const { id: found } = await connectionNamed(id, context)
        const removed = await services.connections.remove({ tenantId: tenant.id, id: found, actor })
        if (!removed) throw refusal('connection.unknown', `${id} is gone already.`)
        return { json: { id: found, removed }, text: `Removed the connection ${found}.` }
      }),
    )

  addConnectionDomains(connection, runner)
  addConnectionHealth(connection, runner)
}

function addList(connection: Command, runner: Runner): void {
  connection
    .command('list')
    .description('every connection there is')
    .action(() =>
      runner.inTenant(async ({ services, tenant }) => {
        const connections = await services.connections.list(tenant.id)
        const rows = connections.map(({ id, type, status, domains, name }) => [
          id,
          type,
          status,
          domains.map(({ domain }) => domain).join(' '),
          name,
        ])
        return {
          json: connections.map((one) => connectionJson(one, { tenant, now: runner.clock.now() })),
          text: table(['ID', 'TYPE', 'STATUS', 'DOMAINS', 'NAME'], rows),
        }
      }),
    )
}

const statuses: readonly (readonly [string, ConnectionStatus, string])[] = [
  ['enable', 'active', 'let people sign in by it'],
  ['disable', 'disabled', 'let nobody come by it any more, at once'],
]

function addStatus(connection: Command, runner: Runner): void {
  for (const [name, status, description] of statuses)
    connection
      .command(name)
      .description(description)
      .argument('<id>')
      .action((id: string) =>
        runner.inTenant(async (context) => {
          const { services, tenant } = context
          const { id: found } = await connectionNamed(id, context)
          const write = { kind: 'changes', changes: { status } } as const
          const input = { tenantId: tenant.id, id: found, origin: 'cli', actor, write } as const
          const changed = saved(await services.connections.update(input))
          return {
            json: connectionJson(changed, { tenant, now: runner.clock.now() }),
            text: `${changed.id} is ${changed.status}.`,
          }
        }),
      )
}
