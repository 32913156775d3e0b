import type { Knex } from 'knex'

/**
 * Who an audit event is about, beside the chain: the chain holds only a salted hash of it. Removing these rows erases a
 * person from the trail and leaves every link as it was. What was written before stays in its event.
 */
const schema = `
  CREATE TABLE audit_people (
    tenant_id text NOT NULL,
    sequence bigint NOT NULL,
    account_id text NOT NULL,
    at timestamptz NOT NULL,
    -- the exact text the event's hash of it covers, salt included
    data text NOT NULL,
    PRIMARY KEY (tenant_id, sequence)
  );
  CREATE INDEX audit_people_account ON audit_people (tenant_id, account_id, sequence);

  CREATE FUNCTION audit_people_are_only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'audit_people is written once and only ever erased'; END $$;
  CREATE TRIGGER audit_people_only_erased BEFORE UPDATE OR TRUNCATE ON audit_people
    FOR EACH STATEMENT EXECUTE FUNCTION audit_people_are_only_erased();
`

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema)
}
