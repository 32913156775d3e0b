import assert from 'node:assert/strict'
import { it } from 'node:test'
import { brandId } from '#kit/ids.ts'
import type { ClientId } from '#kit/ids.ts'
import { apiOf, refusalOf } from '#test/support/api.ts'
import type { Api } from '#test/support/api.ts'
import { wireOf } from '#test/support/protocol.ts'
import type { Answer } from '#test/support/protocol.ts'
import { signInTo } from '#test/support/person.ts'
import type { Person } from '#test/support/world.ts'
import type { TestClient } from '#test/support/relying-party.ts'
import { api as otherApi } from '#test/support/world-clients.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const actor = { kind: 'cli' } as const
const trusted = { first_party: true, api_login: true }

describeInWorlds('tokens of the JSON API', (world) => {
  type SignedIn = {
    readonly api: Api
    readonly client: TestClient
    readonly person: Person
    readonly tokens: Answer
    readonly token: string
  }

  async function signedIn(other: object = {}): Promise<SignedIn> {
    const client = await world().addClient('spa', { ...trusted, ...other })
    const api = apiOf(world(), client)
    const person = await world().addAccount()
    const tokens = await api.logIn(person)
    assert.equal(tokens.status, 200, tokens.body)
    return { api, client, person, tokens, token: tokens.text('access_token') }
  }

  const refresh = ({ api }: SignedIn, refresh_token: string) =>
    api.asClient('/auth/refresh', { refresh_token })

  /** Nothing of this sign-in opens anything. */
  async function assertDead(one: SignedIn, refusal = '401 api.refresh_token_invalid') {
    const me = await one.api.get('/auth/me', { token: one.token })
    assert.equal(refusalOf(me), '401 api.token_invalid')
    assert.equal(refusalOf(await refresh(one, one.tokens.text('refresh_token'))), refusal)
  }

  it('are renewed by the rotation of the engine (Q14)', async () => {
    const one = await signedIn()
    const first = one.tokens.text('refresh_token')
    const second = await refresh(one, first)
    assert.equal(second.status, 200, second.body)
    assert.notEqual(second.text('refresh_token'), first)
    const me = await one.api.get('/auth/me', { token: second.text('access_token') })
    assert.equal(me.status, 200)
  })

  it('end as a family when a used refresh token comes again (RFC 9700 §4.14.2)', async () => {
    const one = await signedIn()
    const first = one.tokens.text('refresh_token')
    const second = await refresh(one, first)
    assert.equal(refusalOf(await refresh(one, first)), '401 api.refresh_token_invalid')
    assert.equal((await one.api.get('/auth/me', { token: one.token })).status, 200) // a retry
    await world().pass(20)
    assert.equal(refusalOf(await refresh(one, first)), '401 api.refresh_token_invalid')
    const token = second.text('access_token')
    assert.equal(refusalOf(await one.api.get('/auth/me', { token })), '401 api.token_invalid')
    const late = await refresh(one, second.text('refresh_token'))
    assert.equal(refusalOf(late), '401 api.refresh_token_invalid')
  })

  it('are renewed once by twenty at the same time (RFC 9700 §4.14.2)', async () => {
    const one = await signedIn()
    const token = one.tokens.text('refresh_token')
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(one, token)))
    const won = answers.filter(({ status }) => status === 200)
    assert.equal(won.length, 1)
    for (const answer of answers.filter(({ status }) => status !== 200))
      assert.equal(refusalOf(answer), '401 api.refresh_token_invalid')
    assert.equal((await refresh(one, won[0]?.text('refresh_token') ?? '')).status, 200)
  })

  it('live as long as the session is used, and no longer (Q63)', async () => {
    const one = await signedIn()
    let token = one.tokens.text('refresh_token')
    for (let day = 0; day < 3; day += 1) {
      await world().pass(20 * 3600)
      const next = await refresh(one, token)
      assert.equal(next.status, 200, `day ${day}: ${next.body}`)
      token = next.text('refresh_token')
    }
    await world().pass(25 * 3600)
    assert.equal(refusalOf(await refresh(one, token)), '401 api.refresh_token_invalid')
  })

  it('die with the account (Q17, Q18)', async () => {
    const one = await signedIn()
    const { tenantId, id } = one.person.account
    await world().app.accounts.end(tenantId, id, actor)
    await assertDead(one)
    await world().pass(2)
    const again = { ...one, tokens: await one.api.logIn(one.person) }
    const disabled = { ...again, token: again.tokens.text('access_token') }
    await world().app.accounts.setStatus(tenantId, id, 'disabled', actor)
    await assertDead(disabled)
  })

  it('die with the application, and with its right (Q18)', async () => {
    const one = await signedIn()
    const clientId = brandId<ClientId>(one.client.clientId)
    const tenantId = world().main.id
    await world().app.clients.setStatus(tenantId, clientId, 'disabled', actor)
    await assertDead(one, '401 api.client_refused')

    const other = await signedIn()
    const known = await world().app.clients.find(tenantId, brandId<ClientId>(other.client.clientId))
    const metadata = {
      ...known?.metadata,
      client_id: other.client.clientId,
      api_login: false,
    }
    const changed = await world().app.clients.replace({
      tenantId,
      clientId: brandId<ClientId>(other.client.clientId),
      origin: 'cli',
      metadata,
      actor,
    })
    assert.equal(changed.outcome, 'saved')
    await assertDead(other, '403 api.client_not_allowed')
  })

  it('open nothing once their tenant is disabled', async () => {
    const tenant = await world().addTenant('closing')
    const client = await world().addClient('spa', trusted, tenant)
    const person = await world().addAccount('grace', tenant)
    const api = apiOf(world(), client)
    const token = (await api.logIn(person)).text('access_token')
    await world().app.tenants.update({ ...tenant, status: 'disabled' })
    const base = `${tenant.issuer}/api/v1`
    for (const [path, method] of [
      ['/auth/me', 'GET'],
      ['/auth/login', 'POST'],
    ] as const) {
      const headers = { authorization: `Bearer ${token}` }
      const response = await world().transport.fetch(base + path, { method, headers })
      assert.equal(response.status, 404)
    }
  })

  it('are no others: not an ID, refresh or userinfo token, nor one for another API (Q79)', async () => {
    const one = await signedIn()
    const rp = await world().relyingParty(one.client)
    const { tokens: userinfo } = await signInTo(rp, one.person, { world: world() })
    const wire = wireOf(world(), one.client)
    const { tokens: again } = one
    const foreign = await wire.post('/token', {
      grant_type: 'refresh_token',
      refresh_token: again.text('refresh_token'),
      resource: otherApi,
    })
    const [header = '', payload = '', signature = ''] = one.token.split('.')
    const unsigned = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
    for (const token of [
      again.text('id_token'),
      again.text('refresh_token'),
      userinfo.access_token,
      String(userinfo.id_token),
      foreign.text('access_token'),
      `${unsigned}.${payload}.`,
      `${header}.${payload}.${signature.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))}`,
    ]) {
      const answer = await one.api.get('/auth/me', { token })
      assert.equal(refusalOf(answer), '401 api.token_invalid')
      assert.match(answer.headers.get('www-authenticate') ?? '', /error="invalid_token"$/)
    }
    assert.equal((await one.api.get('/auth/me', { token: one.token })).status, 200)
  })

  it('are over when they say so', async () => {
    const one = await signedIn()
    await world().pass(601)
    const answer = await one.api.get('/auth/me', { token: one.token })
    assert.equal(refusalOf(answer), '401 api.token_invalid')
  })

  it('come in the header: a cookie opens nothing, and neither does the query (Q67, RFC 6750 §2.3)', async () => {
    const one = await signedIn()
    const rp = await world().relyingParty('trusted')
    const { tab } = await signInTo(rp, one.person, { world: world() })
    const cookie = tab.cookieHeader(new URL(`${world().issuer}/api/v1/auth/me`))
    assert.notEqual(cookie, '')
    for (const headers of [{ cookie }, { cookie: `access_token=${one.token}` }]) {
      const answer = await one.api.get('/auth/me', { headers })
      assert.equal(refusalOf(answer), '401 api.token_required')
    }
    const query = await one.api.get(`/auth/me?access_token=${one.token}`)
    assert.equal(refusalOf(query), '401 api.token_required')
  })

  it('are for the API only for who signed in there: a page does not hand them out', async () => {
    const one = await signedIn()
    const rp = await world().relyingParty(one.client)
    const attempt = await rp.start({
      resource: `${world().issuer}/api/v1`,
      scope: 'openid account',
    })
    const page = await world().browser().tab().open(attempt.url)
    assert.match(String(page.url), /error=invalid_target/)
    const { tokens } = await signInTo(rp, one.person, { world: world() })
    const answer = await refresh(one, String(tokens.refresh_token))
    assert.ok(
      ['403 api.client_not_allowed', '401 api.refresh_token_invalid'].includes(refusalOf(answer)),
    )
  })
})
