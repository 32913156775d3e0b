import { createHash, randomBytes } from 'node:crypto'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Provider } from 'oidc-provider'
import { api, machineClient, paths, redirectUri, type Subject, webClient } from './subject.ts'

/** One request, ready to be written to a socket. */
export type Shot = string

export type Operation = {
  /** What the answer must be; anything else ends the benchmark. */
  readonly status: number
  /** Answered without a store being asked. */
  readonly isStoreless: boolean
  /** Requests per round. */
  readonly perRound: number
  /** Rounds that only warm up: a server takes some ten thousand requests until its code is compiled for good. */
  readonly warmUp: number
  /** Makes what the requests need in the server's own store, and the requests. */
  readonly prepare: (subject: Subject, count: number) => Promise<readonly Shot[]>
}

/** Artifacts that are not used up are made this many times and used in turn. */
const reusable = 64

export const operations = {
  discovery: {
    status: 200,
    isStoreless: true,
    perRound: 8000,
    warmUp: 2,
    prepare: async (subject) => [get(subject, '/.well-known/openid-configuration')],
  },
  jwks: {
    status: 200,
    isStoreless: true,
    perRound: 8000,
    warmUp: 2,
    prepare: async (subject) => [get(subject, paths.jwks)],
  },
  client_credentials: {
    status: 200,
    isStoreless: true,
    perRound: 1500,
    warmUp: 10,
    prepare: async (subject) => [
      post(subject, paths.token, machineClient, {
        grant_type: 'client_credentials',
        scope: 'read',
        resource: api.identifier,
      }),
    ],
  },
  authorize: {
    status: 303,
    isStoreless: false,
    perRound: 800,
    warmUp: 10,
    prepare: (subject) => times(reusable, () => authorization(subject)),
  },
  code_exchange: {
    status: 200,
    isStoreless: false,
    perRound: 500,
    warmUp: 5,
    prepare: (subject, count) => times(count, () => codeExchange(subject)),
  },
  refresh: {
    status: 200,
    isStoreless: false,
    perRound: 500,
    warmUp: 5,
    prepare: (subject, count) => times(count, () => refresh(subject)),
  },
  introspection: {
    status: 200,
    isStoreless: false,
    perRound: 1500,
    warmUp: 5,
    prepare: (subject) =>
      times(reusable, async () =>
        post(subject, paths.introspection, webClient, {
          token: await accessToken(subject),
          token_type_hint: 'access_token',
        }),
      ),
  },
  userinfo: {
    status: 200,
    isStoreless: false,
    perRound: 1500,
    warmUp: 5,
    prepare: (subject) =>
      times(reusable, async () =>
        get(subject, paths.userinfo, { authorization: `Bearer ${await accessToken(subject)}` }),
      ),
  },
} satisfies Record<string, Operation>

export type OperationName = keyof typeof operations

/** Eight at a time: the seeding should be quick, and the store is busy enough. */
async function times<T>(count: number, make: () => Promise<T>): Promise<readonly T[]> {
  const made: T[] = []
  while (made.length < count) {
    const batch = Math.min(8, count - made.length)
    made.push(...(await Promise.all(Array.from({ length: batch }, make))))
  }
  return made
}

const scope = 'openid offline_access profile email'
const verifier = randomBytes(32).toString('base64url')
const challenge = createHash('sha256').update(verifier).digest('base64url')

async function grantOf({ provider, accountId }: Subject): Promise<string> {
  const grant = new provider.Grant({ accountId, clientId: webClient.id })
  grant.addOIDCScope(scope)
  return grant.save()
}

/** What a code or token knows of the sign-in it came from. */
async function facts(subject: Subject) {
  const client = await subject.provider.Client.find(webClient.id)
  if (!client) throw new Error('the client is missing')
  return {
    accountId: subject.accountId,
    client,
    grantId: await grantOf(subject),
    authTime: Math.floor(performance.timeOrigin / 1000),
    gty: 'authorization_code',
    scope,
  }
}

async function codeExchange(subject: Subject): Promise<Shot> {
  const code = new subject.provider.AuthorizationCode({
    ...(await facts(subject)),
    redirectUri,
    codeChallenge: challenge,
    codeChallengeMethod: 'S256',
    nonce: 'n-0S6_WzA2Mj',
  })
  return post(subject, paths.token, webClient, {
    grant_type: 'authorization_code',
    code: await code.save(),
    redirect_uri: redirectUri,
    code_verifier: verifier,
  })
}

async function refresh(subject: Subject): Promise<Shot> {
  const token = new subject.provider.RefreshToken(await facts(subject))
  return post(subject, paths.token, webClient, {
    grant_type: 'refresh_token',
    refresh_token: await token.save(),
  })
}

async function accessToken(subject: Subject): Promise<string> {
  return new subject.provider.AccessToken(await facts(subject)).save()
}

async function authorization(subject: Subject): Promise<Shot> {
  const { provider, accountId } = subject
  const session = Object.assign(new provider.Session(), {
    accountId,
    loginTs: Math.floor(performance.timeOrigin / 1000),
    authorizations: {
      [webClient.id]: {
        sid: randomBytes(16).toString('base64url'),
        grantId: await grantOf(subject),
      },
    },
  })
  await session.save(24 * 3600)
  const query = new URLSearchParams({
    client_id: webClient.id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile email',
    state: 'af0ifjsldkj',
    nonce: 'n-0S6_WzA2Mj',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  })
  const cookie = signedCookie(provider, session.jti)
  return get(subject, `${paths.authorization}?${query.toString()}`, { cookie })
}

/** The session cookie as this engine itself would set it. */
function signedCookie(provider: Provider, value: string): string {
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  const { cookies } = provider.createContext(response.req, response)
  cookies.set(provider.cookieName('session'), value, { signed: true })
  const header = response.getHeader('set-cookie')
  return [header]
    .flat()
    .map((cookie) => `${String(cookie).split(';')[0]}`)
    .join('; ')
}

type Headers = Readonly<Record<string, string>>

function get(subject: Subject, target: string, headers: Headers = {}): Shot {
  return requestText(subject, `GET ${target}`, headers, '')
}

function post(
  subject: Subject,
  path: string,
  client: { readonly id: string; readonly secret: string },
  fields: Readonly<Record<string, string>>,
): Shot {
  const body = new URLSearchParams(fields).toString()
  const credentials = Buffer.from(`${client.id}:${client.secret}`).toString('base64')
  const headers = {
    authorization: `Basic ${credentials}`,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': `${body.length}`,
  }
  return requestText(subject, `POST ${path}`, headers, body)
}

function requestText(subject: Subject, line: string, headers: Headers, body: string): Shot {
  const all = { host: `localhost:${subject.port}`, accept: '*/*', ...headers }
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return [`${line} HTTP/1.1`, ...head, '', body].join('\r\n')
}
