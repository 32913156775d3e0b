/** Bytes of each of the two numbers of a P-256 signature. */
const numberBytes = 32

/**
 * R and S side by side, each 32 bytes (RFC 7518 §3.4), from the DER that OpenSSL makes: SEQUENCE { INTEGER r, INTEGER s }
 * with lengths below 128 throughout.
 */
export function fixedForm(der: Uint8Array): Uint8Array {
  const fixed = new Uint8Array(2 * numberBytes)
  const endOfR = copyNumber(der, 2, fixed.subarray(0, numberBytes))
  copyNumber(der, endOfR, fixed.subarray(numberBytes))
  return fixed
}

/** Copies the INTEGER at `start`, right-aligned; gives where it ends. */
function copyNumber(der: Uint8Array, start: number, into: Uint8Array): number {
  const end = start + 2 + (der[start + 1] ?? 0)
  // a leading zero keeps a number positive, a small one is shorter than 32 bytes
  const first = Math.max(start + 2, end - numberBytes)
  into.set(der.subarray(first, end), numberBytes - (end - first))
  return end
}
