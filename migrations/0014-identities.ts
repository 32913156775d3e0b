import type { Knex } from 'knex'

const schema = `
  -- Who somebody is elsewhere. Never found by an address or a name: those change hands, issuer and subject do not.
  CREATE TABLE identities (
    tenant_id text NOT NULL,
    connection_id text NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL,
    account_id text NOT NULL,
    -- what the other side called this person when it was linked: for people to read
    email text,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    -- what the other side let us do there, sealed at its row
    sealed_tokens text,
    PRIMARY KEY (tenant_id, connection_id, issuer, subject),
    -- one of a connection for an account; also finds those of an account
    UNIQUE (tenant_id, account_id, connection_id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE
  );
`

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema)
}
