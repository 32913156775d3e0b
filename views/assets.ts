import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

/** All our own files, read once at start; a path from a request never touches the disk. */
export type Assets = {
  /** The address of a file by its name: `/assets/signet.<hash>.css`. Throws for a name that is none. */
  readonly url: (file: string) => string
  /** By the path of a request, without a query. */
  readonly find: (path: string) => Asset | undefined
}

export type Asset = {
  readonly type: string
  readonly etag: string
  readonly body: Buffer
  /** Precompressed; left out where it would not be smaller. */
  readonly brotli: Buffer | undefined
  readonly gzip: Buffer | undefined
}

const types: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

/** Reads, hashes and compresses what lies in `views/assets`. The hash in the address allows `immutable`. */
export async function loadAssets(): Promise<Assets> {
  const folder = new URL('./assets/', import.meta.url)
  const urls = new Map<string, string>()
  const assets = new Map<string, Asset>()
  for (const file of await readdir(folder)) {
    const body = await readFile(new URL(file, folder))
    const hash = createHash('sha256').update(body).digest('base64url').slice(0, 16)
    const [stem = '', extension = ''] = file.split('.', 2)
    const url = `/assets/${stem}.${hash}.${extension}`
    urls.set(file, url)
    assets.set(url, await prepare(body, { hash, type: typeOf(file, extension) }))
  }
  return {
    url: (file) => {
      const url = urls.get(file)
      if (url === undefined) throw new Error(`there is no asset ${file}`)
      return url
    },
    find: (path) => assets.get(path),
  }
}

function typeOf(file: string, extension: string): string {
  const type = types[extension]
  if (type === undefined) throw new Error(`the asset ${file} has no known type`)
  return type
}

async function prepare(body: Buffer, facts: { hash: string; type: string }): Promise<Asset> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
  const brotli = await promisify(brotliCompress)(body, { params })
  const gzipped = await promisify(gzip)(body, { level: 9 })
  const smaller = (packed: Buffer) => (packed.length < body.length ? packed : undefined)
  return {
    type: facts.type,
    etag: `"${facts.hash}"`,
    body,
    brotli: smaller(brotli),
    gzip: smaller(gzipped),
  }
}
