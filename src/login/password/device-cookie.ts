import { isVoid } from '#account/account.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { equalInConstantTime, hmacSha256, sha256 } from '#kit/hash.ts'
import type { AccountId, TenantId } from '#kit/ids.ts'
import { randomToken } from '#kit/random.ts'
import type { KeyDeriver } from '#kit/sealer.ts'
import type { DeviceCookies } from './password.ts'

type Mark = { readonly seconds: number; readonly nonce: string }

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

  function seal(tenantId: TenantId, accountId: AccountId, { seconds, nonce }: Mark): string {
    const at = seconds.toString(36)
    const key = deps.keys.derive('device', tenantId)
    return `${at}.${nonce}.${hmacSha256(key, macInput(accountId, at, nonce))}`
  }

  return {
    issue: (tenantId, accountId) =>
      seal(tenantId, accountId, { seconds: epochSeconds(deps.clock), nonce: randomToken(16) }),

    ofSession: (tenantId, accountId, { uid, authTime }) =>
      seal(tenantId, accountId, { seconds: authTime, nonce: sha256(uid).slice(0, 22) }),

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
