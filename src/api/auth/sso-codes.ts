import { z } from 'zod'
import type { ApiSignIn } from '#federation/federation.ts'
import { equalInConstantTime, sha256 } from '#kit/hash.ts'
import type { ClientId, ConnectionId } from '#kit/ids.ts'
import { randomToken } from '#kit/random.ts'
import type { Proof } from '#login/login.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { keptProof } from './pending-sign-ins.ts'

/** What somebody proved elsewhere, until the front end that sent them asks for it. */
export type SsoCodes = {
  /** For a minute. */
  keep(
    tenant: Tenant,
    connectionId: ConnectionId,
    request: ApiSignIn,
    proof: Proof,
  ): Promise<string>
  /**
   * To exactly one of any number of concurrent callers, and only for the front end, the connection and the verifier it was
   * made for: whatever does not fit has used it up all the same (RFC 9700 §4.5).
   */
  take(tenant: Tenant, redeemed: Redeemed): Promise<Proof | undefined>
}

type Redeemed = {
  readonly clientId: ClientId
  readonly connectionId: ConnectionId
  readonly code: string
  readonly verifier: string
}

const lifetime = 60

const record = z.object({
  clientId: z.string(),
  connectionId: z.string(),
  codeChallenge: z.string(),
  proof: keptProof,
})

export function createSsoCodes(ephemeral: Pick<Ephemeral, 'put' | 'take'>): SsoCodes {
  return {
    async keep(tenant, connectionId, { clientId, codeChallenge }, proof) {
      const code = randomToken()
      const kept = JSON.stringify({ clientId, connectionId, codeChallenge, proof })
      await ephemeral.put(keyOf(tenant, code), kept, lifetime)
      return code
    },

    async take(tenant, { clientId, connectionId, code, verifier }) {
      const text = await ephemeral.take(keyOf(tenant, code))
      const kept = text === undefined ? undefined : record.parse(JSON.parse(text))
      if (kept?.clientId !== clientId || kept.connectionId !== connectionId) return undefined
      // RFC 7636 §4.6
      return equalInConstantTime(kept.codeChallenge, sha256(verifier)) ? kept.proof : undefined
    },
  }
}

const keyOf = (tenant: Tenant, code: string): EphemeralKey => ({
  tenantId: tenant.id,
  kind: 'api_sso_code',
  id: sha256(code),
})
