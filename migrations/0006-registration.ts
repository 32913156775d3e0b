import type { Knex } from 'knex'

const schema = `
  -- What a person agreed to, and when: kept as long as the account.
  CREATE TABLE agreements (
    tenant_id text NOT NULL,
    account_id text NOT NULL,
    document text NOT NULL CHECK (document IN ('terms', 'privacy')),
    version text NOT NULL,
    agreed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, account_id, document, version),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts ON DELETE CASCADE
  );

  -- Lets one address register once. The token is a SHA-256: a stolen table invites nobody.
  CREATE TABLE invitations (
    tenant_id text NOT NULL REFERENCES tenants ON DELETE CASCADE,
    id text NOT NULL,
    email text NOT NULL,
    token_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, token_hash)
  );
`

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema)
}
