import type { Knex } from 'knex'

const schema = `
  -- Browsers on which a person need not give their second step. The token is a SHA-256: a stolen table skips nothing.
  CREATE TABLE trusted_devices (
    tenant_id text NOT NULL,
    id text NOT NULL,
    account_id text NOT NULL,
    token_hash text NOT NULL,
    browser text,
    system text,
    city text,
    country text,
    trusted_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, token_hash),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts ON DELETE CASCADE
  );
  CREATE INDEX trusted_devices_account ON trusted_devices (tenant_id, account_id);
  CREATE INDEX trusted_devices_expiry ON trusted_devices (expires_at);

  -- From where and when somebody usually signs in: what a doubtful sign-in is told by. Gone after 90 days without one.
  CREATE TABLE sign_in_habits (
    tenant_id text NOT NULL,
    account_id text NOT NULL,
    habits jsonb NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, account_id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts ON DELETE CASCADE
  );
  CREATE INDEX sign_in_habits_expiry ON sign_in_habits (expires_at);
`

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema)
}
