import type { Command } from 'commander'
import type { Health } from '#federation/federation.ts'
import { connectionNamed } from './connection-view.ts'
import type { InTenant, Outcome, Runner } from './runner.ts'
import { table } from './table.ts'

const actor = { kind: 'cli' } as const

export function addConnectionHealth(connection: Command, runner: Runner): void {
  connection
    .command('test')
    .description('ask the other side; exit code 1 when it fails')
    .argument('<id>')
    .action((id: string) => runner.inTenant((context) => look(id, context)))

  connection
    .command('refresh')
    .description('have every process ask the other side anew, beginning with this one')
    .argument('<id>')
    .action((id: string) =>
      runner.inTenant(async (context) => {
        const { services, tenant } = context
        const { id: found } = await connectionNamed(id, context)
        await services.connections.refresh({ tenantId: tenant.id, id: found, actor })
        return look(id, context)
      }),
    )
}

async function look(id: string, context: InTenant): Promise<Outcome> {
  const connection = await connectionNamed(id, context)
  const health = await context.services.connectionHealth(connection, { refresh: true })
  const exitCode = health.state === 'failing' ? 1 : 0
  return { json: healthJson(health), text: healthText(health), exitCode }
}

function healthJson({ state, checks }: Health): object {
  return {
    state,
    checks: checks.map(({ checkedAt, endsAt, ...check }) => ({
      ...check,
      checked_at: checkedAt,
      ends_at: endsAt,
    })),
  }
}

function healthText({ state, checks }: Health): string {
  const rows = checks.map((check) => [check.name, check.state, check.detail])
  return rows.length === 0 ? state : `${table(['CHECK', 'STATE', 'DETAIL'], rows)}\n\n${state}`
}
