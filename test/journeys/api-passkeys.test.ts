import assert from 'node:assert/strict'
import { it } from 'node:test'
import { decodeJwt } from 'jose'
import { acrMultiFactor, acrPassword, acrPhishingResistant } from '#client/client.ts'
import { apiOf, refusalOf, refusedFields } from '#test/support/api.ts'
import type { Api } from '#test/support/api.ts'
import { createAuthenticator } from '#test/support/authenticator.ts'
import type { Authenticator, Lies } from '#test/support/authenticator.ts'
import { enrolledPerson } from '#test/support/enrolled.ts'
import type { Answer } from '#test/support/protocol.ts'
import type { Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const trusted = { first_party: true, api_login: true }

type Options = { readonly options: object; readonly handle: string }

describeInWorlds('passkeys by the JSON API', (world) => {
  const frontEnd = async (tenant = world().main) =>
    apiOf(world(), await world().addClient('spa', trusted, tenant))
  const authenticatorHere = (settings: object = {}) =>
    createAuthenticator({ origin: world().issuer, ...settings })

  async function open(person?: Person) {
    const api = await frontEnd()
    const owner = person ?? (await world().addAccount())
    const answer = await api.logIn(owner)
    assert.equal(answer.status, 200, answer.body)
    return { api, person: owner, token: answer.text('access_token') }
  }

  const offered = async (api: Api, token: string): Promise<object> => {
    const answer = await api.post('/passkeys/register/options', { token })
    assert.equal(answer.status, 200, answer.body)
    return (answer.json as Options).options
  }

  const keep = (api: Api, token: string, credential: string) =>
    api.post('/passkeys/register/verify', {
      token,
      body: { credential: JSON.parse(credential) as unknown },
    })

  async function add(api: Api, token: string, made: Authenticator = authenticatorHere()) {
    const answer = await keep(api, token, made.create(await offered(api, token)))
    assert.equal(answer.status, 201, answer.body)
    return { authenticator: made, id: answer.text('id') }
  }

  async function signIn(api: Api, authenticator: Authenticator, lies: Lies = {}): Promise<Answer> {
    const asked = (await api.asClient('/passkeys/sign-in/options', {})).json as Options
    return show(api, asked.handle, authenticator.get(asked.options, lies))
  }

  const show = (api: Api, handle: string, credential: string) =>
    api.asClient('/passkeys/sign-in/verify', {
      handle,
      credential: JSON.parse(credential) as unknown,
    })

  it('are made, listed, renamed and removed (WebAuthn L3 §7.1)', async () => {
    const { api, token } = await open()
    const aaguid = 'fbfc3007-154e-4ecc-8c0b-6e020557d7bd'
    const { id } = await add(api, token, authenticatorHere({ aaguid, synced: true }))
    const renamed = await api.post(`/passkeys/${id}`, { token, body: { name: 'Ada’s phone' } })
    assert.equal(renamed.status, 204)
    const long = await api.post(`/passkeys/${id}`, { token, body: { name: 'x'.repeat(65) } })
    assert.deepEqual(refusedFields(long), ['name'])
    const { json, body } = await api.get('/passkeys', { token })
    assert.partialDeepStrictEqual(json, {
      passkeys: [{ id, name: 'Ada’s phone', authenticator: 'iCloud Keychain', synced: true }],
      accepted: { rpId: 'localhost', allAcceptedCredentialIds: [id] },
    })
    assert.doesNotMatch(body, /public_?key|sign_?count/i)
    assert.equal((await api.delete(`/passkeys/${id}`, { token })).status, 204)
    const gone = await api.delete(`/passkeys/${id}`, { token })
    assert.equal(refusalOf(gone), '404 api.factor_unknown')
  })

  it('sign in whoever has one: two factors at once where it was unlocked (WebAuthn L3 §7.2)', async () => {
    const { api, person, token } = await open()
    const { authenticator } = await add(api, token)
    const answer = await signIn(api, authenticator)
    assert.equal(answer.status, 200, answer.body)
    const { sub, acr, amr } = decodeJwt(answer.text('id_token'))
    assert.deepEqual([sub, acr], [person.account.id, acrPhishingResistant])
    assert.deepEqual(amr, ['hwk', 'user', 'mfa'])
    const touched = await signIn(api, authenticator, { userVerified: false })
    assert.equal(decodeJwt(touched.text('id_token'))['acr'], acrPassword)
  })

  it('are asked for something else where they were only touched and more is wanted', async () => {
    const { person, authenticator } = await enrolledPerson(world())
    const api = await frontEnd()
    assert.equal((await signIn(api, authenticator)).status, 200)
    const answer = await signIn(api, authenticator, { userVerified: false })
    assert.equal(refusalOf(answer), '403 api.mfa_required')
    const { details } = answer.json['error'] as { details: { handle: string; methods: string[] } }
    assert.ok(details.methods.includes('password'))
    const { handle } = details
    const fields = { handle, method: 'password', password: person.password }
    const done = await api.asClient('/auth/login/2fa', fields)
    assert.equal(done.status, 200, done.body)
    assert.equal(decodeJwt(done.text('id_token'))['acr'], acrPhishingResistant)
  })

  it('answer one challenge once, for the application and the handle it was made for (Q51)', async () => {
    const { api, token } = await open()
    const { authenticator } = await add(api, token)
    const ask = async (using: Api) =>
      (await using.asClient('/passkeys/sign-in/options', {})).json as Options
    const one = await ask(api)
    const credential = authenticator.get(one.options)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => show(api, one.handle, credential)),
    )
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
    const two = await ask(api)
    const stolen = authenticator.get(two.options)
    const other = await frontEnd()
    assert.equal(refusalOf(await show(other, two.handle, stolen)), '401 api.passkey_refused')
    const three = await ask(api)
    const swapped = await show(api, (await ask(api)).handle, authenticator.get(three.options))
    assert.equal(refusalOf(swapped), '401 api.passkey_refused')
  })

  it('of another page, key or nobody prove nothing; the browser may forget the last', async () => {
    const { api, token } = await open()
    const { authenticator, id } = await add(api, token)
    for (const lies of [
      { origin: 'https://evil.example' },
      { rpId: 'evil.example' },
      { wrongSignature: true },
      { userHandle: 'bm9ib2R5' },
    ]) {
      const answer = await signIn(api, authenticator, lies)
      assert.equal(refusalOf(answer), '401 api.passkey_refused', JSON.stringify(lies))
    }
    assert.equal((await api.delete(`/passkeys/${id}`, { token })).status, 204)
    const stale = await signIn(api, authenticator)
    assert.partialDeepStrictEqual(stale.json, {
      error: { code: 'api.passkey_refused', details: { why: 'unknown', forget: id } },
    })
  })

  it('are made and removed for a proof of five minutes only (Q52, Q64)', async () => {
    const { api, token } = await open()
    const { id } = await add(api, token)
    const credential = authenticatorHere().create(await offered(api, token))
    await world().pass(301)
    const { length } = (await api.get('/passkeys', { token })).json['passkeys'] as []
    assert.equal(length, 1)
    for (const answer of [
      await api.post('/passkeys/register/options', { token }),
      await keep(api, token, credential),
      await api.delete(`/passkeys/${id}`, { token }),
    ])
      assert.equal(refusalOf(answer), '401 api.step_up_required')
  })

  it('are not made by who proved a password alone, once there is more (Q48)', async () => {
    const { api, person, token } = await open()
    await add(api, token)
    await add(api, token)
    const answer = await api.post('/passkeys/register/options', { token })
    assert.equal(refusalOf(answer), '401 api.step_up_required')
    const { details } = answer.json['error'] as { details: { acr_values: string } }
    assert.equal(details.acr_values, acrMultiFactor)
    assert.equal(refusalOf(await api.logIn(person)), '403 api.mfa_required')
  })

  it('of another session, person or tenant are not there (Q51, Q77)', async () => {
    const one = await open()
    const { id } = await add(one.api, one.token)
    const other = await open()
    const credential = authenticatorHere().create(await offered(one.api, one.token))
    const elsewhere = await keep(other.api, other.token, credential)
    assert.equal(refusalOf(elsewhere), '401 api.passkey_refused')
    const removed = await other.api.delete(`/passkeys/${id}`, { token: other.token })
    assert.equal(refusalOf(removed), '404 api.factor_unknown')
    const named = await other.api.post(`/passkeys/${id}`, {
      token: other.token,
      body: { name: 'x' },
    })
    assert.equal(refusalOf(named), '404 api.factor_unknown')
  })

  it('are never the last way in that is removed', async () => {
    const made = await world().addTenant('api-last-way')
    const api = await frontEnd(made)
    const person = await world().addAccount(undefined, made)
    const token = (await api.logIn(person)).text('access_token')
    const { id } = await add(api, token)
    const { account } = person
    await world().app.passwords.removePassword({ account, actor: { kind: 'cli' } }, undefined)
    assert.equal(refusalOf(await api.delete(`/passkeys/${id}`, { token })), '409 api.last_way_in')
  })

  it('of a disabled person open nothing (Q18)', async () => {
    const { api, person, token } = await open()
    const { authenticator } = await add(api, token)
    const { tenantId, id } = person.account
    await world().app.accounts.setStatus(tenantId, id, 'disabled', { kind: 'cli' })
    assert.equal(refusalOf(await signIn(api, authenticator)), '401 api.passkey_refused')
  })

  it('that are nonsense are refused, not failed on', async () => {
    const { api, token } = await open()
    for (const credential of [{}, { id: 7 }, 'x', []]) {
      const answer = await api.post('/passkeys/register/verify', { token, body: { credential } })
      assert.equal(answer.status, 400, JSON.stringify(credential))
    }
    for (const credential of [{ id: 'x' }, { id: 'x', response: { clientDataJSON: 'e30' } }]) {
      const answer = await api.post('/passkeys/register/verify', { token, body: { credential } })
      assert.equal(refusalOf(answer), '401 api.passkey_refused')
    }
  })
})
