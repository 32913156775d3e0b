import type { Knex } from 'knex'

const schema = `
  -- What identity providers said of themselves last, and what that replaced: their metadata being away locks nobody out.
  CREATE TABLE saml_metadata (
    tenant_id text NOT NULL,
    connection_id text NOT NULL,
    url text NOT NULL,
    entity_id text NOT NULL,
    xml text NOT NULL,
    fetched_at timestamptz NOT NULL,
    xml_before text,
    replaced_at timestamptz,
    PRIMARY KEY (tenant_id, connection_id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE
  );

  -- Our key for one connection: signs what we send, opens what is encrypted for us.
  CREATE TABLE saml_keys (
    tenant_id text NOT NULL,
    connection_id text NOT NULL,
    sealed_private_key text NOT NULL,
    certificate text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, connection_id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE
  );
`

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema)
}
