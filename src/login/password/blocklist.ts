import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { codePoints } from '#kit/text.ts'

/**
 * Passwords too many people choose (Q28), compared whole and without case. The file holds the first bytes of their
 * SHA-256, sorted: compact, searched where it lies, and a good password is refused by chance once in ten million.
 * How it is made, and from what: `blocklist.md`.
 */
export const entryBytes = 5

/** Fewer code points than this is no password anywhere, also when repeated. */
const shortestUnit = 8

export function blocklistEntry(password: string): Buffer {
  return hash('sha256', folded(password), 'buffer').subarray(0, entryBytes)
}

export function loadBlocklist(): (password: string) => boolean {
  return createBlocklist(readFileSync(new URL('blocklist.bin', import.meta.url)))
}

export function createBlocklist(entries: Buffer): (password: string) => boolean {
  return (password) => {
    const unit = repeatedUnit(folded(password))
    return codePoints(unit) < shortestUnit || [password, unit].some((text) => isListed(text))
  }

  function isListed(password: string): boolean {
    const wanted = blocklistEntry(password)
    let low = 0
    let high = entries.length / entryBytes
    while (low < high) {
      const middle = (low + high) >>> 1
      const start = middle * entryBytes
      const order = wanted.compare(entries, start, start + entryBytes)
      if (order === 0) return true
      if (order < 0) high = middle
      else low = middle + 1
    }
    return false
  }
}

/** The shortest beginning that gives the whole when repeated, the last time perhaps in part: `abc` of `abcabca`. */
function repeatedUnit(text: string): string {
  const characters = Array.from(text)
  const repeatsAfter = (length: number) =>
    characters.every((character, at) => at < length || character === characters[at - length])
  const length = characters.findIndex((_, at) => at > 0 && repeatsAfter(at))
  return characters.slice(0, length < 0 ? undefined : length).join('')
}

function folded(password: string): string {
  return password.normalize('NFC').toLowerCase()
}
