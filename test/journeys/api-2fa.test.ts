import assert from 'node:assert/strict'
import { it } from 'node:test'
import { decodeJwt } from 'jose'
import { acrMultiFactor, acrPassword, acrPhishingResistant } from '#client/client.ts'
import { epochSeconds } from '#kit/clock.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { apiOf, refusalOf, refusedFields } from '#test/support/api.ts'
import type { Api } from '#test/support/api.ts'
import { wrongCode } from '#test/support/authenticator-app.ts'
import { enrolledPerson } from '#test/support/enrolled.ts'
import { codeIn, lastMail, mailsTo } from '#test/support/mail.ts'
import type { Answer } from '#test/support/protocol.ts'
import { api as resource } from '#test/support/world-clients.ts'
import type { Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const trusted = { first_party: true, api_login: true }

type Details = { readonly handle: string; readonly methods: readonly string[] }

const detailsOf = ({ json }: Answer) => (json['error'] as { details: Details }).details

let tenants = 0

describeInWorlds('one more proof at the JSON API', (world) => {
  const frontEnd = async (tenant?: Tenant, other: object = {}) =>
    apiOf(world(), await world().addClient('spa', { ...trusted, ...other }, tenant))

  async function tenantWith(settings: Partial<Tenant['settings']>) {
    tenants += 1
    const made = await world().addTenant(`api-2fa-${tenants}`)
    await world().app.tenants.update({ ...made, settings: { ...made.settings, ...settings } })
    return (await world().app.tenants.findById(made.id)) ?? assert.fail('no tenant')
  }

  /** The password is right, and something is missing. */
  async function begin(api: Api, person: Person): Promise<Details> {
    const answer = await api.logIn(person)
    assert.equal(refusalOf(answer), '403 api.mfa_required', answer.body)
    return detailsOf(answer)
  }

  const goOn = (api: Api, handle: string, method: string, fields: object) =>
    api.asClient('/auth/login/2fa', { handle, method, ...fields })

  const wrongFor = (secret: string) => wrongCode(secret, epochSeconds(world().clock))

  it('is an app’s code (RFC 6238), and the tokens say what was proved (RFC 8176 §2)', async () => {
    const api = await frontEnd()
    const { person, code } = await enrolledPerson(world())
    const { handle, methods } = await begin(api, person)
    assert.deepEqual(methods, ['passkey', 'totp', 'recovery_code'])
    const answer = await goOn(api, handle, 'totp', { code: await code() })
    assert.equal(answer.status, 200, answer.body)
    const { acr, amr, auth_time: at } = decodeJwt(answer.text('id_token'))
    assert.deepEqual([acr, amr], [acrMultiFactor, ['pwd', 'otp', 'mfa']])
    assert.equal(at, epochSeconds(world().clock))
    const me = await api.get('/auth/me', { token: answer.text('access_token') })
    assert.equal(me.json['email'], person.email)
  })

  it('may be mistyped, and counts once (Q44)', async () => {
    const api = await frontEnd()
    const { person, secret, code } = await enrolledPerson(world())
    const { handle } = await begin(api, person)
    const right = await code()
    const wrong = await goOn(api, handle, 'totp', { code: wrongFor(secret) })
    assert.equal(refusalOf(wrong), '401 api.code_wrong')
    assert.equal((await goOn(api, handle, 'totp', { code: right })).status, 200)
    const again = await goOn(api, handle, 'totp', { code: right })
    assert.equal(refusalOf(again), '401 api.sign_in_over')
    const next = await begin(api, person)
    const used = await goOn(api, next.handle, 'totp', { code: right })
    assert.equal(refusalOf(used), '401 api.code_wrong')
    assert.partialDeepStrictEqual(used.json, { error: { details: { why: 'used' } } })
  })

  it('is one sign-in, of twenty right answers at once', async () => {
    const api = await frontEnd()
    const { person, code, recoveryCodes } = await enrolledPerson(world())
    const first = await begin(api, person)
    const right = await code()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => goOn(api, first.handle, 'totp', { code: right })),
    )
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)

    const second = await begin(api, person)
    const others = await Promise.all(
      recoveryCodes
        .slice(0, 4)
        .map((one) => goOn(api, second.handle, 'recovery_code', { code: one })),
    )
    assert.equal(others.filter(({ status }) => status === 200).length, 1)
  })

  it('is counted for the account, however many sign-ins wait (Q34, Q39)', async () => {
    const api = await frontEnd()
    const { person, secret, code } = await enrolledPerson(world())
    const { handle } = await begin(api, person)
    for (let tries = 0; tries < 5; tries += 1) {
      const waiting = await begin(api, person)
      const answer = await goOn(api, waiting.handle, 'totp', { code: wrongFor(secret) })
      assert.equal(refusalOf(answer), '401 api.code_wrong')
    }
    const answer = await goOn(api, handle, 'totp', { code: await code() })
    assert.equal(refusalOf(answer), '429 api.throttled')
    assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
  })

  it('is a recovery code, once (Q46)', async () => {
    const api = await frontEnd()
    const { person, recoveryCodes } = await enrolledPerson(world())
    const [code = ''] = recoveryCodes
    const { handle } = await begin(api, person)
    assert.equal((await goOn(api, handle, 'recovery_code', { code })).status, 200)
    const next = await begin(api, person)
    const again = await goOn(api, next.handle, 'recovery_code', { code })
    assert.equal(refusalOf(again), '401 api.code_wrong')
  })

  it('is a passkey, which answers to this sign-in alone (Q51)', async () => {
    const api = await frontEnd()
    const { person, authenticator } = await enrolledPerson(world())
    const [one, other] = [await begin(api, person), await begin(api, person)]
    const ask = (handle: string) => api.asClient('/auth/login/2fa/passkey', { handle })
    const { options } = (await ask(one.handle)).json as { options: object }
    const credential: unknown = JSON.parse(authenticator.get(options))
    const elsewhere = await goOn(api, other.handle, 'passkey', { credential })
    assert.equal(refusalOf(elsewhere), '401 api.passkey_refused')

    const fresh = (await ask(one.handle)).json as { options: object }
    const answer = await goOn(api, one.handle, 'passkey', {
      credential: JSON.parse(authenticator.get(fresh.options)) as unknown,
    })
    assert.equal(answer.status, 200, answer.body)
    const { acr, amr } = decodeJwt(answer.text('id_token'))
    assert.deepEqual([acr, amr], [acrPhishingResistant, ['pwd', 'hwk', 'user', 'mfa']])
  })

  it('is a code by mail where the tenant takes one, which proves no second factor (Q47)', async () => {
    const settings = { second_factor: 'required', email_code_as_second_step: true } as const
    const tenant = await tenantWith(settings)
    const api = await frontEnd(tenant)
    const person = await world().addAccount(undefined, tenant)
    const { handle, methods } = await begin(api, person)
    assert.deepEqual(methods, ['email_code'])
    const sent = await api.asClient('/auth/login/2fa/email', { handle })
    assert.equal(sent.status, 202, sent.body)
    const mail_handle = sent.text('handle')
    const again = await api.asClient('/auth/login/2fa/email', { handle })
    assert.equal(again.text('handle'), mail_handle)
    const mails = (await mailsTo(world(), person.email)).filter(
      ({ kind }) => kind === 'confirm_code',
    )
    assert.equal(mails.length, 1)
    const code = codeIn(await lastMail(world(), tenant, person.email))
    const missed = String((Number(code) + 1) % 1e6).padStart(6, '0')
    const wrong = await goOn(api, handle, 'email_code', { mail_handle, code: missed })
    assert.equal(refusalOf(wrong), '401 api.code_wrong')
    const answer = await goOn(api, handle, 'email_code', { mail_handle, code })
    assert.equal(answer.status, 200, answer.body)
    const { acr, amr } = decodeJwt(answer.text('id_token'))
    assert.deepEqual([acr, amr], [acrPassword, ['pwd', 'otp']])
  })

  it('is a code by mail where nobody has shown that the address is theirs (Q62)', async () => {
    const api = await frontEnd()
    const person = await world().addAccount()
    const { account } = person
    await world().app.accounts.update({ ...account, emailVerified: false }, { kind: 'cli' })
    const { handle, methods } = await begin(api, person)
    assert.deepEqual(methods, ['email_code'])
    const sent = await api.asClient('/auth/login/2fa/email', { handle })
    const code = codeIn(await lastMail(world(), world().main, person.email))
    const fields = { mail_handle: sent.text('handle'), code }
    assert.equal((await goOn(api, handle, 'email_code', fields)).status, 200)
    assert.equal((await api.logIn(person)).status, 200)
  })

  it('is a way that is theirs, or none', async () => {
    const api = await frontEnd()
    const { person } = await enrolledPerson(world())
    const { handle } = await begin(api, person)
    const { password } = person
    assert.equal(refusalOf(await goOn(api, handle, 'password', { password })), '403 api.method_off')
    const mail = await api.asClient('/auth/login/2fa/email', { handle })
    assert.equal(refusalOf(mail), '403 api.method_off')
    for (const [method, lacking] of [
      ['totp', 'code'],
      ['recovery_code', 'code'],
      ['passkey', 'credential'],
      ['email_code', 'mail_handle'],
    ] as const)
      assert.deepEqual(refusedFields(await goOn(api, handle, method, {})), [lacking])
    for (const credential of [{ id: 'x' }, { id: 'x', response: 7, more: [[]] }]) {
      const answer = await goOn(api, handle, 'passkey', { credential })
      assert.equal(refusalOf(answer), '401 api.passkey_refused')
    }
  })

  it('is nothing without the first, nor after it is over (Q17, Q18)', async () => {
    const api = await frontEnd()
    const { person, code } = await enrolledPerson(world())
    const over = async (using: Api, handle: string) =>
      refusalOf(await goOn(using, handle, 'totp', { code: await code() }))
    assert.equal(await over(api, 'x'.repeat(43)), '401 api.sign_in_over')

    const leaked = await begin(api, person)
    assert.equal(await over(await frontEnd(), leaked.handle), '401 api.sign_in_over')
    assert.equal(await over(api, leaked.handle), '401 api.sign_in_over')

    const late = await begin(api, person)
    await world().pass(301)
    assert.equal(await over(api, late.handle), '401 api.sign_in_over')

    const ended = await begin(api, person)
    await world().pass(2)
    await world().app.accounts.end(world().main.id, person.account.id, { kind: 'cli' })
    assert.equal(await over(api, ended.handle), '401 api.sign_in_over')
  })

  it('is asked for by an application, or any API it has tokens for (RFC 9470, Q49)', async () => {
    const tenant = await tenantWith({ second_factor: 'off' })
    const known = await world().app.clients.findResource(world().main.id, resource)
    assert.ok(known)
    const identifier = 'https://ledger.example.test'
    const ledger = {
      ...known,
      tenantId: tenant.id,
      identifier,
      minimumAcr: acrMultiFactor,
    } as const
    await world().app.clients.putResource(ledger)
    const { person, code } = await enrolledPerson(world(), tenant)
    const plain = await world().addAccount(undefined, tenant)
    const usual = await frontEnd(tenant, { resources: {} })
    assert.equal((await usual.logIn(person)).status, 200)
    for (const more of [
      { resources: {}, minimum_acr: acrMultiFactor },
      { resources: { [identifier]: ['read'] } },
    ]) {
      const api = await frontEnd(tenant, more)
      const { handle } = await begin(api, person)
      assert.equal((await goOn(api, handle, 'totp', { code: await code() })).status, 200)
      const answer = await api.logIn(plain)
      assert.equal(refusalOf(answer), '403 api.enrolment_required')
      assert.deepEqual(detailsOf(answer).methods, ['passkey', 'totp'])
    }
  })

  it('is not asked for any more when the tenant has ceased to', async () => {
    const tenant = await tenantWith({ second_factor: 'optional' })
    const api = await frontEnd(tenant)
    const { person, secret } = await enrolledPerson(world(), tenant)
    const { handle } = await begin(api, person)
    const settings = { ...tenant.settings, second_factor: 'off' as const }
    await world().app.tenants.update({ ...tenant, settings })
    const answer = await goOn(api, handle, 'totp', { code: wrongFor(secret) })
    assert.equal(answer.status, 200, answer.body)
    assert.equal(decodeJwt(answer.text('id_token'))['acr'], acrPassword)
    const again = await goOn(api, handle, 'totp', { code: wrongFor(secret) })
    assert.equal(refusalOf(again), '401 api.sign_in_over')
  })

  it('is a passkey where nothing else will do (Q42)', async () => {
    const tenant = await tenantWith({ second_factor: 'passkey' })
    const api = await frontEnd(tenant)
    const { person } = await enrolledPerson(world(), tenant)
    assert.deepEqual((await begin(api, person)).methods, ['passkey'])
  })
})
