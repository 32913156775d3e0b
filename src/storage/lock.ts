import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** The folder of the embedded database cannot be used; the message says what to do. */
export class DataFolderRefused extends Error {
  override readonly name = 'DataFolderRefused'
}

/**
 * Makes this process the only one that opens `dataDir`. PGlite itself does not look: two processes on one folder
 * silently lose each other's rows. The lock is the operating system's (through SQLite), so it ends with the process,
 * however that ends. Released by calling the result.
 */
export function lockDataFolder(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const holderFile = join(dataDir, 'database.pid')
  const lock = new DatabaseSync(join(dataDir, 'database.lock'), { timeout: 0 })
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    throw new DataFolderRefused(
      `${dataDir} is in use by another process${holder(holderFile)}. Stop that process, or give this one its own ` +
        'folder with SIGNET_DATA_DIR. Several processes need a real Postgres: set DATABASE_URL.',
      { cause: error },
    )
  }
  writeFileSync(holderFile, `${process.pid}\n`)
  return () => lock.close()
}

function holder(file: string): string {
  try {
    return ` (process id ${readFileSync(file, 'utf8').trim()})`
  } catch {
    return ''
  }
}
