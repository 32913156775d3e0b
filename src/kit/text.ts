/** True when `text` holds no NUL, no other C0/C1 control character and no unpaired surrogate (Q92, F11). */
export function isCleanText(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text)
}

const directions = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** True for clean text without marks that turn the direction of reading: they let a name rewrite the sentence it stands in. */
export function isPlainLine(text: string): boolean {
  return isCleanText(text) && text.search(directions) < 0
}

/** The same text with its letters where they were typed. */
export function withoutDirections(text: string): string {
  return text.replaceAll(directions, '')
}

/** What a stranger wrote, fit for one line of a log or an audit event: bounded, and whole characters alone (F11, CWE-117). */
export function toPlainLine(text: string): string {
  const bounded = text.slice(0, 300).toWellFormed()
  return bounded.replace(/[\p{Cc}\p{Cf}\p{Co}\u2028\u2029]+/gu, ' ')
}

/** True when a secret may be hashed: anything Unicode but NUL and unpaired surrogates (Q27). */
export function isHashableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

/** Length as a person counts it: Unicode code points, not UTF-16 units (Q26). */
export function codePoints(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}

/**
 * True when a JSON text carries an escaped NUL or unpaired surrogate, which a `jsonb` column refuses (F11).
 * `JSON.stringify` writes those, and only those, as `\u0000` and `\ud8xx`.
 */
export function hasUnstorableEscape(json: string): boolean {
  return json.includes('\\u') && /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/.test(json)
}
