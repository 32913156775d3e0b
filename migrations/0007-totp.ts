import type { Knex } from 'knex'

const schema = `
  -- An authenticator app: the secret sealed with this very row as associated data.
  CREATE TABLE totp_factors (
    tenant_id text NOT NULL,
    account_id text NOT NULL,
    sealed_secret text NOT NULL,
    -- the last time step that is used up; a code of it, or of one before, opens nothing (RFC 6238 §5.2)
    last_step bigint NOT NULL,
    enrolled_at timestamptz NOT NULL,
    last_used_at timestamptz,
    PRIMARY KEY (tenant_id, account_id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts ON DELETE CASCADE
  );

  -- The selector finds the row, the rest of the code is hashed with argon2id.
  CREATE TABLE recovery_codes (
    tenant_id text NOT NULL,
    account_id text NOT NULL,
    selector text NOT NULL,
    phc text NOT NULL,
    made_at timestamptz NOT NULL,
    -- when the person said that they keep them
    saved_at timestamptz,
    used_at timestamptz,
    PRIMARY KEY (tenant_id, account_id, selector),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts ON DELETE CASCADE
  );

  -- Guesses at either, of one account, from wherever. Times are milliseconds of the Unix epoch.
  CREATE TABLE factor_tries (
    tenant_id text NOT NULL,
    account_id text NOT NULL,
    method text NOT NULL,
    misses integer NOT NULL,
    recent integer NOT NULL,
    next_try_at bigint NOT NULL,
    forget_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, account_id, method),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts ON DELETE CASCADE
  );
`

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema)
}
