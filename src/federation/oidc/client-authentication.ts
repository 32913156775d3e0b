import { importPKCS8, SignJWT } from 'jose'
import * as oidc from 'openid-client'
import { epochSeconds, type Clock } from '#kit/clock.ts'
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
  return oidc.ClientSecretPost(await appleSecret(authentication, { clientId, key: secret, clock }))
}

/** Seconds; Apple takes up to six months, and one exchange needs none of it. */
const appleSecretLifetime = 300

async function appleSecret(
  { teamId, keyId }: Exclude<Authentication, string>,
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
