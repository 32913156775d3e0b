import type { Knex } from 'knex'

/** Changes of address that whoever had the old one may still undo. A row that is gone was used, or is over. */
const schema = `
  CREATE TABLE email_changes (
    tenant_id text NOT NULL,
    -- SHA-256 of the token in the mail to the old address
    id text NOT NULL,
    account_id text NOT NULL,
    old_email text NOT NULL,
    old_canonical text NOT NULL,
    new_canonical text NOT NULL,
    changed_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts ON DELETE CASCADE
  );
  CREATE INDEX email_changes_account ON email_changes (tenant_id, account_id);
  CREATE INDEX email_changes_kept ON email_changes (tenant_id, old_canonical);
  CREATE INDEX email_changes_end ON email_changes (ends_at);
`

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema)
}
