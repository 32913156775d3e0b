import assert from 'node:assert/strict'
import { it } from 'node:test'
import { apiOf, refusalOf } from '#test/support/api.ts'
import { codeIn, lastMail } from '#test/support/mail.ts'
import type { Answer } from '#test/support/protocol.ts'
import { password } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'
import type { Tenant } from '#tenant/tenant.ts'

const trusted = { first_party: true, api_login: true }
const email = 'new@example.test'

let tenants = 0

describeInWorlds('registration by the JSON API', (world) => {
  async function open(settings: Partial<Tenant['settings']> = { registration: 'open' }) {
    tenants += 1
    const made = await world().addTenant(`api-register-${tenants}`)
    await world().app.tenants.update({ ...made, settings: { ...made.settings, ...settings } })
    const tenant = (await world().app.tenants.findById(made.id)) ?? assert.fail('no tenant')
    const api = apiOf(world(), await world().addClient('spa', trusted, tenant))
    const begin = (more: object = {}) =>
      api.asClient('/auth/register', { email, name: 'New Person', agreed: true, ...more })
    const verify = (body: object) => api.asClient('/auth/verify-email', { password, ...body })
    return { tenant, api, begin, verify }
  }

  async function ask({ tenant, begin }: Awaited<ReturnType<typeof open>>) {
    const answer = await begin()
    assert.equal(answer.status, 202, answer.body)
    return { handle: answer.text('handle'), code: codeIn(await lastMail(world(), tenant)) }
  }

  const detailsOf = ({ json }: Answer) => (json['error'] as { details: unknown }).details

  it('proves the address, then makes the account and signs in (Q62)', async () => {
    const scene = await open()
    const asked = await ask(scene)
    const find = () => world().app.accounts.findByEmail(scene.tenant.id, email)
    assert.equal(await find(), undefined)
    const answer = await scene.verify(asked)
    assert.equal(answer.status, 200, answer.body)
    const me = await scene.api.get('/auth/me', { token: answer.text('access_token') })
    assert.deepEqual(
      [me.json['email'], me.json['email_verified'], me.json['name']],
      [email, true, 'New Person'],
    )
    assert.equal((await scene.api.logIn({ email, password })).status, 200)
    assert.equal(refusalOf(await scene.verify(asked)), '401 api.code_over')
  })

  it('answers the same for an address that is taken, and makes nothing of it (Q73)', async () => {
    const scene = await open()
    const owner = await world().addAccount('owner', scene.tenant)
    const [free, taken] = [await scene.begin(), await scene.begin({ email: owner.email })]
    const shapes = [free, taken].map(({ status, json: { handle, ...rest } }) =>
      JSON.stringify([status, String(handle).length, rest]),
    )
    assert.equal(new Set(shapes).size, 1)
    const answer = await scene.verify({ handle: taken.text('handle'), code: '123456' })
    assert.match(refusalOf(answer), /^401 api\.code_(?:wrong|over)$/)
    assert.equal((await scene.api.logIn(owner)).status, 200)
  })

  it('survives a password that may not be chosen, or none, and says why (Q28)', async () => {
    const scene = await open()
    const asked = await ask(scene)
    for (const [given, reason] of [
      ['short', 'too_short'],
      [undefined, 'required'],
    ] as const) {
      const answer = await scene.verify({ ...asked, password: given })
      assert.equal(refusalOf(answer), '400 api.password_refused')
      assert.deepEqual(detailsOf(answer), { reason })
    }
    assert.equal((await scene.verify(asked)).status, 200)
  })

  it('goes without a password where people sign in by mail', async () => {
    const scene = await open({ registration: 'open', email_code: 'offered' })
    const answer = await scene.verify({ ...(await ask(scene)), password: undefined })
    assert.equal(answer.status, 200, answer.body)
  })

  it('is closed where the tenant says so, and to who did not agree', async () => {
    const closed = await open({ registration: 'closed' })
    assert.equal(refusalOf(await closed.begin()), '403 api.registration_closed')
    const invited = await open({ registration: 'invite' })
    assert.equal(refusalOf(await invited.begin()), '403 api.registration_closed')
    const wrong = await invited.begin({ invitation: 'nothing' })
    assert.equal(refusalOf(wrong), '403 api.registration_closed')
    const terms = await open({ registration: 'open', terms_url: 'https://terms.example.test/' })
    const refused = await terms.begin({ agreed: false })
    assert.equal(refusalOf(refused), '400 api.registration_refused')
    assert.deepEqual(detailsOf(refused), { reason: 'agreement_required' })
  })

  it('lets an invited address in, once, and no other', async () => {
    const scene = await open({ registration: 'invite' })
    const { tenant } = scene
    const made = await world().app.invitations.create({ tenant, email, lifetime: 3600 })
    assert.ok(made.outcome === 'created')
    const invitation = made.link.split('/').at(-1)
    const other = await scene.begin({ invitation, email: 'other@example.test' })
    assert.equal(refusalOf(other), '403 api.registration_closed')
    await world().pass(1) // the newest mail is the one with the code
    const begun = await scene.begin({ invitation })
    assert.equal(begun.status, 202, begun.body)
    const code = codeIn(await lastMail(world(), tenant))
    const answer = await scene.verify({ handle: begun.text('handle'), code })
    assert.equal(answer.status, 200, answer.body)
    const [used] = await world().app.invitations.list(tenant.id)
    assert.ok(used?.usedAt)
    assert.equal(refusalOf(await scene.begin({ invitation })), '403 api.registration_closed')
  })

  it('makes one account of twenty that verify at the same time', async () => {
    const scene = await open()
    const asked = await ask(scene)
    const answers = await Promise.all(Array.from({ length: 20 }, () => scene.verify(asked)))
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
    for (const answer of answers.filter(({ status }) => status !== 200))
      assert.match(refusalOf(answer), /^(?:401 api\.code_|429|503)/)
  })

  it('needs an application that may ask', async () => {
    const { tenant } = await open()
    const stranger = apiOf(world(), await world().addClient('spa', {}, tenant))
    const body = { email, name: 'New Person', agreed: true }
    const answer = await stranger.asClient('/auth/register', body)
    assert.equal(refusalOf(answer), '403 api.client_not_allowed')
  })
})
