import type { Knex } from 'knex'

const schema = `
  CREATE TABLE connections (
    tenant_id text NOT NULL REFERENCES tenants ON DELETE CASCADE,
    id text NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    status text NOT NULL CHECK (status IN ('draft', 'active', 'disabled')),
    settings json NOT NULL,
    sealed_secret text,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
  );

  -- What a connection says is its own. Anybody may say so: nothing follows from it.
  CREATE TABLE connection_domains (
    tenant_id text NOT NULL,
    connection_id text NOT NULL,
    domain text NOT NULL,
    challenge text NOT NULL,
    enforced boolean NOT NULL,
    claimed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, domain),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE
  );

  -- What was proved. The key makes the first of several the owner.
  CREATE TABLE proved_domains (
    tenant_id text NOT NULL,
    domain text NOT NULL,
    connection_id text NOT NULL,
    proved_by text NOT NULL CHECK (proved_by IN ('dns', 'operator')),
    proved_at timestamptz NOT NULL,
    checked_at timestamptz NOT NULL,
    -- since when the proof is not found any more
    missing_since timestamptz,
    PRIMARY KEY (tenant_id, domain),
    FOREIGN KEY (tenant_id, connection_id, domain) REFERENCES connection_domains ON DELETE CASCADE
  );
  CREATE INDEX proved_domains_due ON proved_domains (checked_at) WHERE proved_by = 'dns';
`

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema)
}
