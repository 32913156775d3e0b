import { exportJWK, generateKeyPair } from 'jose'
import type { CryptoKey, JWK } from 'jose'
import * as oidc from 'openid-client'
import type { Tenant } from '#tenant/tenant.ts'
import type { Transport } from './transport.ts'

/** A registered client, as its owner knows it. */
export type TestClient = {
  readonly tenant: Tenant
  readonly clientId: string
  readonly secret: string | undefined
  readonly authMethod: string
  /** The first registered one; empty for a client that has none. */
  readonly redirectUri: string
  /** For `private_key_jwt`. */
  readonly key: CryptoKey | undefined
}

export type Tokens = oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers

/** One try at a sign-in: what the application remembers between leaving and coming back. */
export type Attempt = {
  readonly url: URL
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  /** Checks everything the answer must hold (`iss`, `state`, `nonce`, signature, `at_hash`) and redeems the code. */
  finish(callback: URL, more?: FinishOptions): Promise<Tokens>
}

export type FinishOptions = {
  readonly maxAge?: number
  /** Parameters of the token request, such as `resource`. */
  readonly parameters?: Readonly<Record<string, string>>
}

/** An application that uses `openid-client`, as most in this ecosystem do. */
export type RelyingParty = {
  readonly client: TestClient
  readonly config: oidc.Configuration
  start(parameters?: Readonly<Record<string, string>>): Promise<Attempt>
  refresh(token: string, parameters?: Readonly<Record<string, string>>): Promise<Tokens>
  userinfo(tokens: Tokens): Promise<oidc.UserInfoResponse>
  introspect(token: string): Promise<oidc.IntrospectionResponse>
  revoke(token: string): Promise<void>
  machineToken(parameters?: Readonly<Record<string, string>>): Promise<Tokens>
  logoutUrl(parameters: Readonly<Record<string, string>>): URL
}

export async function createRelyingParty(
  client: TestClient,
  transport: Transport,
): Promise<RelyingParty> {
  const options: oidc.DiscoveryRequestOptions = {
    execute: [oidc.allowInsecureRequests],
    [oidc.customFetch]: (url, init) => transport.fetch(url, init as object),
  }
  const issuer = new URL(client.tenant.issuer)
  const config = await oidc.discovery(issuer, client.clientId, {}, authentication(client), options)

  return {
    client,
    config,

    async start(parameters = {}) {
      const verifier = oidc.randomPKCECodeVerifier()
      const state = oidc.randomState()
      const nonce = oidc.randomNonce()
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: client.redirectUri,
        scope: 'openid profile email',
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
        ...parameters,
      })
      const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce }
      return {
        url,
        state,
        nonce,
        verifier,
        finish: (callback, { maxAge, parameters } = {}) =>
          oidc.authorizationCodeGrant(
            config,
            callback,
            { ...checks, idTokenExpected: true, ...(maxAge === undefined ? {} : { maxAge }) },
            parameters,
          ),
      }
    },

    refresh: (token, parameters) => oidc.refreshTokenGrant(config, token, parameters),
    userinfo: (tokens) =>
      oidc.fetchUserInfo(config, tokens.access_token, String(tokens.claims()?.sub)),
    introspect: (token) => oidc.tokenIntrospection(config, token),
    revoke: (token) => oidc.tokenRevocation(config, token),
    machineToken: (parameters) => oidc.clientCredentialsGrant(config, parameters),
    logoutUrl: (parameters) => oidc.buildEndSessionUrl(config, parameters),
  }
}

function authentication({ authMethod, secret, key }: TestClient): oidc.ClientAuth {
  switch (authMethod) {
    case 'client_secret_post':
      return oidc.ClientSecretPost(secret)
    case 'private_key_jwt':
      if (!key) throw new Error('a client without its key')
      return oidc.PrivateKeyJwt(key)
    case 'none':
      return oidc.None()
    default:
      return oidc.ClientSecretBasic(secret)
  }
}

/** A key pair of a client, and what of it is registered. */
export async function createClientKey(): Promise<{ key: CryptoKey; jwks: { keys: JWK[] } }> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  return { key: privateKey, jwks: { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] } }
}

/** The OAuth error of a call that must fail: `{ error, status }`. Throws when it did not. */
export async function errorOf(
  call: Promise<unknown>,
): Promise<{ readonly error: string; readonly status: number; readonly description?: string }> {
  try {
    await call
  } catch (error) {
    if (error instanceof oidc.ResponseBodyError || error instanceof oidc.AuthorizationResponseError)
      return {
        error: error.error,
        status: 'status' in error ? error.status : 0,
        ...(error.error_description === undefined ? {} : { description: error.error_description }),
      }
    if (error instanceof oidc.WWWAuthenticateChallengeError)
      return {
        error: error.cause[0]?.parameters['error'] ?? 'challenge',
        status: error.status,
      }
    throw error
  }
  throw new Error('this call was expected to fail')
}
