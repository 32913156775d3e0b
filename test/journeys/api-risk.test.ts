import assert from 'node:assert/strict'
import { it } from 'node:test'
import { apiOf, refusalOf } from '#test/support/api.ts'
import type { Api } from '#test/support/api.ts'
import { codeIn, lastMail, mailsTo } from '#test/support/mail.ts'
import type { Answer } from '#test/support/protocol.ts'
import type { Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

type Details = { readonly handle: string; readonly methods: readonly string[] }
const detailsOf = ({ json }: Answer) => (json['error'] as { details: Details }).details

let tenants = 0

describeInWorlds('a doubtful sign-in at the JSON API', (world) => {
  /** Somebody who signed in once, in a tenant that doubts every new device so much; the mark of their device. */
  async function settled(risk_new_device: number) {
    tenants += 1
    const made = await world().addTenant(`api-risk-${tenants}`)
    const tenant = { ...made, settings: { ...made.settings, risk_new_device } }
    await world().app.tenants.update(tenant)
    const client = await world().addClient('spa', { first_party: true, api_login: true }, tenant)
    const api = apiOf(world(), client)
    const person = await world().addAccount(undefined, tenant)
    const answer = await logIn(api, person)
    assert.equal(answer.status, 200, answer.body)
    await world().pass(60)
    return { tenant, api, person, device: answer.text('device_token') }
  }

  const logIn = (api: Api, { email, password }: Person, other: object = {}) =>
    api.asClient('/auth/login', { email, password, ...other })

  async function evaluationsOf({ account: { tenantId, id } }: Person) {
    const since = new Date(world().clock.now() - 3600_000)
    const events = await world().app.audit.listOf(tenantId, id, { since, limit: 50 })
    return events.filter(({ type }) => type === 'risk.evaluated').length
  }

  it('asks for a step more, is judged once, and knows a device by its mark', async () => {
    const { tenant, api, person, device } = await settled(50)
    const answer = await logIn(api, person)
    assert.equal(refusalOf(answer), '403 api.mfa_required')
    const { handle, methods } = detailsOf(answer)
    assert.deepEqual(methods, ['email_code'])
    const mailed = await api.asClient('/auth/login/2fa/email', { handle })
    assert.equal(mailed.status, 202, mailed.body)
    const code = codeIn(await lastMail(world(), tenant, person.email))
    const sent = { handle, method: 'email_code', code, mail_handle: mailed.text('handle') }
    const done = await api.asClient('/auth/login/2fa', sent)
    assert.equal(done.status, 200, done.body)
    assert.equal(await evaluationsOf(person), 1)
    const known = await logIn(api, person, { device_token: device })
    assert.equal(known.status, 200, known.body)
  })

  it('is refused where nothing would make it sure; the owner is told', async () => {
    const { api, person, device } = await settled(90)
    const answer = await logIn(api, person)
    assert.equal(refusalOf(answer), '403 api.sign_in_refused')
    assert.equal(answer.json['access_token'], undefined)
    const told = await mailsTo(world(), person.email)
    assert.equal(told.filter(({ kind }) => kind === 'sign_in_refused').length, 1)
    const forged = await logIn(api, person, { device_token: `${device.slice(0, -4)}AAAA` })
    assert.equal(refusalOf(forged), '403 api.sign_in_refused')
    assert.equal((await logIn(api, person, { device_token: device })).status, 200)
  })

  it('says no more of a wrong password than before (Q73)', async () => {
    const { api, person } = await settled(90)
    const answer = await logIn(api, { ...person, password: 'not the password at all' })
    assert.equal(refusalOf(answer), '401 api.invalid_credentials')
    assert.equal(await evaluationsOf(person), 0)
  })
})
