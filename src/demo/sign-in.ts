import * as oidc from 'openid-client'
import type { DemoClient } from './demo.ts'
import type { Visitor } from './visitor.ts'

const scope = 'openid profile email offline_access'

/** Reads the discovery document at the first click, and again when that failed. */
export function createConfiguration(client: DemoClient): () => Promise<oidc.Configuration> {
  let known: oidc.Configuration | undefined
  return async () => {
    known ??= await oidc.discovery(
      new URL(client.issuer),
      client.clientId,
      client.clientSecret,
      oidc.ClientSecretBasic(client.clientSecret),
      { execute: client.issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [] },
    )
    return known
  }
}

export async function refresh(visitor: Visitor, server: oidc.Configuration): Promise<string> {
  const before = visitor.tokens
  if (before?.refresh_token === undefined) return '/'
  const tokens = await oidc.refreshTokenGrant(server, before.refresh_token)
  Object.assign(visitor, { tokens: { ...before, ...tokens }, notice: 'refreshed' })
  return '/'
}

export async function askUserinfo(visitor: Visitor, server: oidc.Configuration): Promise<string> {
  const { tokens, idTokenClaims } = visitor
  if (!tokens || !idTokenClaims) return '/'
  const userinfo = await oidc.fetchUserInfo(server, tokens.access_token, idTokenClaims.sub)
  Object.assign(visitor, { userinfo, notice: 'userinfo' })
  return '/'
}

/** Where the browser goes to sign in. */
export async function startAddress(
  { origin, path }: DemoClient,
  visitor: Visitor,
  server: oidc.Configuration,
): Promise<string> {
  const request = {
    state: oidc.randomState(),
    nonce: oidc.randomNonce(),
    verifier: oidc.randomPKCECodeVerifier(),
  }
  visitor.request = request
  return oidc.buildAuthorizationUrl(server, {
    redirect_uri: `${origin}${path}/callback`,
    scope,
    // asks for a refresh token that outlives the session (OIDC Core §11)
    prompt: 'consent',
    state: request.state,
    nonce: request.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(request.verifier),
    code_challenge_method: 'S256',
  }).href
}

/** The authorization response: checked, then changed for tokens. */
export async function receive(
  address: URL,
  visitor: Visitor,
  server: oidc.Configuration,
): Promise<void> {
  const { request } = visitor
  visitor.request = undefined
  if (!request) throw new Error('no sign-in was started in this browser')
  const tokens = await oidc.authorizationCodeGrant(server, address, {
    pkceCodeVerifier: request.verifier,
    expectedState: request.state,
    expectedNonce: request.nonce,
  })
  Object.assign(visitor, { tokens, idTokenClaims: tokens.claims(), notice: 'signed_in' })
}

/** RP-Initiated Logout 1.0. */
export async function signOutAddress(
  { origin }: DemoClient,
  visitor: Visitor,
  server: oidc.Configuration,
): Promise<string> {
  const hint = visitor.tokens?.id_token
  Object.assign(visitor, { tokens: undefined, idTokenClaims: undefined, userinfo: undefined })
  return oidc.buildEndSessionUrl(server, {
    ...(hint === undefined ? {} : { id_token_hint: hint }),
    post_logout_redirect_uri: `${origin}/`,
  }).href
}
