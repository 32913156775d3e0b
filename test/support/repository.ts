import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SourceFile } from './architecture.ts'

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

const notOurs = new Set(['node_modules', 'data', 'coverage', '.git'])

/** Paths of everything in it, with slashes, but for what is installed or generated. */
export function listFiles(folder = ''): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name)
    if (entry.isDirectory()) return notOurs.has(entry.name) ? [] : listFiles(path)
    return [path]
  })
}

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** Of the given kinds, with their text. */
export function readFiles(extensions: RegExp): readonly SourceFile[] {
  return listFiles()
    .filter((path) => extensions.test(path))
    .map((path) => ({ path, text: read(path) }))
}
