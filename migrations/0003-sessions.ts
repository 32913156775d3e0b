import type { Knex } from 'knex'

/**
 * What the engine's sessions do not remember: where and how somebody signed in. One row for each, by the `uid` that stays
 * while the cookie changes; the row goes with the session, and its address with it. Sessions from before are taken over,
 * so that they can be seen and ended.
 */
const schema = `
  CREATE TABLE sessions (
    tenant_id text NOT NULL,
    uid text NOT NULL,
    account_id text NOT NULL,
    acr text,
    amr text[] NOT NULL DEFAULT '{}',
    proved_at timestamptz NOT NULL,
    browser text,
    system text,
    ip text,
    city text,
    country text,
    opened_at timestamptz NOT NULL,
    -- somebody began to end it; it is gone once every part of it is
    ended_at timestamptz,
    expires_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, uid),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts ON DELETE CASCADE
  );
  CREATE INDEX sessions_account ON sessions (tenant_id, account_id, proved_at);
  CREATE INDEX sessions_expiry ON sessions (expires_at);

  -- A notice about a new device is for those who had one before.
  CREATE TABLE first_sign_ins (
    tenant_id text NOT NULL,
    account_id text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, account_id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts ON DELETE CASCADE
  );

  -- Nobody knows which of the accounts there are has been signed in to: a notice too much is better than one too few.
  INSERT INTO first_sign_ins (tenant_id, account_id, at) SELECT tenant_id, id, created_at FROM accounts;

  INSERT INTO sessions (tenant_id, uid, account_id, acr, proved_at, opened_at, expires_at)
  SELECT DISTINCT ON (s.tenant_id, s.uid) s.tenant_id, s.uid, s.account_id, s.payload->>'acr',
    to_timestamp((s.payload->>'loginTs')::bigint), to_timestamp((s.payload->>'loginTs')::bigint), s.expires_at
  FROM oidc_artifacts s JOIN accounts a ON a.tenant_id = s.tenant_id AND a.id = s.account_id
  WHERE s.model = 'Session' AND s.uid IS NOT NULL AND s.expires_at IS NOT NULL
    AND s.payload->>'loginTs' IS NOT NULL
  ORDER BY s.tenant_id, s.uid, s.expires_at DESC;
`

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema)
}
