import type { Knex } from 'knex'

/** Every sign-in asks what happened to its account in the last minutes: of a long history, only those are read. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('CREATE INDEX audit_people_recent ON audit_people (tenant_id, account_id, at)')
}
