import type { Provider } from 'oidc-provider'

/** One server under test, in a process of its own, with its engine at hand to make artifacts in advance. */
export type Subject = {
  readonly port: number
  readonly provider: Provider
  readonly accountId: string
  /** Seconds so many passwords take, as many at once as at a sign-in. */
  hash(count: number): Promise<number>
  close(): Promise<void>
}

/** The same on both sides: what is measured is the same work. */
export const webClient = { id: 'bench-web', secret: 'bench-web-secret-of-32-characters' } as const
export const machineClient = {
  id: 'bench-machine',
  secret: 'bench-machine-secret-of-32-chars',
} as const
export const redirectUri = 'https://rp.example.test/callback'
export const api = { identifier: 'https://api.example.test', scopes: ['read', 'write'] } as const
export const person = { email: 'ada@example.test', name: 'Ada Lovelace' } as const
export const password = 'correct-horse-battery-staple'

/** The address of one of many people, who all have `password`. */
export const crowdMember = (index: number): string => `person-${index}@example.test`

/** Metadata of both clients, in the words of RFC 7591. */
export const clientMetadata = [
  {
    client_id: webClient.id,
    client_secret: webClient.secret,
    client_name: 'Bench',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
    id_token_signed_response_alg: 'ES256',
  },
  {
    client_id: machineClient.id,
    client_secret: machineClient.secret,
    client_name: 'Bench machine',
    redirect_uris: [],
    grant_types: ['client_credentials'],
    response_types: [],
    token_endpoint_auth_method: 'client_secret_basic',
    id_token_signed_response_alg: 'ES256',
  },
] as const

/** Both servers answer at the same addresses. */
export const paths = {
  authorization: '/authorize',
  introspection: '/introspect',
  jwks: '/jwks',
  revocation: '/revoke',
  token: '/token',
  userinfo: '/userinfo',
} as const

/** Where a sign-in begins whose tokens nobody fetches. */
export const authorizationAddress = `${paths.authorization}?${new URLSearchParams({
  client_id: webClient.id,
  redirect_uri: redirectUri,
  response_type: 'code',
  scope: 'openid',
  nonce: 'n-0S6_WzA2Mj',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
}).toString()}`
