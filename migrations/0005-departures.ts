import type { Knex } from 'knex'

/** People who leave: 14 days in which they may come back, then the row goes, and what hangs on it. */
const schema = `
  ALTER TABLE accounts ADD COLUMN leaves_at timestamptz;
  ALTER TABLE accounts DROP CONSTRAINT accounts_status_check;
  ALTER TABLE accounts ADD CONSTRAINT accounts_status_check
    CHECK (status IN ('active', 'disabled', 'leaving', 'deleted'));
  CREATE INDEX accounts_leaving ON accounts (leaves_at) WHERE leaves_at IS NOT NULL;
`

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema)
}
