import type { Knex } from 'knex'

const schema = `
  -- Who administers a tenant is found among its people without reading all of them.
  CREATE INDEX accounts_roles ON accounts USING gin (roles) WHERE roles <> '{}';

  -- Which ends of whose certificates were told of: once for each certificate and stretch of time.
  CREATE TABLE saml_certificate_notices (
    tenant_id text NOT NULL,
    connection_id text NOT NULL,
    fingerprint text NOT NULL,
    days integer NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, fingerprint, days),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE
  );
`

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema)
}
