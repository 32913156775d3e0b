import { importJWK, importPKCS8, SignJWT, type JWK } from 'jose'
import * as oidc from 'openid-client'
import { z } from 'zod'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import type { ClientKeyAlg } from '../connection/connection.ts'
import type { Authentication, Provider } from './oidc.ts'
import { Refused } from './problem.ts'

/** How we prove at its token endpoint who we are. Throws `Refused` where the secret is missing or is none. */
export async function authenticationOf(
  { authentication, clientId }: Pick<Provider, 'authentication' | 'clientId'>,
  secret: string | undefined,
  clock: Clock,
): Promise<oidc.ClientAuth> {
  if (authentication === 'none') return oidc.None()
  if (secret === undefined || secret === '') throw new Refused('connection.secret')
  if (authentication === 'client_secret_basic') return oidc.ClientSecretBasic(secret)
  if (authentication === 'client_secret_post') return oidc.ClientSecretPost(secret)
  if ('alg' in authentication) return assertionOf(authentication, secret, clock)
  return oidc.ClientSecretPost(await appleSecret(authentication, { clientId, key: secret, clock }))
}

/** Seconds an assertion is good for: it is made for one request. */
const assertionLifetime = 60

/**
 * RFC 7523 §3. SECURITY: for one server, and it is named as we know it, never as an answer of the moment has it: whoever could
 * choose the audience could use it elsewhere (CVE-2025-27370). `jti` is the library's, random for each.
 */
async function assertionOf(
  { alg, audience }: Extract<Authentication, { alg: unknown }>,
  privateKey: string,
  clock: Clock,
): Promise<oidc.ClientAuth> {
  const { key, kid } = await signingKey(privateKey, alg)
  return (server, client, body, headers) => {
    const aud = audience === 'issuer' ? server.issuer : tokenEndpointOf(server)
    const sign = oidc.PrivateKeyJwt(
      { key, kid },
      {
        [oidc.modifyAssertion](_, payload) {
          const now = epochSeconds(clock)
          // no `nbf`: their clock may be behind ours
          Object.assign(payload, { aud, iat: now, exp: now + assertionLifetime, nbf: undefined })
        },
      },
    )
    return sign(server, client, body, headers)
  }
}

/** Only where the issuer itself is: an address elsewhere is somebody else's audience. */
function tokenEndpointOf({ issuer, token_endpoint: address = '' }: oidc.ServerMetadata): string {
  if (URL.parse(address)?.origin !== new URL(issuer).origin) throw new Refused('discovery.endpoint')
  return address
}

async function signingKey(text: string, alg: ClientKeyAlg) {
  try {
    const jwk = keyShape.parse(JSON.parse(text))
    const key = await importJWK(jwk as JWK, alg)
    if (key instanceof CryptoKey) return { key, kid: jwk.kid }
  } catch {
    // what was kept is none of ours: said below, without a word of it
  }
  throw new Refused('connection.secret')
}

const keyShape = z.looseObject({ kty: z.enum(['EC', 'RSA']), kid: z.string(), d: z.string() })

/** Seconds; Apple takes up to six months, and one exchange needs none of it. */
const appleSecretLifetime = 300

async function appleSecret(
  { teamId, keyId }: Extract<Authentication, { teamId: unknown }>,
  { clientId, key, clock }: { clientId: string; key: string; clock: Clock },
): Promise<string> {
  const now = epochSeconds(clock)
  const privateKey = await importPKCS8(key, 'ES256').catch(() => {
    throw new Refused('connection.secret')
  })
  return new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: keyId })
    .setIssuer(teamId)
    .setSubject(clientId)
    .setAudience('https://appleid.apple.com')
    .setIssuedAt(now)
    .setExpirationTime(now + appleSecretLifetime)
    .sign(privateKey)
}
