import { z } from 'zod'
import { addressOf, emailOf, saidOf, textsOf, type Said } from './claims.ts'
import type { Provider, Who } from './oidc.ts'
import { wishParameters } from './wishes.ts'

const shape = z.object({
  issuer: z.string(),
  client_id: z.string(),
  scopes: z.array(z.string()).default(['openid', 'email', 'profile']),
  token_endpoint_auth_method: z
    .enum(['client_secret_basic', 'client_secret_post', 'none'])
    .default('client_secret_basic'),
  id_token_signed_response_alg: z.enum(['RS256', 'PS256', 'ES256', 'EdDSA']).default('RS256'),
  prompt: z.string().optional(),
})

/** Any OpenID Provider, by discovery. */
export function genericProvider(stored: unknown): Provider {
  const settings = shape.parse(stored)
  return {
    clientId: settings.client_id,
    issuer: settings.issuer,
    isIssuer: (discovered) => discovered === settings.issuer, // OIDC Discovery §4.3: byte for byte
    alg: settings.id_token_signed_response_alg,
    authentication: settings.token_endpoint_auth_method,
    parameters: (wishes) => ({
      scope: settings.scopes.join(' '),
      ...wishParameters(wishes, settings.prompt),
    }),
    source: 'id_token',
    identify: (said) => identify(said, settings.issuer),
  }
}

function identify(said: Said, issuer: string): Who {
  const address = addressOf(said)
  const email = emailOf(address['email'])
  return {
    issuer,
    subject: String(said.token['sub']),
    email,
    // a boolean: whoever writes a text has not understood what is asked
    emailVerified: email !== undefined && address['email_verified'] === true,
    groups: textsOf(saidOf(said)['groups']),
  }
}
