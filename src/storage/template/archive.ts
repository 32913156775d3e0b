import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'

/**
 * The least of tar (POSIX ustar) that a data folder needs: plain files and folders with short names. Entries are sorted
 * and carry no time and no owner, so the same folder packs to the same bytes.
 */
const block = 512

export function pack(folder: string): Buffer {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const entries = names.flatMap((name) => {
    const isFolder = statSync(join(folder, name)).isDirectory()
    const data = isFolder ? Buffer.alloc(0) : readFileSync(join(folder, name))
    const padding = Buffer.alloc((block - (data.length % block)) % block)
    return [header(name, data.length, isFolder), data, padding]
  })
  return gzipSync(Buffer.concat([...entries, Buffer.alloc(2 * block)]), { level: 9 })
}

export function unpack(archive: Buffer, folder: string): void {
  const tar = gunzipSync(archive)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (let at = 0; at + block <= tar.length && tar[at] !== 0;) {
    const name = text(tar, at, 100)
    const size = Number.parseInt(text(tar, at + 124, 12), 8)
    const path = join(folder, name)
    if (text(tar, at + 156, 1) === '5') {
      mkdirSync(path, { recursive: true, mode: 0o700 })
    } else {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      writeFileSync(path, tar.subarray(at + block, at + block + size), { mode: 0o600 })
    }
    at += block + Math.ceil(size / block) * block
  }
}

function header(name: string, size: number, isFolder: boolean): Buffer {
  if (Buffer.byteLength(name) > 100) throw new RangeError(`${name} is too long for a tar entry`)
  const bytes = Buffer.alloc(block)
  const octal = (value: number, width: number) => value.toString(8).padStart(width - 1, '0') + '\0'
  bytes.write(name, 0)
  bytes.write(octal(isFolder ? 0o700 : 0o600, 8), 100)
  bytes.write(octal(0, 8), 108)
  bytes.write(octal(0, 8), 116)
  bytes.write(octal(size, 12), 124)
  bytes.write(octal(0, 12), 136)
  bytes.write('        ', 148) // the checksum counts itself as spaces
  bytes.write(isFolder ? '5' : '0', 156)
  bytes.write('ustar\u000000', 257)
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  bytes.write(sum.toString(8).padStart(6, '0') + '\0 ', 148)
  return bytes
}

function text(tar: Buffer, at: number, length: number): string {
  const bytes = tar.subarray(at, at + length)
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end === -1 ? length : end)
}
