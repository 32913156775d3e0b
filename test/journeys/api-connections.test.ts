import assert from 'node:assert/strict'
import { it } from 'node:test'
import { brandId, type ConnectionId } from '#kit/ids.ts'
import { apiOf, refusalOf, type Api } from '#test/support/api.ts'
import type { Answer } from '#test/support/protocol.ts'
import type { Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const trusted = { first_party: true, api_login: true }
const oidc = {
  type: 'oidc',
  name: 'Acme',
  issuer: 'https://id.acme.test',
  client_id: 'signet',
  client_secret: 'a secret of acme',
}
const actor = { kind: 'cli' } as const

describeInWorlds('connections by the JSON API', (world) => {
  let count = 0
  const nextId = () => `acme-${String((count += 1))}`

  async function appoint({ account }: Person): Promise<void> {
    await world().app.accounts.update({ ...account, roles: ['admin'] }, actor)
  }

  async function open(tenant = world().main) {
    const client = await world().addClient('spa', trusted, tenant)
    const api = apiOf(world(), client)
    const admin = await world().addAccount(undefined, tenant)
    await appoint(admin)
    const tokens = await api.logIn(admin)
    return { api, tenant, admin, token: tokens.text('access_token') }
  }

  async function added(init: object = {}) {
    const opened = await open()
    const id = nextId()
    const { api, token } = opened
    const answer = await api.post('/connections', { token, body: { id, ...oidc, ...init } })
    assert.equal(answer.status, 201, answer.body)
    const etag = answer.headers.get('etag') ?? assert.fail('no ETag')
    return { ...opened, id, answer, etag, path: `/connections/${id}` }
  }

  it('adds one with a key of ours, and shows its public half alone', async () => {
    const method = { client_secret: undefined, token_endpoint_auth_method: 'private_key_jwt' }
    const { answer, api, token, path, id } = await added(method)
    const { jwks } = answer.json as Record<string, Record<string, unknown>>
    const jwks_uri = `${world().issuer}/federation/${id}/jwks`
    assert.partialDeepStrictEqual(answer.json, { has_secret: true, urls: { jwks_uri } })
    const names = ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']
    const [key] = (jwks?.['keys'] ?? []) as Record<string, unknown>[]
    assert.deepEqual(Object.keys(key ?? {}).toSorted(), names)
    assert.deepEqual((await api.get(path, { token })).json['jwks'], jwks)
    const fetched = await world().transport.fetch(jwks_uri)
    assert.deepEqual(await fetched.json(), jwks)
  })

  type Opened = { readonly api: Api; readonly token: string }
  type Added = Opened & { readonly path: string; readonly etag: string }

  /** Of the version that was answered first. */
  const patch = ({ api, path, token, etag }: Added, body: object) =>
    api.patch(path, { token, body, headers: { 'if-match': etag } })

  function detailsOf(answer: Answer): readonly string[] {
    const { details } = answer.json['error'] as { details: { field: string; message: string }[] }
    return details.map(({ field, message }) => `${field} ${message}`)
  }

  it('adds one as a draft, shows it without its secret, changes and forgets it', async () => {
    const own = await added({ domains: ['Acme.test'] })
    const { api, token, id, path, answer } = own
    assert.partialDeepStrictEqual(answer.json, {
      id,
      status: 'draft',
      has_secret: true,
      issuer: 'https://id.acme.test',
      domains: [{ domain: 'acme.test', state: 'claimed', enforced: false }],
      urls: { redirect_uri: `${world().issuer}/federation/${id}/callback` },
    })
    assert.equal(answer.headers.get('etag'), `"${String(answer.json['version'])}"`)
    const changed = await patch(own, { status: 'active', name: null, button: false })
    assert.equal(changed.status, 200, changed.body)
    assert.partialDeepStrictEqual(changed.json, { status: 'active', name: id, button: false })
    assert.equal(changed.json['version'], Number(answer.json['version']) + 1)
    const shown = await api.get(path, { token })
    const list = await api.get('/connections', { token })
    assert.deepEqual(shown.json, changed.json)
    const { connections } = list.json as { connections: { id: string }[] }
    assert.ok(connections.some((one) => one.id === id))
    for (const { body } of [answer, changed, shown, list])
      assert.ok(!body.includes('a secret of acme'))
    assert.equal((await api.delete(path, { token })).status, 204)
    for (const gone of [await api.get(path, { token }), await api.delete(path, { token })])
      assert.equal(refusalOf(gone), '404 api.connection_unknown')
  })

  it('is for administrators, and tells nobody else what there is', async () => {
    const own = await added()
    const { api, id, path } = own
    const person = await world().addAccount()
    const token = (await api.logIn(person)).text('access_token')
    const body = { id: 'own', ...oidc }
    const answers = [
      await api.get('/connections', { token }),
      await api.post('/connections', { token, body }),
      await api.get(path, { token }),
      await api.get('/connections/nobody', { token }),
      await patch({ ...own, token }, { name: 'Mine' }),
      await api.delete(path, { token }),
      await api.get(`${path}/health`, { token }),
      await api.post(`${path}/domains/acme.test/check`, { token }),
    ]
    for (const answer of answers) assert.equal(refusalOf(answer), '403 api.admin_only')
    assert.equal(refusalOf(await api.get(path)), '401 api.token_required')
    await appoint(person)
    assert.equal((await api.get(path, { token })).json['id'], id)
  })

  it('ends with the role, with the account, and at the border of the tenant (Q77)', async () => {
    const own = await added()
    const { api, token, path, admin, id } = own
    const other = await open(world().acme)
    assert.equal(
      refusalOf(await other.api.get(path, { token: other.token })),
      '404 api.connection_unknown',
    )
    assert.equal(
      refusalOf(await patch({ ...own, ...other }, { name: 'Theirs' })),
      '404 api.connection_unknown',
    )
    assert.equal(
      refusalOf(await other.api.delete(path, { token: other.token })),
      '404 api.connection_unknown',
    )
    assert.equal(refusalOf(await other.api.get(path, { token })), '401 api.token_invalid')
    const same = await other.api.post('/connections', { token: other.token, body: { id, ...oidc } })
    assert.equal(same.status, 201, same.body)

    const fresh = await world().app.accounts.find(admin.account.tenantId, admin.account.id)
    assert.ok(fresh)
    await world().app.accounts.update({ ...fresh, roles: [] }, actor)
    assert.equal(refusalOf(await api.get(path, { token })), '403 api.admin_only')
    await world().app.accounts.setStatus(fresh.tenantId, fresh.id, 'disabled', actor)
    assert.equal(refusalOf(await api.get(path, { token })), '401 api.token_invalid')
  })

  it('wants a fresh proof for a change, and none to look (Q64)', async () => {
    const own = await added()
    const { api, token, path } = own
    await world().pass(301)
    assert.equal((await api.get(path, { token })).status, 200)
    for (const stale of [
      await patch(own, { name: 'Late' }),
      await api.delete(path, { token }),
      await api.post('/connections', { token, body: { id: nextId(), ...oidc } }),
    ])
      assert.equal(refusalOf(stale), '401 api.step_up_required')
  })

  it('wants a second factor where the tenant demands one of everybody', async () => {
    const tenant = await world().addTenant(`strict-${nextId()}`)
    const { api, token } = await open(tenant)
    assert.equal((await api.get('/connections', { token })).status, 200)
    const settings = { ...tenant.settings, second_factor: 'required' as const }
    await world().app.tenants.update({ ...tenant, settings })
    const refused = await api.get('/connections', { token })
    assert.equal(refusalOf(refused), '401 api.step_up_required')
    const challenge = refused.headers.get('www-authenticate') ?? ''
    assert.match(challenge, /acr_values="urn:signet:acr:mfa"/)
  })

  it('changes nothing on what was not seen (RFC 9110 §13.1.1)', async () => {
    const own = await added()
    const { api, token, path } = own
    assert.equal((await patch(own, { name: 'First' })).status, 200)
    const late = await patch(own, { name: 'Second' })
    assert.equal(refusalOf(late), '412 api.version_stale')
    for (const value of [undefined, '*', '2', 'W/"2"', '"1", "2"', '"two"']) {
      const headers: Record<string, string> = value === undefined ? {} : { 'if-match': value }
      const blind = await api.patch(path, { token, body: { name: 'Blind' }, headers })
      assert.equal(refusalOf(blind), '400 api.version_required', value)
    }
    assert.equal((await api.get(path, { token })).json['name'], 'First')
  })

  it('lets one of twenty changes of a version through', async () => {
    const own = await added()
    const tries = Array.from({ length: 20 }, (_, at) =>
      patch(own, { name: `Change ${String(at)}` }),
    )
    const statuses = (await Promise.all(tries)).map(({ status }) => status)
    assert.equal(statuses.filter((status) => status === 200).length, 1, statuses.join())
    assert.equal(statuses.filter((status) => status === 412).length, 19, statuses.join())
  })

  it('says what is wrong with a connection, field by field (Q80)', async () => {
    const own = await added()
    const { api, token, path } = own
    const broken = {
      id: 'A',
      type: 'oidc',
      issuer: 'http://x',
      clientid: 'x',
      domains: ['gmail.com'],
    }
    const refused = await api.post('/connections', { token, body: broken })
    assert.equal(refusalOf(refused), '400 api.connection_invalid')
    assert.deepEqual(detailsOf(refused), [
      'id must be 2 to 64 lower-case letters, digits and hyphens, beginning with a letter',
      'issuer must be an https address without user name and fragment',
      'client_id is missing',
      'clientid is not a known name; did you mean client_id?',
      'domains.0 is of a mail service for anybody: nobody owns its people',
    ])
    const bare = await api.post('/connections', { token, body: { type: 'ldap' } })
    assert.equal(refusalOf(bare), '400 api.invalid_input')
    const taken = await api.post('/connections', { token, body: { ...oidc, id: path.slice(13) } })
    assert.equal(refusalOf(taken), '409 api.connection_taken')

    const claims = { domains: [{ domain: 'acme.test', proved: true, enforced: true }] }
    const marked = await patch(own, claims)
    assert.deepEqual(detailsOf(marked), ['domains.0.proved is proved by its record in the DNS'])
    const enforced = { domains: [{ domain: 'acme.test', enforced: true }] }
    const early = await patch(own, enforced)
    assert.deepEqual(detailsOf(early), ['domains.0.enforced must be proved first'])
    const stolen = await patch(own, { issuer: 'https://evil.test' })
    assert.deepEqual(detailsOf(stolen), [
      'client_secret is asked for again: it was given for somebody else',
    ])
  })

  it('answers hostile documents with what is wrong, never with a failure (Q93)', async () => {
    const own = await added()
    const { api, token } = own
    const hostile: readonly object[] = [
      { scopes: 'x', mapping: [], groups: 7, domains: {}, position: 1e99, name: ['a'] },
      { mapping: { __proto__: 'name', constructor: 'x' } },
      Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`unknown-${String(at)}`, at])),
      { domains: Array.from({ length: 101 }, (_, at) => `d${String(at)}.test`) },
      { name: 'right\u202eleft' },
      { status: 'deleted' },
      { version: 7 },
    ]
    for (const body of hostile) {
      const answer = await patch(own, body)
      assert.equal(answer.status, 400, answer.body.slice(0, 200))
      assert.ok(detailsOf(answer).length <= 20)
    }
    for (const id of ['a'.repeat(65), '%F0%9F%98%80', '..%2f', "'"])
      assert.ok([400, 404].includes((await api.get(`/connections/${id}`, { token })).status), id)
  })

  it('tells how a connection is, within the time there is, whatever the other side does', async () => {
    const { api, token, path } = await added({ domains: ['acme.test'] })
    const before = await api.get(`${path}/health`, { token })
    assert.equal(before.status, 200, before.body)
    const { checks } = before.json as { checks: { name: string; state: string }[] }
    assert.ok(checks.some(({ name, state }) => name === 'domain' && state === 'degraded'))
    const asked = await api.get(`${path}/health?refresh=true`, { token })
    assert.equal(asked.json['state'], 'failing')
    assert.equal(
      refusalOf(await api.get('/connections/nobody/health', { token })),
      '404 api.connection_unknown',
    )
    const stranger = await api.post(`${path}/domains/other.test/check`, { token })
    assert.equal(refusalOf(stranger), '404 api.connection_unknown')
  })

  it('is told in the audit log, with who did it and no value (Q91)', async () => {
    const own = await added()
    const { admin, id } = own
    await patch(own, { name: 'Told', client_secret: 'another' })
    const events = await world().app.audit.list(admin.account.tenantId, { limit: 20 })
    const told = events.filter(({ detail }) => detail?.['connection'] === id)
    assert.deepEqual(
      told.map(({ type }) => type),
      ['connection.updated', 'connection.created'],
    )
    assert.deepEqual(told[0]?.actor, { kind: 'account', id: admin.account.id })
    assert.deepEqual(told[0]?.detail, { connection: id, fields: ['name', 'secret'] })
    const found = await world().app.connections.find(
      admin.account.tenantId,
      brandId<ConnectionId>(id),
    )
    assert.ok(found)
    assert.equal(await world().app.connections.secretOf(found), 'another')
  })
})
