/** Files as the configuration reads them; injected, so that tests need no disk. */
export type ReadableFiles = {
  /** Throws when the file cannot be read. */
  read(path: string): string
}

export function readText(files: ReadableFiles, path: string): string | undefined {
  try {
    return files.read(path)
  } catch {
    return undefined
  }
}
