// The end of the year 9999: beyond it neither store nor clock needs to think.
const latest = 253_402_300_799

/**
 * Whole epoch seconds a store can hold. An expiry may come from a stranger's `exp` claim, where any JSON number is
 * possible: a fraction, 1e300. What is no number at all has expired.
 */
export function storableExpiry(expiresAt: number | undefined): number | undefined {
  if (expiresAt === undefined) return undefined
  if (Number.isNaN(expiresAt)) return 0
  return Math.trunc(Math.min(Math.max(expiresAt, 0), latest))
}

/** False for a key no store holds: NUL does not fit into a Postgres text (22021), long ones not into an index. */
export function isStorableKey(key: string): boolean {
  return key.length <= 512 && !key.includes('\0')
}
