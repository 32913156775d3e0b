import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import type { Browser } from './browser.ts'
import { authorizationRequest, readAnswer, wireOf } from './protocol.ts'
import type { Answer } from './protocol.ts'
import type { World } from './world.ts'

/** One request of each kind, as they come while a store is down. */
export type Probe = { readonly name: string; readonly run: () => Promise<Answer> }

export type ProbeInput = {
  /** Signed in to the client `trusted`. */
  readonly browser: Browser
  readonly accessToken: string
  readonly refreshToken: string
}

/** What every relying party must be able to read, whatever is down (R1). */
export function publishedProbes(world: World): readonly Probe[] {
  const paths = ['/.well-known/openid-configuration', '/jwks', '/t/acme/jwks']
  return paths.map((path) => ({
    name: path,
    run: async () => readAnswer(await world.transport.fetch(world.issuer + path)),
  }))
}

export function probes(world: World, known: ProbeInput): readonly Probe[] {
  const web = wireOf(world, world.client('web'))
  const trusted = wireOf(world, world.client('trusted'))
  const visit = async (address: URL, browser?: Browser) => {
    const cookie = browser?.cookies.header(address)
    const headers = { accept: 'text/html', ...(cookie === undefined ? {} : { cookie }) }
    return readAnswer(await world.transport.fetch(address, { headers }))
  }
  const refresh = { grant_type: 'refresh_token', refresh_token: known.refreshToken }
  const authorization = `Bearer ${known.accessToken}`
  return [
    {
      name: 'client credentials',
      run: () =>
        wireOf(world, world.client('machine')).post('/token', { grant_type: 'client_credentials' }),
    },
    { name: 'refresh', run: () => trusted.post('/token', refresh) },
    {
      name: 'code',
      run: () => web.post('/token', { grant_type: 'authorization_code', code: 'x' }),
    },
    { name: 'introspection', run: () => trusted.post('/introspect', { token: known.accessToken }) },
    { name: 'revocation', run: () => web.post('/revoke', { token: 'x' }) },
    {
      name: 'pushed request',
      run: async () =>
        web.post('/par', (await authorizationRequest(world.client('web'))).parameters),
    },
    {
      name: 'userinfo',
      run: async () =>
        readAnswer(
          await world.transport.fetch(`${world.issuer}/userinfo`, { headers: { authorization } }),
        ),
    },
    {
      name: 'authorization',
      run: async () => visit((await authorizationRequest(world.client('web'))).url),
    },
    {
      name: 'authorization with a session',
      run: async () =>
        visit((await authorizationRequest(world.client('trusted'))).url, known.browser),
    },
    { name: 'device page', run: () => visit(new URL(`${world.issuer}/device`)) },
    {
      name: 'registration',
      run: async () =>
        readAnswer(
          await world.transport.fetch(`${world.issuer}/register`, {
            method: 'POST',
            headers: { authorization: 'Bearer x', 'content-type': 'application/json' },
            body: '{"redirect_uris":["https://new.example.test/"]}',
          }),
        ),
    },
  ]
}

/** Longest a caller waits for the news that a store is down (DESIGN §1, R1). */
const patience = 5000

/** Runs a probe and holds its answer to I5: only 2xx, 3xx, 4xx and 503; a 503 has `Retry-After`; nobody waits for long. */
export async function checkedAnswer({ name, run }: Probe): Promise<Answer> {
  const startedAt = performance.now()
  const answer = await run()
  const took = performance.now() - startedAt
  const what = `${name}: ${answer.status} after ${Math.round(took)} ms ${answer.body.slice(0, 300)}`
  assert.ok(took < patience, what)
  assert.ok(answer.status < 500 || answer.status === 503, what)
  if (answer.status === 503) assert.match(answer.headers.get('retry-after') ?? '', /^\d+$/, what)
  return answer
}

/** Asks until it succeeds; fails after `limit` ms. Only for the moment in which a real server comes back. */
export async function eventually<T>(ask: () => Promise<T | undefined>, limit = 8000): Promise<T> {
  const end = performance.now() + limit
  for (;;) {
    const found = await ask()
    if (found !== undefined) return found
    assert.ok(performance.now() < end, `nothing after ${limit} ms`)
    await wait(100)
  }
}
