import assert from 'node:assert/strict'
import { it } from 'node:test'
import { apiOf, refusalOf } from '#test/support/api.ts'
import type { Api } from '#test/support/api.ts'
import type { Answer } from '#test/support/protocol.ts'
import { signInTo } from '#test/support/person.ts'
import type { Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const trusted = { first_party: true, api_login: true }
const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

type View = { readonly id: string; readonly current: boolean } & Record<string, unknown>

describeInWorlds('sessions by the JSON API', (world) => {
  async function open(tenant = world().main) {
    const client = await world().addClient('spa', trusted, tenant)
    const person = await world().addAccount(undefined, tenant)
    return { client, person, api: apiOf(world(), client) }
  }

  async function logIn(api: Api, person: Person): Promise<Answer> {
    const answer = await api.logIn(person, { headers: { 'user-agent': agent } })
    assert.equal(answer.status, 200, answer.body)
    return answer
  }

  async function list(api: Api, token: string): Promise<readonly View[]> {
    const answer = await api.get('/auth/sessions', { token })
    assert.equal(answer.status, 200, answer.body)
    return answer.json['sessions'] as View[]
  }

  async function assertDead(api: Api, tokens: Answer): Promise<void> {
    const me = await api.get('/auth/me', { token: tokens.text('access_token') })
    assert.equal(refusalOf(me), '401 api.token_invalid')
    const refresh_token = tokens.text('refresh_token')
    const again = await api.asClient('/auth/refresh', { refresh_token })
    assert.equal(refusalOf(again), '401 api.refresh_token_invalid')
  }

  it('shows where a person is signed in, by pages and by the API', async () => {
    const { api, person } = await open()
    await signInTo(await world().relyingParty('trusted'), person, { world: world() })
    const token = (await logIn(api, person)).text('access_token')
    const views = await list(api, token)
    assert.equal(views.length, 2)
    const [own] = views.filter(({ current }) => current)
    assert.deepEqual([own?.['browser'], own?.['system']], ['Firefox', 'Linux'])
    assert.deepEqual(own?.['amr'], ['pwd'])
    const me = await api.get('/auth/me', { token })
    assert.equal(own?.id, me.json['session_id'])
  })

  it('ends the session of its token, and everything that hangs on it (Q17)', async () => {
    const { api, person } = await open()
    const [here, there] = [await logIn(api, person), await logIn(api, person)]
    const out = await api.post('/auth/logout', { token: here.text('access_token') })
    assert.equal(out.status, 204, out.body)
    await assertDead(api, here)
    assert.equal((await list(api, there.text('access_token'))).length, 1)
    const again = await api.post('/auth/logout', { token: here.text('access_token') })
    assert.equal(refusalOf(again), '401 api.token_invalid')
  })

  it('ends another one by its id', async () => {
    const { api, person } = await open()
    const [here, there] = [await logIn(api, person), await logIn(api, person)]
    const token = here.text('access_token')
    const [other] = (await list(api, token)).filter(({ current }) => !current)
    const ended = await api.delete(`/auth/sessions/${other?.id}`, { token })
    assert.equal(ended.status, 204, ended.body)
    await assertDead(api, there)
    assert.equal((await list(api, token)).length, 1)
  })

  it('ends all others at once', async () => {
    const { api, person } = await open()
    const others = [await logIn(api, person), await logIn(api, person)]
    const token = (await logIn(api, person)).text('access_token')
    const answer = await api.delete('/auth/sessions', { token })
    assert.deepEqual([answer.status, answer.json], [200, { ended: 2 }])
    for (const other of others) await assertDead(api, other)
    assert.deepEqual(
      (await list(api, token)).map(({ current }) => current),
      [true],
    )
  })

  it('knows no session of somebody else, whosever it is (Q77)', async () => {
    const { api, person } = await open()
    const token = (await logIn(api, person)).text('access_token')
    const neighbour = await open()
    const foreigner = await open(world().acme)
    for (const { api: theirs, person: other } of [neighbour, foreigner]) {
      const tokens = await logIn(theirs, other)
      const [view] = await list(theirs, tokens.text('access_token'))
      const answer = await api.delete(`/auth/sessions/${view?.id}`, { token })
      assert.equal(refusalOf(answer), '404 api.session_unknown')
      const me = await theirs.get('/auth/me', { token: tokens.text('access_token') })
      assert.equal(me.status, 200)
    }
    for (const id of ['nothing', '%F0%9F%92%A5', 'a'.repeat(101), "'--", '..%2f..%2fme']) {
      const answer = await api.delete(`/auth/sessions/${id}`, { token })
      assert.match(refusalOf(answer), /^(?:404 api.session_unknown|400 api.invalid_input)$/)
    }
  })

  it('is ended once by twenty at the same time', async () => {
    const { api, person } = await open()
    const tokens = await logIn(api, person)
    const token = tokens.text('access_token')
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.post('/auth/logout', { token })),
    )
    const unexpected = answers.filter(({ status }) => ![204, 401, 404].includes(status))
    assert.deepEqual(
      unexpected.map(({ body }) => body),
      [],
    )
    assert.ok(answers.some(({ status }) => status === 204))
    await assertDead(api, tokens)
    const events = await world().app.audit.list(world().main.id, { limit: 50 })
    const ended = events.filter(
      ({ type, accountId }) => type === 'session.ended' && accountId === person.account.id,
    )
    assert.equal(ended.length, 1)
  })

  it('asks for a token everywhere', async () => {
    const { api } = await open()
    for (const answer of [
      await api.get('/auth/sessions'),
      await api.delete('/auth/sessions'),
      await api.delete('/auth/sessions/x'),
      await api.post('/auth/logout'),
    ])
      assert.equal(refusalOf(answer), '401 api.token_required')
  })
})
