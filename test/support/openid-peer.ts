import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import { Provider, type Configuration, type JWK } from 'oidc-provider'
import { createBrowser, type Page } from './browser.ts'
import { createTransport } from './transport.ts'

/**
 * A real OpenID Provider that is not ours: an engine of its own on a free port, whose people sign in without a word. What
 * is a browser's way there is walked by `visit`.
 */
export type OpenIdPeer = AsyncDisposable & {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** Who signs in next, and how; undefined: they go back. */
  person: PeerPerson | undefined
  /** Goes where we sent somebody, and stops where it would lead back to us: the address with the answer. */
  visit(url: string | URL): Promise<URL>
}

export type PeerPerson = {
  readonly sub: string
  readonly email?: string
  readonly email_verified?: boolean
  readonly name?: string
  readonly acr?: string
  readonly amr?: string[]
}

export const adaOfPeer: PeerPerson = {
  sub: 'ada-of-peer',
  email: 'ada@peer.test',
  email_verified: true,
  name: 'Ada of Peer',
  amr: ['pwd'],
}

/** `redirectUris`: our callbacks. `alg`: what its ID tokens are signed with. */
export async function startOpenIdPeer(options: {
  readonly redirectUris: readonly string[]
  readonly alg?: 'RS256' | 'PS256' | 'ES256' | 'EdDSA'
  /** Public: it knows us by an assertion that one of them verifies, and by nothing else. */
  readonly clientKey?: JWK
}): Promise<OpenIdPeer> {
  const alg = options.alg ?? 'RS256'
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const issuer = `http://localhost:${String(port)}`
  const clientId = 'signet'
  const clientSecret = 'the secret we were given: 100%'
  const people = new Map<string, PeerPerson>()
  const provider = new Provider(issuer, {
    ...fixed,
    jwks: { keys: [await createSigningKey(alg)] },
    clients: [
      {
        client_id: clientId,
        ...(options.clientKey ? knownBy(options.clientKey) : { client_secret: clientSecret }),
        redirect_uris: [...options.redirectUris],
        id_token_signed_response_alg: alg,
      },
    ],
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ ...people.get(sub), sub }) }),
  })
  const handle = provider.callback()
  const transport = createTransport({ issuer, port })

  const peer: OpenIdPeer = {
    issuer,
    clientId,
    clientSecret,
    person: adaOfPeer,
    async visit(url) {
      const page: Page = await createBrowser(transport, issuer).tab().open(url)
      if (!page.isElsewhere) throw new Error(`it stays at ${page.url.href}: ${page.html}`)
      return page.url
    },
    async [Symbol.asyncDispose]() {
      transport[Symbol.dispose]()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (!req.url?.startsWith('/interaction/')) return handle(req, res)
    const { person } = peer
    if (person) people.set(person.sub, person)
    await finish(provider, { req, res, person })
  }

  server.on('request', (req, res) => void answer(req, res).catch(() => res.destroy()))
  return peer
}

const knownBy = (key: JWK) => ({
  token_endpoint_auth_method: 'private_key_jwt' as const,
  token_endpoint_auth_signing_alg: 'ES256' as const,
  jwks: { keys: [key] },
})

const fixed: Configuration = {
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
  claims: {
    openid: ['sub'],
    email: ['email', 'email_verified'],
    profile: ['name'],
    acr: null,
    auth_time: null,
  },
  scopes: ['openid', 'email', 'profile'],
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  cookies: { keys: ['a key of this test alone'] },
  acrValues: ['urn:peer:strong'],
  ttl: {
    AccessToken: 600,
    AuthorizationCode: 60,
    Grant: 600,
    IdToken: 600,
    Interaction: 600,
    Session: 600,
  },
}

type Finishing = {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly person: PeerPerson | undefined
}

async function finish(provider: Provider, { req, res, person }: Finishing): Promise<void> {
  if (!person) return provider.interactionFinished(req, res, { error: 'access_denied' })
  const { params } = await provider.interactionDetails(req, res)
  const { sub: accountId, acr, amr } = person
  const grant = new provider.Grant({ accountId, clientId: String(params['client_id']) })
  grant.addOIDCScope(String(params['scope']))
  const login = { accountId, ...(acr === undefined ? {} : { acr }), ...(amr ? { amr } : {}) }
  const consent = { grantId: await grant.save() }
  await provider.interactionFinished(req, res, { login, consent })
}

async function createSigningKey(alg: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: alg }
}
