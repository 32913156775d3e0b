import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'
import type { Adapter, Configuration, JWK } from 'oidc-provider'
// @ts-expect-error -- the engine ships no types for this module
import UntypedMemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js'
// @ts-expect-error -- the engine ships no types for this module
import UntypedLru from 'oidc-provider/lib/helpers/lru.js'
import { api, clientMetadata, paths, person, type Subject } from './subject.ts'

type MemoryAdapterClass = new (model: string, storage: unknown) => Adapter
const MemoryAdapter: MemoryAdapterClass = UntypedMemoryAdapter
const Lru: new (options: { maxSize: number }) => unknown = UntypedLru

/**
 * The engine as it comes, with its own in-memory adapter, told to do the same work: the same clients, tokens, claims and
 * algorithms. Its store only gets more room, because a benchmark holds more than its 1,000 entries.
 */
export async function startBare(port: number): Promise<Subject> {
  const storage = new Lru({ maxSize: 1_000_000 })
  const provider = new Provider(`http://localhost:${port}`, {
    ...configuration,
    adapter: (model: string) => new MemoryAdapter(model, storage),
    jwks: { keys: [privateJwk('ec', 'ES256'), privateJwk('rsa', 'RS256')] },
  })
  const handle = provider.callback()
  const server = createServer((req, res) => void handle(req, res)).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port,
    provider,
    accountId: 'a4b1c6f0-7f55-4a4e-9d0a-0f2b5f5a9f11',
    hash: () => Promise.reject(new Error('the bare engine hashes nothing')),
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

const configuration: Configuration = {
  clients: clientMetadata.map(({ redirect_uris, grant_types, response_types, ...rest }) => ({
    ...rest,
    redirect_uris: [...redirect_uris],
    grant_types: [...grant_types],
    response_types: [...response_types],
  })),
  cookies: { keys: ['a-cookie-key-of-the-benchmark'] },
  routes: paths,
  responseTypes: ['code'],
  pkce: { required: () => true },
  scopes: ['openid', 'offline_access', 'profile', 'email'],
  claims: {
    openid: ['sub'],
    profile: ['name', 'updated_at'],
    email: ['email', 'email_verified'],
  },
  conformIdTokenClaims: false,
  rotateRefreshToken: () => true,
  findAccount: async (_ctx, sub) => ({
    accountId: sub,
    claims: async () => ({ sub, ...person, email_verified: true, updated_at: 1_750_000_000 }),
  }),
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) => client.clientId === token.clientId,
    },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: async () => ({
        scope: api.scopes.join(' '),
        audience: api.identifier,
        accessTokenTTL: 600,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
}

function privateJwk(kind: 'ec' | 'rsa', alg: string): JWK {
  const { privateKey } =
    kind === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig' }
}
