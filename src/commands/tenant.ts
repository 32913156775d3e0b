import type { Command } from 'commander'
import type { Tenant } from '#tenant/tenant.ts'
import type { Services } from './commands.ts'
import { refusal } from './failure.ts'
import type { Runner } from './runner.ts'
import { table } from './table.ts'

type CreateOptions = {
  readonly name?: string
  readonly issuer?: string
  readonly registration?: string
}

export function addTenantCommands(program: Command, runner: Runner): void {
  const tenant = program.command('tenant').description('issuers, each with its own people and keys')

  tenant
    .command('create')
    .description('add a tenant')
    .argument('<slug>', 'its name in addresses: $ISSUER/t/<slug>')
    .option('--name <name>', 'what people read; default: the slug')
    .option('--issuer <url>', 'an issuer of its own, on another origin')
    .option('--registration <who>', 'open, invite, domains or closed (default)')
    .action((slug: string, options: CreateOptions) =>
      runner.withServices(async ({ services }) => {
        const created = await createTenant(slug, options, services)
        const text = `Created the tenant ${created.slug}, whose issuer is ${created.issuer}`
        return { json: tenantJson(created), text }
      }),
    )

  tenant
    .command('list')
    .description('every tenant there is')
    .action(() =>
      runner.withServices(async ({ services }) => {
        const all = await services.tenants.list()
        const rows = all.map(({ slug, status, issuer, name }) => [slug, status, issuer, name])
        return {
          json: all.map(tenantJson),
          text: table(['SLUG', 'STATUS', 'ISSUER', 'NAME'], rows),
        }
      }),
    )
}

function createTenant(
  slug: string,
  { name = slug, issuer, registration }: CreateOptions,
  { tenants, audit, transactor }: Services,
): Promise<Tenant> {
  const settings = registration === undefined ? {} : { registration }
  return transactor.transaction(async (within) => {
    const result = await tenants.create({ slug, name, issuer, settings }, within)
    if (result.outcome === 'taken')
      throw refusal('tenant.taken', 'Another tenant has this slug or this issuer.')
    if (result.outcome === 'invalid')
      throw refusal('tenant.invalid', 'The tenant is not valid:', result.problems)
    const { tenant } = result
    const event = { tenantId: tenant.id, type: 'tenant.created', outcome: 'success' } as const
    await audit.append({ ...event, actor: { kind: 'cli' } }, within)
    return tenant
  })
}

function tenantJson({ id, slug, name, issuer, status, settings }: Tenant): object {
  return { id, slug, name, issuer, status, settings }
}
