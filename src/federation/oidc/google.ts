import type { SettingsOf } from '../connection/connection.ts'
import { addressOf, emailOf, saidOf, textOf, textsOf, type Said } from './claims.ts'
import type { Provider, Who } from './oidc.ts'
import type { ProblemCode } from './problem.ts'
import { present, wishParameters } from './wishes.ts'

const googleIssuer = 'https://accounts.google.com'

/** reference/federation.md §3.3. */
export function googleProvider(settings: SettingsOf<'google'>): Provider {
  const domains = settings.hosted_domains
  // a hint for its page: who may come is decided by the claim
  const hosted = domains.length > 1 ? '*' : domains[0]
  return {
    clientId: settings.client_id,
    issuer: googleIssuer,
    isIssuer: (discovered) => discovered === googleIssuer,
    alg: 'RS256',
    authentication: 'client_secret_post',
    parameters: (wishes) => ({
      scope: ['openid email profile', ...settings.more_scopes].join(' '),
      ...wishParameters(wishes, settings.prompt),
      ...present({ hd: hosted, access_type: settings.stores_tokens ? 'offline' : undefined }),
    }),
    source: 'id_token',
    keepsTokens: settings.stores_tokens,
    identify: (said) => identifyGoogle(said, domains),
  }
}

function identifyGoogle(said: Said, domains: readonly string[]): Who | ProblemCode {
  const hd = textOf(said.token['hd'])?.toLowerCase()
  if (domains.length > 0 && (hd === undefined || !domains.includes(hd))) return 'id_token.hd'
  const address = addressOf(said)
  const email = emailOf(address['email'])
  // Google answers for an address that is its own, or its customer's; any other was proved once, by whoever had it then
  const isProved = email !== undefined && address['email_verified'] === true
  const isOfCustomer = hd !== undefined
  return {
    issuer: googleIssuer,
    subject: String(said.token['sub']),
    email,
    emailVerified: isProved && (isOfCustomer || /@gmail\.com$/i.test(email)),
    isMember: isProved && isOfCustomer,
    groups: textsOf(saidOf(said)['groups']),
  }
}
