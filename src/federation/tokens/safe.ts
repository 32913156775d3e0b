import { z } from 'zod'
import { SealBroken, type Sealer } from '#kit/sealer.ts'
import type { IdentityKey } from '../identity/identity.ts'
import type { TokenSafe } from './tokens.ts'

const stored = z.object({
  accessToken: z.string(),
  refreshToken: z.string().optional(),
  expiresAt: z.number().optional(),
  scope: z.string().optional(),
  server: z.string(),
  clientId: z.string(),
})

export function createTokenSafe(sealer: Sealer): TokenSafe {
  return {
    seal: (key, tokens) => sealer.seal(JSON.stringify(tokens), placeOf(key)),

    open(key, sealed) {
      const text = textIn(sealer, key, sealed)
      if (text === undefined) return undefined
      const { refreshToken, expiresAt, scope, ...rest } = stored.parse(JSON.parse(text))
      return { ...rest, refreshToken, expiresAt, scope }
    },
  }
}

function textIn(sealer: Sealer, key: IdentityKey, sealed: string): string | undefined {
  try {
    return sealer.open(sealed, placeOf(key))
  } catch (error) {
    if (error instanceof SealBroken) return undefined
    throw error
  }
}

/** SECURITY: the whole key of an identity, so that nobody's tokens are taken for somebody else's. */
const placeOf = ({ tenantId, connectionId, issuer, subject }: IdentityKey): readonly string[] => [
  tenantId,
  'identities',
  'sealed_tokens',
  connectionId,
  issuer,
  subject,
]
