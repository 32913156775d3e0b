import { equalInConstantTime, hmacSha256 } from '#kit/hash.ts'
import type { AccountId, TenantId } from '#kit/ids.ts'
import { randomToken } from '#kit/random.ts'
import type { KeyDeriver } from '#kit/sealer.ts'
import type { DeviceCookies } from './password.ts'

/**
 * `nonce.mac` (Q37, OWASP device cookies). It proves that this browser once signed in to this account, and nothing else:
 * it never counts as a factor, and a stolen one only gives its thief a bucket of ten tries.
 */
export function createDeviceCookies(deps: { readonly keys: KeyDeriver }): DeviceCookies {
  const macInput = (accountId: AccountId, nonce: string) => JSON.stringify([accountId, nonce])

  return {
    issue(tenantId, accountId) {
      const nonce = randomToken(16)
      const key = deps.keys.derive('device', tenantId)
      return `${nonce}.${hmacSha256(key, macInput(accountId, nonce))}`
    },

    matches(tenantId: TenantId, accountId, value) {
      const [, nonce, mac] = /^([\w-]{22})\.([\w-]{43})$/.exec(value ?? '') ?? []
      if (nonce === undefined || mac === undefined) return false
      return deps.keys
        .deriveAll('device', tenantId)
        .some((key) => equalInConstantTime(hmacSha256(key, macInput(accountId, nonce)), mac))
    },
  }
}
