import type { Knex } from 'knex'

/** The one index an account's trail needs: in the order it is read, so that nothing is sorted however much there is. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE INDEX audit_people_trail ON audit_people (tenant_id, account_id, at, sequence);
    DROP INDEX audit_people_account;
    DROP INDEX audit_people_recent;
  `)
}
