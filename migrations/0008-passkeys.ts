import type { Knex } from 'knex'

const schema = `
  -- Whom a passkey names: random, never the address (WebAuthn L3 §14.6.1). Kept as long as the account.
  CREATE TABLE passkey_users (
    tenant_id text NOT NULL,
    account_id text NOT NULL,
    user_handle text NOT NULL,
    PRIMARY KEY (tenant_id, account_id),
    UNIQUE (tenant_id, user_handle),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts ON DELETE CASCADE
  );

  CREATE TABLE passkeys (
    tenant_id text NOT NULL,
    credential_id text NOT NULL,
    account_id text NOT NULL,
    -- COSE_Key, base64url
    public_key text NOT NULL,
    sign_count bigint NOT NULL CHECK (sign_count >= 0),
    backup_eligible boolean NOT NULL,
    backed_up boolean NOT NULL CHECK (backup_eligible OR NOT backed_up),
    transports text[] NOT NULL DEFAULT '{}',
    aaguid text NOT NULL,
    name text,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    -- when its owner last unlocked it
    verified_at timestamptz,
    PRIMARY KEY (tenant_id, credential_id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts ON DELETE CASCADE
  );
  CREATE INDEX passkeys_account ON passkeys (tenant_id, account_id, created_at);
  -- tenants below one host share what a browser keeps for it
  CREATE INDEX passkeys_credential ON passkeys (credential_id);
`

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema)
}
