/** All our own files, read once at start; a path from a request never touches the disk. */
export type Assets = {
  /** The address of a file by its name: `/assets/signet.<hash>.css`. Throws for a name that is none. */
  url(file: string): string
  /** By the path of a request, without a query. */
  find(path: string): Asset | undefined
}

export type Asset = {
  readonly type: string
  readonly etag: string
  readonly body: Buffer
  /** Precompressed; left out where it would not be smaller. */
  readonly brotli: Buffer | undefined
  readonly gzip: Buffer | undefined
}

export function loadAssets(): Promise<Assets> {
  return Promise.reject(new Error('not yet'))
}
