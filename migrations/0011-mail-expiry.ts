import type { Knex } from 'knex'

/** A code that is over is not sent any more, however long the mail server was away. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE mail_outbox ADD COLUMN expires_at timestamptz')
}
