import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { JWK } from 'jose'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import type { DemoPerson } from './identity-provider.ts'

export type IdTokens = {
  /** Public. */
  jwks(): Promise<{ readonly keys: readonly JWK[] }>
  /** OIDC Core §2, with the profile: there is no userinfo to ask. */
  issue(to: {
    readonly clientId: string
    readonly person: DemoPerson
    readonly nonce: string | undefined
    /** Epoch seconds. */
    readonly authTime: number
  }): Promise<string>
}

const alg = 'ES256'

/** Its key is drawn when it is first needed, and gone with the process: who relies on it reads it anew. */
export function createIdTokens(issuer: string, clock: Clock): IdTokens {
  let drawn: ReturnType<typeof drawKey> | undefined
  const key = () => (drawn ??= drawKey())

  return {
    jwks: async () => ({ keys: [(await key()).publicJwk] }),

    async issue({ clientId, person, nonce, authTime }) {
      const { id, ...profile } = person
      const { privateKey, publicJwk } = await key()
      const now = epochSeconds(clock)
      const claims = { ...profile, email_verified: true, auth_time: authTime }
      return new SignJWT(nonce === undefined ? claims : { ...claims, nonce })
        .setProtectedHeader({ alg, kid: String(publicJwk.kid) })
        .setIssuer(issuer)
        .setSubject(id)
        .setAudience(clientId)
        .setIssuedAt(now)
        .setExpirationTime(now + 300)
        .sign(privateKey)
    },
  }
}

async function drawKey() {
  const { privateKey, publicKey } = await generateKeyPair(alg)
  const publicJwk: JWK = { ...(await exportJWK(publicKey)), alg, use: 'sig', kid: 'demo' }
  return { privateKey, publicJwk }
}
