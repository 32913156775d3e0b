import type { Knex } from 'knex'

const schema = `
  -- Who refreshes what the other side let us do, and until when nobody else does: a refresh token that rotates is used once.
  ALTER TABLE identities
    ADD COLUMN refresh_claim text,
    ADD COLUMN refresh_until timestamptz;
`

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema)
}
