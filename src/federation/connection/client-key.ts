import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import { z } from 'zod'
import type { ConnectionType } from '../federation.ts'

/** What signs our assertions at a connection's token endpoint (RFC 7523 §2.2). */
export type ClientKeyAlg = 'ES256' | 'PS256' | 'RS256'

type Settings = Readonly<Record<string, unknown>>

/** How a key of ours is to be made; undefined where we prove who we are by something else. */
export function clientKeyAlg(type: ConnectionType, settings: Settings): ClientKeyAlg | undefined {
  if (type !== 'oidc' || settings['token_endpoint_auth_method'] !== 'private_key_jwt')
    return undefined
  return settings['token_endpoint_auth_signing_alg'] as ClientKeyAlg // the schema let nothing else through
}

/**
 * A private key as JWK, in JSON, to be sealed. SECURITY: drawn here, for one connection, and never shown: what nobody brings
 * nobody can have a copy of, and an assertion made for one server fits no other (RFC 9700 §2.5, CVE-2025-27370).
 */
export async function newClientKey(alg: ClientKeyAlg): Promise<string> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 3072 })
  const jwk = await exportJWK(privateKey)
  return JSON.stringify({ ...jwk, kid: await calculateJwkThumbprint(jwk), alg, use: 'sig' })
}

const publicShape = z.object({
  kty: z.enum(['EC', 'RSA']),
  kid: z.string(),
  alg: z.string(),
  use: z.literal('sig'),
  crv: z.string().optional(),
  x: z.string().optional(),
  y: z.string().optional(),
  n: z.string().optional(),
  e: z.string().optional(),
})

/** What the other side verifies with. SECURITY: what is public is named here one by one; all else stays. */
export function publicClientKey(privateKey: string): JWK {
  return publicShape.parse(JSON.parse(privateKey)) as JWK
}
