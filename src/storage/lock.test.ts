import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { temporaryFolder } from '#test/support/folders.ts'
import { DataFolderRefused, lockDataFolder } from './lock.ts'

describe('the lock of the data folder', () => {
  it('lets one in, and the next one after it left', () => {
    using folder = temporaryFolder()
    const release = lockDataFolder(folder.path)
    assert.throws(() => lockDataFolder(folder.path), DataFolderRefused)
    release()
    lockDataFolder(folder.path)()
  })

  it('names the process that holds it and what to do, and ends with a killed process', async () => {
    using folder = temporaryFolder()
    const module = JSON.stringify(new URL('./lock.ts', import.meta.url).href)
    const script = `const { lockDataFolder } = await import(${module})
      lockDataFolder(process.argv[1]); console.log('locked'); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script, folder.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(child, 'exit')
    await once(child.stdout, 'data')
    assert.throws(
      () => lockDataFolder(folder.path),
      (error: Error) => {
        assert.match(error.message, new RegExp(`process id ${child.pid}`))
        assert.match(error.message, /SIGNET_DATA_DIR/)
        assert.match(error.message, /DATABASE_URL/)
        return error instanceof DataFolderRefused
      },
    )
    child.kill('SIGKILL')
    await exited
    lockDataFolder(folder.path)()
  })
})
