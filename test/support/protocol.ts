import assert from 'node:assert/strict'
import { hash, randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { CryptoKey, JWK, JWTHeaderParameters, JWTPayload } from 'jose'
import * as oidc from 'openid-client'
import { systemClock } from '#kit/clock.ts'
import type { Tab } from './browser.ts'
import { signIn } from './person.ts'
import type { TestClient } from './relying-party.ts'
import type { Transport } from './transport.ts'
import type { Person, World } from './world.ts'

/** The wire itself, for what a well-behaved library would never send. */
export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly body: string
  /** The JSON object that was answered; empty when it was none. */
  readonly json: Readonly<Record<string, unknown>>
  readonly error: unknown
  /** A text of the JSON object; fails the test when there is none. */
  text(name: string): string
}

export type Fields = Readonly<Record<string, string>> | readonly (readonly [string, string])[]

export type CallOptions = {
  readonly headers?: Readonly<Record<string, string>>
  /** The way to another process of the same installation. */
  readonly via?: Transport
}

/** The endpoints as one client calls them, authenticated as it is registered. */
export type Wire = {
  readonly issuer: string
  post(path: string, fields?: Fields, options?: CallOptions): Promise<Answer>
  /** Without client authentication of any kind. */
  bare(path: string, fields?: Fields, options?: CallOptions): Promise<Answer>
}

export function wireOf(world: World, client: TestClient): Wire {
  const { issuer } = client.tenant
  const bare: Wire['bare'] = async (path, fields = {}, { headers = {}, via } = {}) =>
    readAnswer(
      await (via ?? world.transport).fetch(issuer + path, {
        method: 'POST',
        headers,
        body: new URLSearchParams(pairsOf(fields)),
      }),
    )
  return {
    issuer,
    bare,
    async post(path, fields = {}, options = {}) {
      const proof = await authenticate(client)
      const pairs = pairsOf(fields)
      const missing = Object.entries(proof.fields).filter(
        ([name]) => !pairs.some(([given]) => given === name),
      )
      return bare(path, [...pairs, ...missing], {
        ...options,
        headers: { ...proof.headers, ...options.headers },
      })
    },
  }
}

function pairsOf(fields: Fields): [string, string][] {
  const pairs = Array.isArray(fields) ? fields : Object.entries(fields)
  return pairs.map(([name, value]) => [name, value])
}

export async function readAnswer(response: Response): Promise<Answer> {
  const body = await response.text()
  const json = readObject(body)
  return {
    status: response.status,
    headers: response.headers,
    body,
    json,
    error: json['error'],
    text(name) {
      const value = json[name]
      assert.ok(typeof value === 'string', `no ${name} in ${response.status} ${body}`)
      return value
    },
  }
}

function readObject(body: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body)
  } catch {
    return {}
  }
}

type Authentication = {
  readonly headers: Readonly<Record<string, string>>
  readonly fields: Readonly<Record<string, string>>
}

export async function authenticate(client: TestClient): Promise<Authentication> {
  const { authMethod, clientId, secret = '' } = client
  switch (authMethod) {
    case 'client_secret_basic':
      return { headers: { authorization: basic(clientId, secret) }, fields: {} }
    case 'client_secret_post':
      return { headers: {}, fields: { client_id: clientId, client_secret: secret } }
    case 'private_key_jwt':
      return { headers: {}, fields: assertionFields(await clientAssertion(client)) }
    default:
      return { headers: {}, fields: { client_id: clientId } }
  }
}

export function basic(clientId: string, secret: string): string {
  const encoded = [clientId, secret].map(encodeURIComponent).join(':')
  return `Basic ${Buffer.from(encoded).toString('base64')}`
}

export function assertionFields(assertion: string): Readonly<Record<string, string>> {
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  }
}

export function now(): number {
  return Math.floor(systemClock.now() / 1000)
}

/** RFC 7523 §2.2; anything of it replaced by `claims` and `header`. */
export async function clientAssertion(
  client: TestClient,
  claims: JWTPayload = {},
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  assert.ok(client.key)
  const { clientId: id, tenant } = client
  const usual = { iss: id, sub: id, aud: tenant.issuer, jti: randomUUID() }
  return new SignJWT({ ...usual, iat: now(), exp: now() + 60, ...claims })
    .setProtectedHeader({ alg: 'ES256', ...header })
    .sign(client.key)
}

/** A key pair to bind tokens to (RFC 9449). */
export type DpopKey = { readonly privateKey: CryptoKey; readonly jwk: JWK }

export async function createDpopKey(): Promise<DpopKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  return { privateKey, jwk: await exportJWK(publicKey) }
}

export type ProofInput = {
  readonly method?: string
  readonly url: string
  readonly accessToken?: string
  /** Replaces what a proof would say. */
  readonly claims?: JWTPayload
}

export async function dpopProof(key: DpopKey, input: ProofInput): Promise<string> {
  const { method = 'POST', url, accessToken, claims } = input
  const ath = accessToken && { ath: hash('sha256', accessToken, 'base64url') }
  return new SignJWT({ jti: randomUUID(), htm: method, htu: url, iat: now(), ...ath, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: key.jwk })
    .sign(key.privateKey)
}

export type Redeemable = {
  readonly code: string
  /** The token request that redeems it. */
  readonly fields: Readonly<Record<string, string>>
  readonly tab: Tab
  readonly callback: URL
}

export type CodeOptions = {
  readonly tab?: Tab
  readonly person?: Pick<Person, 'email'>
  /** Of the authorization request; an empty one is left out. */
  readonly parameters?: Readonly<Record<string, string>>
}

/** A whole authorization, up to the code; in a browser of its own unless a tab is given. */
export async function obtainCode(
  world: World,
  client: TestClient,
  options: CodeOptions = {},
): Promise<Redeemable> {
  const { person = world.people.ada, tab = world.browser().tab() } = options
  const request = await authorizationRequest(client, options.parameters)
  const { url: callback, posted } = await signIn(tab, request.url, person)
  const code = (posted ?? callback.searchParams).get('code')
  assert.ok(code, `no code came back: ${callback.href}`)
  return { code, fields: { ...request.redeem, code }, tab, callback }
}

/** Where a pushed request is used (RFC 9126 §4). */
export function pushedAddress({ clientId, tenant }: TestClient, requestUri: string): URL {
  const url = new URL(`${tenant.issuer}/authorize`)
  url.search = String(new URLSearchParams({ client_id: clientId, request_uri: requestUri }))
  return url
}

export type AuthorizationRequest = {
  readonly url: URL
  readonly parameters: Readonly<Record<string, string>>
  readonly redeem: Readonly<Record<string, string>>
}

/** A good request of this client, with `parameters` in place of its own; an empty one is left out. */
export async function authorizationRequest(
  client: TestClient,
  parameters: Readonly<Record<string, string>> = {},
): Promise<AuthorizationRequest> {
  const verifier = oidc.randomPKCECodeVerifier()
  const usual = {
    client_id: client.clientId,
    response_type: 'code',
    redirect_uri: client.redirectUri,
    scope: 'openid email',
    state: randomUUID(),
    nonce: randomUUID(),
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }
  const sent = Object.fromEntries(
    Object.entries<string>({ ...usual, ...parameters }).filter(([, value]) => value !== ''),
  )
  const url = new URL(`${client.tenant.issuer}/authorize`)
  for (const [name, value] of Object.entries(sent)) url.searchParams.set(name, value)
  const redeem = {
    grant_type: 'authorization_code',
    redirect_uri: sent['redirect_uri'] ?? '',
    code_verifier: verifier,
  }
  return { url, parameters: sent, redeem }
}
