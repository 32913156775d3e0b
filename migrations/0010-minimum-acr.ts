import type { Knex } from 'knex'

const schema = `
  -- What must have been proved for a token of this API (OIDC Core acr); null: whatever the tenant asks for.
  ALTER TABLE resources ADD COLUMN minimum_acr text;
`

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema)
}
