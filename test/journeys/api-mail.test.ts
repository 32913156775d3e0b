import assert from 'node:assert/strict'
import { it } from 'node:test'
import { apiOf, refusalOf } from '#test/support/api.ts'
import type { Api } from '#test/support/api.ts'
import { codeIn, lastMail, linkIn } from '#test/support/mail.ts'
import type { Answer } from '#test/support/protocol.ts'
import { describeInWorlds } from '#test/support/worlds.ts'
import type { Tenant } from '#tenant/tenant.ts'

const actor = { kind: 'cli' } as const
const trusted = { first_party: true, api_login: true }
const newPassword = 'seven quiet herons'

let tenants = 0

describeInWorlds('codes by mail by the JSON API', (world) => {
  async function open(emailCode: Tenant['settings']['email_code'] = 'offered') {
    tenants += 1
    const made = await world().addTenant(`api-mail-${tenants}`)
    const settings = { ...made.settings, email_code: emailCode }
    await world().app.tenants.update({ ...made, settings })
    const tenant = (await world().app.tenants.findById(made.id)) ?? assert.fail('no tenant')
    const person = await world().addAccount(undefined, tenant)
    const api = apiOf(world(), await world().addClient('spa', trusted, tenant))
    return { tenant, person, api }
  }

  type Scene = Awaited<ReturnType<typeof open>>

  async function ask(
    { api, tenant, person }: Scene,
    path: string,
    email = person.email,
  ): Promise<{ readonly handle: string; readonly code: string }> {
    const answer = await api.asClient(path, { email })
    assert.equal(answer.status, 202, answer.body)
    return { handle: answer.text('handle'), code: codeIn(await lastMail(world(), tenant)) }
  }

  const otherThan = (code: string) => String((Number(code) + 1) % 1e6).padStart(6, '0')
  const type = (api: Api, body: object) => api.asClient('/auth/magic-link/verify', body)
  const reset = (api: Api, body: object) =>
    api.asClient('/auth/reset-password', { new_password: newPassword, ...body })

  it('sign a person in (Q47)', async () => {
    const scene = await open()
    const asked = await ask(scene, '/auth/magic-link')
    const answer = await type(scene.api, asked)
    assert.equal(answer.status, 200, answer.body)
    const me = await scene.api.get('/auth/me', { token: answer.text('access_token') })
    assert.equal(me.json['email'], scene.person.email)
    assert.equal(refusalOf(await type(scene.api, asked)), '401 api.code_over')
  })

  it('sign in one of twenty that type it at the same time', async () => {
    const scene = await open()
    const asked = await ask(scene, '/auth/magic-link')
    const answers = await Promise.all(Array.from({ length: 20 }, () => type(scene.api, asked)))
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  })

  it('count every wrong try, and are over after five (Q39)', async () => {
    const scene = await open()
    const { handle, code } = await ask(scene, '/auth/magic-link')
    const wrong = { handle, code: otherThan(code) }
    for (let left = 4; left > 0; left -= 1) {
      const answer = await type(scene.api, wrong)
      assert.equal(refusalOf(answer), '401 api.code_wrong')
      assert.deepEqual((answer.json['error'] as { details: unknown }).details, { left })
    }
    await type(scene.api, wrong)
    assert.equal(refusalOf(await type(scene.api, { handle, code })), '401 api.code_over')
  })

  it('belong to the handle that asked: another, or none, opens nothing', async () => {
    const scene = await open()
    const first = await ask(scene, '/auth/magic-link')
    const second = await ask(scene, '/auth/magic-link')
    const [own = '', ownBrowser = ''] = first.handle.split('.')
    const [, other = ''] = second.handle.split('.')
    for (const handle of [`${own}.${other}`, own, 'x', `${own}.${ownBrowser}.x`, '..', '%00']) {
      const answer = await type(scene.api, { handle, code: first.code })
      assert.equal(refusalOf(answer), '401 api.code_over', handle)
    }
  })

  it('come with a link that shows the code and signs nobody in (Q57)', async () => {
    const scene = await open()
    const { handle, code } = await ask(scene, '/auth/magic-link')
    const link = linkIn(await lastMail(world(), scene.tenant))
    const tab = world().browser().tab()
    const page = await tab.open(link)
    assert.equal(page.status, 200)
    assert.ok(page.text.replaceAll(' ', '').includes(code), page.text)
    assert.equal((await type(scene.api, { handle, code })).status, 200)
  })

  it('are not to be had where the tenant does not want them', async () => {
    const { api, person } = await open('off')
    const answer = await api.asClient('/auth/magic-link', { email: person.email })
    assert.equal(refusalOf(answer), '403 api.method_off')
  })

  it('are asked for with the same answer by everybody (Q73)', async () => {
    const scene = await open()
    const disabled = await world().addAccount(undefined, scene.tenant)
    await world().app.accounts.setStatus(scene.tenant.id, disabled.account.id, 'disabled', actor)
    for (const path of ['/auth/magic-link', '/auth/forgot-password']) {
      const shapes = new Set<string>()
      for (const email of [scene.person.email, disabled.email, 'nobody@example.test']) {
        const answer = await scene.api.asClient(path, { email })
        const { handle, ...rest } = answer.json
        shapes.add(JSON.stringify([answer.status, String(handle).length, rest]))
      }
      assert.equal(shapes.size, 1, path)
    }
  })

  it('need an application that may ask', async () => {
    const scene = await open()
    const stranger = apiOf(world(), await world().addClient('spa', {}, scene.tenant))
    const { email } = scene.person
    const { handle, code } = await ask(scene, '/auth/forgot-password')
    const answers: readonly Answer[] = [
      await stranger.asClient('/auth/magic-link', { email }),
      await stranger.asClient('/auth/forgot-password', { email }),
      await type(stranger, { handle, code }),
      await reset(stranger, { handle, code }),
    ]
    for (const answer of answers) assert.equal(refusalOf(answer), '403 api.client_not_allowed')
    assert.equal((await reset(scene.api, { handle, code })).status, 204)
  })

  it('set a lost password anew, which ends everything and signs nobody in (Q54)', async () => {
    const scene = await open()
    const before = await scene.api.logIn(scene.person)
    const asked = await ask(scene, '/auth/forgot-password')
    await world().pass(2)
    const answer = await reset(scene.api, asked)
    assert.deepEqual([answer.status, answer.body], [204, ''])
    const me = await scene.api.get('/auth/me', { token: before.text('access_token') })
    assert.equal(refusalOf(me), '401 api.token_invalid')
    const old = await scene.api.logIn(scene.person)
    assert.equal(refusalOf(old), '401 api.invalid_credentials')
    await world().pass(2)
    const { email } = scene.person
    assert.equal((await scene.api.logIn({ email, password: newPassword })).status, 200)
    assert.equal(refusalOf(await reset(scene.api, asked)), '401 api.code_over')
  })

  it('survive a password that may not be chosen, and say why (Q28)', async () => {
    const scene = await open()
    const asked = await ask(scene, '/auth/forgot-password')
    const short = await reset(scene.api, { ...asked, new_password: 'short' })
    assert.equal(refusalOf(short), '400 api.password_refused')
    assert.deepEqual((short.json['error'] as { details: unknown }).details, {
      reason: 'too_short',
    })
    assert.equal((await reset(scene.api, asked)).status, 204)
  })

  it('set one password of twenty that are sent at the same time', async () => {
    const scene = await open()
    const asked = await ask(scene, '/auth/forgot-password')
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        reset(scene.api, { ...asked, new_password: `${newPassword} ${n}` }),
      ),
    )
    assert.equal(answers.filter(({ status }) => status === 204).length, 1)
    const failed = answers.filter(({ status }) => status !== 204)
    for (const answer of failed) assert.match(refusalOf(answer), /^(401 api\.code_|429)/)
  })

  it('for one purpose open nothing of another', async () => {
    const scene = await open()
    const signIn = await ask(scene, '/auth/magic-link')
    assert.equal(refusalOf(await reset(scene.api, signIn)), '401 api.code_over')
    const forgotten = await ask(scene, '/auth/forgot-password')
    assert.equal(refusalOf(await type(scene.api, forgotten)), '401 api.code_over')
  })
})
