import type { Knex } from 'knex'

const schema = `
  -- By which session over there one of ours came, so that who signs out there is signed out here.
  CREATE TABLE saml_sessions (
    tenant_id text NOT NULL,
    session_uid text NOT NULL,
    connection_id text NOT NULL,
    -- SHA-256 of who they are there: entityID, NameID, its format and both qualifiers
    name_key text NOT NULL,
    -- SHA-256 of the SessionIndex; empty where they gave none
    index_key text NOT NULL,
    -- whose the session was: another person's who took it over is not theirs to end
    account_id text NOT NULL,
    PRIMARY KEY (tenant_id, session_uid, connection_id, name_key, index_key),
    FOREIGN KEY (tenant_id, session_uid) REFERENCES sessions ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE
  );
  CREATE INDEX saml_sessions_name ON saml_sessions (tenant_id, connection_id, name_key);
  CREATE INDEX saml_sessions_account ON saml_sessions (tenant_id, account_id);
`

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema)
}
