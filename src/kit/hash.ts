import { createHmac, createSecretKey, hash, timingSafeEqual } from 'node:crypto'

/** SHA-256 as base64url: how bearer secrets of 112 bits or more are kept at rest (ASVS 6.5.2). */
export function sha256(value: string): string {
  return hash('sha256', value, 'base64url')
}

/** HMAC-SHA-256 as base64url. Node finds out what a key in bytes is by failing: that costs three times the work (measured). */
export function hmacSha256(key: Uint8Array, value: string): string {
  return createHmac('sha256', createSecretKey(key)).update(value).digest('base64url')
}

/**
 * Compares two strings without telling by its duration where they differ. Only whether they are of one length can be
 * seen: what is compared are digests and MACs, whose length everybody knows.
 */
export function equalInConstantTime(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left), Buffer.from(right)]
  return one.length === other.length && timingSafeEqual(one, other)
}
