import type { Database, Statement } from '#storage/storage.ts'
import type { Probes } from './commands.ts'

const look: Statement = {
  name: 'commands.look',
  text: `SELECT current_setting('server_version_num') AS version,
    (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now`,
}

export function createDatabaseProbe(deps: {
  readonly database: Pick<Database, 'statements'>
}): Probes['database'] {
  return async () => {
    const { rows } = await deps.database.statements.run<{ version: string; now: string }>(
      look,
      [],
      'relaxed',
    )
    const [row] = rows
    if (!row) throw new Error('the database did not say what it is')
    return { version: Number(row.version), now: Number(row.now) }
  }
}
