import { PGlite } from '@electric-sql/pglite'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pack } from './archive.ts'

/**
 * Makes `pgdata-18.tar.gz`, the empty data folder a new embedded database starts from: unpacking it takes a tenth of
 * what initdb takes. Run it by hand after an update of PGlite: `node src/storage/template/build.ts`. Nothing is in it
 * but what initdb made. Two runs differ only in the system identifier and its checksums.
 */
const settings = [
  'shared_buffers = 8MB', // 197 instead of 340 MB resident, no slower for a laptop's load
  'max_wal_size = 32MB',
  'min_wal_size = 2MB',
  "timezone = 'UTC'",
]

const dir = join(mkdtempSync(join(tmpdir(), 'signet-template-')), 'data')
try {
  const first = await PGlite.create({
    dataDir: dir,
    postgresqlconf: settings,
    initDbStartParams: ['--wal-segsize=1'],
  })
  // Only `postgres` is ever opened; its two templates would be half of the archive.
  await first.exec('UPDATE pg_database SET datistemplate = false')
  await first.exec('DROP DATABASE template0')
  await first.exec('DROP DATABASE template1')
  await first.close()
  await checkpointAndClose(dir)
  await checkpointAndClose(dir) // the second one has nothing left but to recycle the first one's log
  writeFileSync(new URL('./pgdata-18.tar.gz', import.meta.url), pack(dir))
} finally {
  rmSync(dir, { recursive: true, force: true })
}

async function checkpointAndClose(dataDir: string): Promise<void> {
  const pglite = await PGlite.create({ dataDir })
  await pglite.exec('VACUUM (FREEZE)')
  await pglite.exec('SELECT pg_switch_wal()')
  await pglite.exec('CHECKPOINT')
  await pglite.close()
}
