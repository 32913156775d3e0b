import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, beforeEach } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose'
import { createEgress } from '#http/egress.ts'
import type { Egress } from '#http/http.ts'
import { epochSeconds, systemClock } from '#kit/clock.ts'
import { randomToken } from '#kit/random.ts'

/**
 * An OpenID Provider that is honest until it is told what to lie about. It listens on this machine; `egress` leads to it
 * under any name, each host of the world below a path of its own.
 */
export type LyingProvider = AsyncDisposable & {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly egress: Egress
  /** What was asked for, in order: `discovery`, `jwks`, `token`, `userinfo`, `user`, `emails`. */
  readonly asked: string[]
  /** Replaces all lies. */
  lie(lies: Lies): void
  /** Goes there and signs in: the parameters of the answer. */
  authorize(url: string): URLSearchParams
  /** Refresh tokens that are good, each once: another comes with every use. */
  readonly refreshable: Set<string>
  /** Replaces the key it signs with, and publishes the new one alone. */
  rotate(): Promise<void>
}

type Json = Record<string, unknown>
type Endpoint = 'discovery' | 'jwks' | 'token' | 'userinfo' | 'user' | 'emails'

export type Lies = {
  readonly issuer?: string
  readonly answer?: (params: URLSearchParams) => void
  /** Redeems any code for anybody: it has not heard of PKCE. */
  readonly ignoresPkce?: boolean
  readonly claims?: (claims: Json) => void
  readonly userinfo?: Json
  readonly discovery?: (document: Json) => void
  readonly jwks?: (keys: JWK[]) => unknown
  readonly tokens?: (tokens: Json) => void
  /** Instead of a token signed with the key that is published. */
  readonly idToken?: (claims: Json) => Promise<unknown>
  readonly github?: { readonly user?: unknown; readonly emails?: unknown }
  /** Answers an endpoint in a way of its own. */
  readonly respond?: {
    readonly [Name in Endpoint]?: (res: ServerResponse, req: IncomingMessage) => void
  }
}

type Grant = { readonly request: URLSearchParams }

/** One for all tests of a file: honest again before each of them, and gone after the last. */
export async function providerForTests(): Promise<LyingProvider> {
  const provider = await startLyingProvider()
  beforeEach(() => provider.lie({}))
  after(() => provider[Symbol.asyncDispose]())
  return provider
}

export async function startLyingProvider(): Promise<LyingProvider> {
  const clientId = 'signet'
  const clientSecret = 'a secret: of 100% characters'
  const asked: string[] = []
  const codes = new Map<string, Grant>()
  const refreshable = new Set<string>()
  let lies: Lies = {}
  let key = await createKey('one')

  const server = createServer((req, res) => void handle(req, res).catch(() => res.destroy()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const origin = `http://127.0.0.1:${String(port)}`
  const issuer = (): string => lies.issuer ?? origin
  const outward = createEgress({ allow: ['127.0.0.0/8'] })

  /** `/<host>/…` for a host of the world, `/…` for its own. */
  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = new URL(req.url ?? '/', origin).pathname
    const name = endpointOf(path)
    if (name) asked.push(name)
    const own = name && lies.respond?.[name]
    if (own) return own(res, req)
    if (name === 'token') return exchange(req, res)
    send(res, name ? 200 : 404, name ? documents[name]() : {})
  }

  const documents: { readonly [Name in Exclude<Endpoint, 'token'>]: () => unknown } = {
    discovery: () => documentOf(issuer(), lies),
    jwks: () => lies.jwks?.([key.public]) ?? { keys: [key.public] },
    userinfo: () => lies.userinfo ?? { sub: 'ada' },
    user: () => lies.github?.user ?? githubUser,
    emails: () => lies.github?.emails ?? githubEmails,
  }

  async function exchange(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await text(req))
    if (form.get('grant_type') === 'refresh_token') return refresh(req, res, form)
    const code = form.get('code') ?? ''
    const grant = codes.get(code)
    codes.delete(code)
    if (!isKnownClient(req, form)) return send(res, 401, { error: 'invalid_client' })
    if (!grant || !(lies.ignoresPkce || fits(grant, form)))
      return send(res, 400, { error: 'invalid_grant' })
    const claims = honestClaims(issuer(), clientId, grant.request.get('nonce'))
    lies.claims?.(claims)
    const idToken = (await lies.idToken?.(claims)) ?? (await sign(claims, key))
    const tokens: Json = { access_token: 'access', token_type: 'Bearer', id_token: idToken }
    lies.tokens?.(tokens)
    send(res, 200, tokens)
  }

  async function refresh(req: IncomingMessage, res: ServerResponse, form: URLSearchParams) {
    if (!isKnownClient(req, form)) return send(res, 401, { error: 'invalid_client' })
    const isGood = refreshable.delete(form.get('refresh_token') ?? '')
    if (!isGood) return send(res, 400, { error: 'invalid_grant' })
    const next = `refresh-${randomToken()}`
    refreshable.add(next)
    const tokens: Json = {
      access_token: `access-${randomToken()}`,
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: next,
    }
    const claims = honestClaims(issuer(), clientId, null)
    lies.claims?.(claims)
    const idToken = await lies.idToken?.(claims)
    if (idToken !== undefined) tokens['id_token'] = idToken
    lies.tokens?.(tokens)
    send(res, 200, tokens)
  }

  function isKnownClient(req: IncomingMessage, form: URLSearchParams): boolean {
    const basic = Buffer.from((req.headers.authorization ?? '').slice(6), 'base64').toString()
    const [id = '', secret = ''] = basic.split(':')
    const read = (encoded: string) => decodeURIComponent(encoded.replaceAll('+', ' '))
    if (basic !== '') return read(id) === clientId && read(secret) === clientSecret
    return form.get('client_id') === clientId && (form.get('client_secret') ?? '') !== ''
  }

  return {
    issuer: origin,
    clientId,
    clientSecret,
    asked,
    refreshable,
    egress: (input, options) => outward(inward(String(input), origin), options),
    lie: (next) => void (lies = next),
    authorize(url) {
      const request = new URL(url).searchParams
      const code = randomToken()
      codes.set(code, { request })
      const answer = new URLSearchParams({ code, state: request.get('state') ?? '' })
      lies.answer?.(answer)
      return answer
    },
    async rotate() {
      key = await createKey(randomToken(4))
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const githubUser = {
  id: 583231,
  login: 'ada',
  name: 'Ada Lovelace',
  email: 'public@evil.test',
}
export const githubEmails = [
  { email: 'old@example.test', primary: false, verified: true },
  { email: 'ada@example.test', primary: true, verified: true },
]

function endpointOf(path: string): Endpoint | undefined {
  if (path.endsWith('/.well-known/openid-configuration')) return 'discovery'
  if (path.endsWith('/user/emails')) return 'emails'
  if (path.endsWith('/user')) return 'user'
  if (/\/(?:token|access_token)$/.test(path)) return 'token'
  return (['jwks', 'userinfo'] as const).find((name) => path.endsWith(`/${name}`))
}

function inward(url: string, origin: string): string {
  if (url.startsWith(origin)) return url
  const { host, pathname } = new URL(url)
  return `${origin}/${host}${pathname}`
}

function documentOf(issuer: string, { discovery }: Lies): Json {
  const base = issuer.replace('{tenantid}', 'common')
  const document: Json = {
    issuer,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    jwks_uri: `${base}/jwks`,
    userinfo_endpoint: `${base}/userinfo`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
  }
  discovery?.(document)
  return document
}

function honestClaims(iss: string, aud: string, nonce: string | null): Json {
  const now = epochSeconds(systemClock)
  return {
    iss,
    aud,
    sub: 'ada',
    nonce,
    iat: now,
    exp: now + 300,
    auth_time: now,
    name: 'Ada Lovelace',
    email: 'ada@example.test',
    email_verified: true,
  }
}

function fits({ request }: Grant, form: URLSearchParams): boolean {
  const challenge = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url')
  return (
    request.get('code_challenge') === challenge &&
    request.get('redirect_uri') === form.get('redirect_uri')
  )
}

type Key = Awaited<ReturnType<typeof createKey>>

export async function createKey(kid: string, alg = 'RS256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, private: privateKey, public: { ...(await exportJWK(publicKey)), kid, alg } }
}

export function sign(claims: Json, key: Key): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: key.alg, kid: key.kid }).sign(key.private)
}

function send(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
