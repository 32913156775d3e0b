import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { calculatePKCECodeChallenge, randomPKCECodeVerifier } from 'openid-client'
import { exportSeed } from '#commands/seed/export.ts'
import { brandId, type ClientId } from '#kit/ids.ts'
import { createMetrics } from '#telemetry/metrics.ts'
import { apiOf, refusalOf } from '#test/support/api.ts'
import { comeBack, connect, signInThere } from '#test/support/foreign-sign-in.ts'
import { startLyingProvider } from '#test/support/lying-provider.ts'
import type { LyingProvider } from '#test/support/lying-provider.ts'
import { createRecordingLogger } from '#test/support/recording-logger.ts'
import { openWorld, password } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

let people = 0

/** Somebody at `provider`, and a front end of the tenant they sign in to by it. */
async function open(
  world: World,
  provider: LyingProvider,
  { document = {}, client: metadata = {} }: { document?: object; client?: object } = {},
) {
  people += 1
  const who = { sub: `kept${people}`, email: `kept${people}@example.test` }
  const first = `upstream-refresh-${people}`
  provider.refreshable.add(first)
  const said = { access_token: `upstream-access-${people}`, scope: 'openid calendar' }
  const connection = await connect(world, provider, { stores_tokens: true, ...document })
  const trusted = { first_party: true, api_login: true, upstream_tokens: true, ...metadata }
  const client = await world.addClient('spa', trusted)
  const api = apiOf(world, client)

  /** `life`: seconds the other side says of its token. */
  async function signIn(life = 3600, app = client) {
    provider.lie({
      claims: (claims) => void Object.assign(claims, who),
      tokens: (all) => {
        const expires_in = life
        if (all['id_token']) Object.assign(all, said, { refresh_token: first, expires_in })
      },
    })
    const verifier = randomPKCECodeVerifier()
    const query = new URLSearchParams({
      client_id: app.clientId,
      redirect_uri: app.redirectUri,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    const sent = await api.get(`/auth/sso/${connection.id}/authorize?${query.toString()}`)
    const tab = world.browser().tab()
    const left = await tab.open(sent.text('authorization_url'))
    const back = await comeBack(tab, left.url, provider.authorize(left.url.href))
    const code = back.url.searchParams.get('code') ?? ''
    const redeem = { client_id: app.clientId, code, code_verifier: verifier }
    const path = `/auth/sso/${connection.id}/callback?${new URLSearchParams(redeem).toString()}`
    const answer = await api.get(path)
    assert.equal(answer.status, 200, answer.body)
    return answer.text('access_token')
  }

  /** The same person by a password, once they were here: what they do does not hang on the connection then. */
  async function logIn() {
    const { app, main: tenant } = world
    const account = (await app.accounts.findByEmail(tenant.id, who.email)) ?? assert.fail()
    await app.passwords.setPassword({ tenant, account, password, actor: { kind: 'cli' } })
    return (await api.logIn({ email: who.email, password })).text('access_token')
  }

  const ask = (token?: string) =>
    api.post(`/auth/sso/${connection.id}/token`, token === undefined ? {} : { token })
  const change = (changes: object) =>
    world.app.connections.update({
      tenantId: world.main.id,
      id: connection.id,
      origin: 'api',
      actor: { kind: 'cli' },
      write: { kind: 'changes', changes },
    })
  const sealed = async () => {
    const rows = await world.app.database.knex('identities').where({ connection_id: connection.id })
    return rows.map((row) => row.sealed_tokens as string | null)
  }
  return { who, first, said, connection, client, api, signIn, logIn, ask, change, sealed }
}

describeInWorlds('what people let us do elsewhere, by the JSON API', (world) => {
  let provider: LyingProvider
  before(async () => {
    provider = await startLyingProvider()
  })
  after(() => provider[Symbol.asyncDispose]())

  it('is given to an application that may have it, and never the refresh token', async () => {
    const { signIn, ask, said, sealed, first } = await open(world(), provider)
    const answer = await ask(await signIn())
    assert.equal(answer.status, 200, answer.body)
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    const { expires_at, ...rest } = answer.json
    assert.deepEqual(rest, { ...said, token_type: 'Bearer' })
    assert.ok(Date.parse(String(expires_at)) > world().clock.now())
    assert.doesNotMatch(JSON.stringify(await sealed()), new RegExp(`${first}|${said.access_token}`))
  })

  it('is refreshed for who asks when it is over, once', async () => {
    const { signIn, ask, first } = await open(world(), provider)
    const token = await signIn(5)
    const [one, ...others] = await Promise.all(Array.from({ length: 5 }, () => ask(token)))
    assert.equal(one?.status, 200, one?.body)
    const given = one.text('access_token')
    assert.match(given, /^access-/)
    for (const other of others) assert.equal(other.text('access_token'), given)
    assert.equal(provider.refreshable.has(first), false)
  })

  it('is nobody’s without a token, the right, or the scope of it (Logto CVE-2026-63203)', async () => {
    const { signIn, ask, api, client } = await open(world(), provider)
    assert.equal(refusalOf(await ask()), '401 api.token_required')
    const token = await signIn()
    const plain = await world().addClient('spa', { first_party: true, api_login: true })
    assert.equal(refusalOf(await ask(await signIn(3600, plain))), '403 api.scope_missing')
    // who has lost the right has lost it at once; who got it since has no token that tells of it
    const rights = async (clientId: string, upstream_tokens: boolean) => {
      const id = brandId<ClientId>(clientId)
      const known = await world().app.clients.find(world().main.id, id)
      const saved = await world().app.clients.replace({
        tenantId: world().main.id,
        clientId: id,
        metadata: { ...known?.metadata, upstream_tokens },
        origin: 'seed',
        actor: { kind: 'cli' },
      })
      assert.equal(saved.outcome, 'saved', JSON.stringify(saved))
    }
    const old = await signIn(3600, plain)
    await rights(plain.clientId, true)
    await rights(client.clientId, false)
    assert.equal(refusalOf(await ask(token)), '403 api.scope_missing')
    assert.equal(refusalOf(await ask(old)), '403 api.scope_missing')
    assert.equal((await api.get('/auth/me', { token })).status, 200)
  })

  it('is the person’s own alone: another one has nothing there', async () => {
    const { signIn, api, client } = await open(world(), provider)
    await signIn()
    const other = await apiOf(world(), client).logIn(await world().addAccount())
    const path = (id: string) => `/auth/sso/${id}/token`
    const token = other.text('access_token')
    const { connection } = await open(world(), provider)
    for (const id of [connection.id, 'nowhere'])
      assert.equal(refusalOf(await api.post(path(id), { token })), '404 api.upstream_token_unknown')
    assert.equal(refusalOf(await api.post(path('..%2Fx'), { token })), '400 api.invalid_input')
  })

  it('is not kept by a connection that was not told to', async () => {
    const { signIn, ask, sealed } = await open(world(), provider, {
      document: { stores_tokens: false },
    })
    assert.equal(refusalOf(await ask(await signIn())), '404 api.upstream_token_unknown')
    assert.deepEqual(await sealed(), [null])
  })

  it('is gone when it is switched off, and does not come back (Q18)', async () => {
    const { signIn, ask, change, sealed } = await open(world(), provider)
    const token = await signIn()
    await change({ stores_tokens: false })
    assert.deepEqual(await sealed(), [null])
    await change({ stores_tokens: true })
    assert.equal(refusalOf(await ask(token)), '404 api.upstream_token_unknown')
  })

  it('is gone when the connection becomes another client: nobody else is shown it', async () => {
    const { signIn, change, sealed } = await open(world(), provider)
    await signIn()
    await change({ client_id: 'another', client_secret: 'another' })
    assert.deepEqual(await sealed(), [null])
  })

  it('is not given while the connection is off, nor the account', async () => {
    const { signIn, logIn, ask, change, who } = await open(world(), provider)
    await signIn()
    const token = await logIn()
    await change({ status: 'disabled' })
    assert.equal(refusalOf(await ask(token)), '404 api.upstream_token_unknown')
    await change({ status: 'active' })
    assert.equal((await ask(token)).status, 200)
    const { app, main } = world()
    const account = (await app.accounts.findByEmail(main.id, who.email)) ?? assert.fail()
    await app.accounts.setStatus(main.id, account.id, 'disabled', { kind: 'cli' })
    assert.equal(refusalOf(await ask(token)), '401 api.token_invalid')
  })

  it('is gone with the link, and with the connection', async () => {
    const { signIn, logIn, ask, api, connection, sealed } = await open(world(), provider)
    await signIn()
    const token = await logIn()
    assert.equal((await api.delete(`/auth/sso/${connection.id}/unlink`, { token })).status, 204)
    assert.deepEqual(await sealed(), [])
    assert.equal(refusalOf(await ask(token)), '404 api.upstream_token_unknown')

    const again = await open(world(), provider)
    await again.signIn()
    const { id } = again.connection
    await world().app.connections.remove({
      tenantId: world().main.id,
      id,
      actor: { kind: 'cli' },
    })
    assert.deepEqual(await again.sealed(), [])
  })

  it('ends when the other side takes the refresh token no more', async () => {
    const { signIn, ask, sealed } = await open(world(), provider)
    const token = await signIn(5)
    provider.refreshable.clear()
    assert.equal(refusalOf(await ask(token)), '409 api.reconnect_required')
    assert.deepEqual(await sealed(), [null])
    const [event] = await world().app.audit.list(world().main.id, { limit: 1 })
    assert.equal(event?.type, 'federation.tokens_dropped')
    assert.equal(event.detail?.['reason'], 'invalid_grant')
  })

  it('waits when the other side is down, and is not lost', async () => {
    const { signIn, ask, sealed } = await open(world(), provider)
    const token = await signIn(5)
    provider.lie({ respond: { token: (res) => void res.writeHead(500).end() } })
    const down = await ask(token)
    assert.equal(refusalOf(down), '503 api.upstream_unavailable')
    assert.equal(down.headers.get('retry-after'), '30')
    assert.notDeepEqual(await sealed(), [null])
  })

  it('is in no log, metric, audit event, export or other table in the clear', async () => {
    const lines: string[] = []
    const metrics = createMetrics({ version: 'test' })
    await using own = await openWorld({ logger: createRecordingLogger(lines), metrics })
    const { signIn, ask, connection } = await open(own, provider)
    const token = await signIn(5)
    const given = (await ask(token)).text('access_token')
    const secrets = new RegExp(
      ['upstream-(?:access|refresh)', given, ...provider.refreshable].join('|'),
    )

    const tab = own.browser().tab()
    await tab.open(`${own.issuer}/account/data`)
    await signInThere(tab, provider, connection)
    const download = await tab.submit({}, 'Download as JSON')
    assert.match(download.html, new RegExp(connection.id))
    assert.doesNotMatch(download.html, secrets)
    assert.doesNotMatch(download.html, /v1\./) // nothing sealed either

    const { document } = await exportSeed({ ...own.app, issuer: own.issuer })
    assert.match(JSON.stringify(document), /"stores_tokens":true/)
    assert.doesNotMatch(JSON.stringify(document), secrets)
    assert.doesNotMatch(lines.join('\n'), secrets)
    assert.doesNotMatch((await metrics.render()).body, secrets)
    const { knex } = own.app.database
    const tables = await knex('pg_tables').where({ schemaname: 'public' }).pluck('tablename')
    assert.ok(tables.includes('audit_events') || tables.length > 20, tables.join())
    for (const table of tables)
      assert.doesNotMatch(JSON.stringify(await knex(table as string)), secrets, String(table))
  })
})
