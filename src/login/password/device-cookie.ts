import { isVoid } from '#account/account.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { equalInConstantTime, hmacSha256 } from '#kit/hash.ts'
import type { AccountId, TenantId } from '#kit/ids.ts'
import { randomToken } from '#kit/random.ts'
import type { KeyDeriver } from '#kit/sealer.ts'
import type { DeviceCookies } from './password.ts'

/**
 * `time.nonce.mac` (Q37, OWASP device cookies). It proves that this browser once signed in to this account, and nothing
 * else: it never counts as a factor, and a stolen one only gives its thief a bucket of ten tries, until the account ends.
 */
export function createDeviceCookies(deps: {
  readonly keys: KeyDeriver
  readonly clock: Clock
}): DeviceCookies {
  const macInput = (accountId: AccountId, at: string, nonce: string) =>
    JSON.stringify([accountId, at, nonce])

  return {
    issue(tenantId, accountId) {
      const at = epochSeconds(deps.clock).toString(36)
      const nonce = randomToken(16)
      const key = deps.keys.derive('device', tenantId)
      return `${at}.${nonce}.${hmacSha256(key, macInput(accountId, at, nonce))}`
    },

    matches(tenantId: TenantId, accountId, value, endedAt) {
      const [, at, nonce, mac] =
        /^([0-9a-z]{1,8})\.([\w-]{22})\.([\w-]{43})$/.exec(value ?? '') ?? []
      if (at === undefined || nonce === undefined || mac === undefined) return false
      if (isVoid({ endedAt }, Number.parseInt(at, 36))) return false
      return deps.keys
        .deriveAll('device', tenantId)
        .some((key) => equalInConstantTime(hmacSha256(key, macInput(accountId, at, nonce)), mac))
    },
  }
}
