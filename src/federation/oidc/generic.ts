import type { SettingsOf } from '../connection/connection.ts'
import { addressOf, emailOf, saidOf, textsOf, type Said } from './claims.ts'
import type { Authentication, Provider, Who } from './oidc.ts'
import { wishParameters } from './wishes.ts'

/** Any OpenID Provider, by discovery. */
export function genericProvider(settings: SettingsOf<'oidc'>): Provider {
  return {
    clientId: settings.client_id,
    issuer: settings.issuer,
    isIssuer: (discovered) => discovered === settings.issuer, // OIDC Discovery §4.3: byte for byte
    alg: settings.id_token_signed_response_alg,
    authentication: authenticationIn(settings),
    parameters: (wishes) => ({
      scope: settings.scopes.join(' '),
      ...wishParameters(wishes, settings.prompt),
    }),
    source: 'id_token',
    keepsTokens: settings.stores_tokens,
    identify: (said) => identify(said, settings.issuer),
  }
}

function authenticationIn(settings: SettingsOf<'oidc'>): Authentication {
  const { token_endpoint_auth_method: method } = settings
  if (method !== 'private_key_jwt') return method
  const { token_endpoint_auth_signing_alg: alg, client_assertion_audience: audience } = settings
  return { alg, audience }
}

function identify(said: Said, issuer: string): Who {
  const address = addressOf(said)
  const email = emailOf(address['email'])
  const isSaid = address['email_verified']
  return {
    issuer,
    subject: String(said.token['sub']),
    email,
    // a boolean: whoever writes a text has not understood what is asked
    emailVerified: email !== undefined && isSaid === true,
    // its own people; unless it says itself that the address is just what somebody typed
    isMember: isSaid === undefined || isSaid === true || isSaid === 'true',
    groups: textsOf(saidOf(said)['groups']),
  }
}
