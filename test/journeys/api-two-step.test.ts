import assert from 'node:assert/strict'
import { it } from 'node:test'
import { acrMultiFactor } from '#client/client.ts'
import { epochSeconds } from '#kit/clock.ts'
import { brandId, type RequestId } from '#kit/ids.ts'
import { apiOf, refusalOf } from '#test/support/api.ts'
import type { Api } from '#test/support/api.ts'
import { codeAt, wrongCode } from '#test/support/authenticator-app.ts'
import { enrolledPerson } from '#test/support/enrolled.ts'
import type { Enrolled } from '#test/support/enrolled.ts'
import { mailsTo } from '#test/support/mail.ts'
import type { Answer } from '#test/support/protocol.ts'
import type { Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const trusted = { first_party: true, api_login: true }

describeInWorlds('an authenticator app and recovery codes by the JSON API', (world) => {
  const now = () => epochSeconds(world().clock)
  const frontEnd = async () => apiOf(world(), await world().addClient('spa', trusted))

  async function open() {
    const api = await frontEnd()
    const person = await world().addAccount()
    return { api, person, token: await tokenOf(api, person) }
  }

  async function tokenOf(api: Api, person: Person): Promise<string> {
    const answer = await api.logIn(person)
    assert.equal(answer.status, 200, answer.body)
    return answer.text('access_token')
  }

  /** With both. */
  async function fullTokenOf(api: Api, { person, code }: Enrolled): Promise<string> {
    const { json } = await api.logIn(person)
    const { handle } = (json['error'] as { details: { handle: string } }).details
    const fields = { handle, method: 'totp', code: await code() }
    const answer = await api.asClient('/auth/login/2fa', fields)
    assert.equal(answer.status, 200, answer.body)
    return answer.text('access_token')
  }

  const setup = async (api: Api, token: string): Promise<string> => {
    const answer = await api.post('/2fa/setup', { token })
    assert.equal(answer.status, 200, answer.body)
    return answer.text('secret')
  }

  const codesOf = ({ json }: Answer) => json['recovery_codes'] as string[]

  /** A session from before, which was opened by the password alone. */
  async function withOldToken() {
    const api = await frontEnd()
    const person = await world().addAccount()
    const token = await tokenOf(api, person)
    const secret = await setup(api, token)
    const code = codeAt(secret, now())
    const done = await api.post('/2fa/verify', { token, body: { code } })
    assert.equal(done.status, 200, done.body)
    return { api, person, token, secret, done }
  }

  it('are set up by QR code or key, and confirmed by a code, which brings ten codes once', async () => {
    const { api, person, token } = await open()
    const before = await api.get('/2fa/status', { token })
    assert.deepEqual(before.json, {
      required: false,
      totp: null,
      recovery_codes: null,
      passkeys: 0,
    })
    const drawn = await api.post('/2fa/setup', { token })
    assert.match(drawn.text('qr_svg'), /^<svg /)
    assert.match(drawn.text('otpauth_uri'), /^otpauth:\/\/totp\//)
    const secret = drawn.text('secret')
    const wrong = await api.post('/2fa/verify', {
      token,
      body: { code: wrongCode(secret, now()) },
    })
    assert.equal(refusalOf(wrong), '401 api.code_wrong')
    const body = { code: codeAt(secret, now()) }
    const done = await api.post('/2fa/verify', { token, body })
    assert.equal(done.status, 200, done.body)
    assert.equal(new Set(codesOf(done)).size, 10)
    assert.equal(done.json['sessions_ended'], false)
    assert.equal(refusalOf(await api.post('/2fa/verify', { token, body })), '409 api.setup_over')

    const after = await api.get('/2fa/status', { token })
    assert.partialDeepStrictEqual(after.json, {
      totp: { locked: false },
      recovery_codes: { left: 10, locked: false },
    })
    for (const secretThing of [secret, ...codesOf(done)])
      assert.ok(!after.body.includes(secretThing), 'told again')
    assert.equal(refusalOf(await api.logIn(person)), '403 api.mfa_required')
    const kinds = (await mailsTo(world(), person.email)).map(({ kind }) => kind)
    assert.ok(kinds.includes('totp_added'), kinds.join(' '))
  })

  it('enrol for one of twenty that confirm at once (Q45)', async () => {
    const { api, token } = await open()
    const body = { code: codeAt(await setup(api, token), now()) }
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.post('/2fa/verify', { token, body })),
    )
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  })

  it('wait for their code in one session, and for ten minutes (Q45)', async () => {
    const { api, person, token } = await open()
    const other = await tokenOf(api, person)
    const secret = await setup(api, token)
    const verify = (using: string) =>
      api.post('/2fa/verify', { token: using, body: { code: codeAt(secret, now()) } })
    assert.equal(refusalOf(await verify(other)), '409 api.setup_over')
    await world().pass(599)
    assert.equal((await api.get('/2fa/status', { token })).json['totp'], null)
    await world().pass(2)
    const late = await verify(await tokenOf(api, person))
    assert.equal(refusalOf(late), '409 api.setup_over')
  })

  it('are changed for a proof of five minutes, and say how to get there (Q64, RFC 9470 §3)', async () => {
    const { api, token } = await open()
    await world().pass(301)
    for (const [path, body] of [
      ['/2fa/setup', undefined],
      ['/2fa/backup-codes/regenerate', undefined],
      ['/2fa/disable', { password: 'a long walk by the river' }],
    ] as const) {
      const answer = await api.post(path, { token, ...(body && { body }) })
      assert.equal(refusalOf(answer), '401 api.step_up_required', path)
      const challenge = answer.headers.get('www-authenticate') ?? ''
      assert.match(challenge, /error="insufficient_user_authentication", max_age="300"$/)
    }
  })

  it('are not changed by who proved a password alone, once there is more (Q48)', async () => {
    const { api, token } = await withOldToken()
    for (const [path, body] of [
      ['/2fa/setup', undefined],
      ['/2fa/backup-codes/regenerate', undefined],
      ['/2fa/disable', { password: 'a long walk by the river' }],
    ] as const) {
      const answer = await api.post(path, { token, ...(body && { body }) })
      assert.equal(refusalOf(answer), '401 api.step_up_required', path)
      const { details } = answer.json['error'] as { details: { acr_values: string } }
      assert.equal(details.acr_values, acrMultiFactor)
      assert.match(answer.headers.get('www-authenticate') ?? '', /acr_values="urn:signet:acr:mfa"/)
    }
  })

  it('replaced, end every session, and keep the codes there are (Q17)', async () => {
    const api = await frontEnd()
    const enrolled = await enrolledPerson(world())
    const token = await fullTokenOf(api, enrolled)
    const secret = await setup(api, token)
    await world().pass(2)
    const body = { code: codeAt(secret, now()) }
    const done = await api.post('/2fa/verify', { token, body })
    assert.deepEqual(done.json, { recovery_codes: [], sessions_ended: true })
    assert.equal(refusalOf(await api.get('/auth/me', { token })), '401 api.token_invalid')
  })

  it('of paper are made anew; those before are void (Q46)', async () => {
    const api = await frontEnd()
    const enrolled = await enrolledPerson(world())
    const token = await fullTokenOf(api, enrolled)
    const made = await api.post('/2fa/backup-codes/regenerate', { token })
    assert.equal(made.status, 200, made.body)
    assert.equal(codesOf(made).length, 10)
    const { json } = await api.logIn(enrolled.person)
    const { handle } = (json['error'] as { details: { handle: string } }).details
    const use = (code = '') =>
      api.asClient('/auth/login/2fa', { handle, method: 'recovery_code', code })
    assert.equal(refusalOf(await use(enrolled.recoveryCodes[0])), '401 api.code_wrong')
    assert.equal((await use(codesOf(made)[0])).status, 200)

    const { token: plain, api: other } = await open()
    const none = await other.post('/2fa/backup-codes/regenerate', { token: plain })
    assert.equal(refusalOf(none), '404 api.factor_unknown')
  })

  it('are turned off with the password, which ends every session (Q17)', async () => {
    const api = await frontEnd()
    const enrolled = await enrolledPerson(world())
    const token = await fullTokenOf(api, enrolled)
    const off = (password: string) => api.post('/2fa/disable', { token, body: { password } })
    assert.equal(refusalOf(await off('not this one, surely')), '401 api.invalid_credentials')
    await world().pass(2)
    assert.equal((await off(enrolled.person.password)).status, 204)
    assert.equal(refusalOf(await api.get('/auth/me', { token })), '401 api.token_invalid')
    const { tenantId, id } = enrolled.person.account
    assert.equal(await world().app.totp.isEnrolled(tenantId, id), false)

    const { token: plain, person, api: other } = await open()
    const none = await other.post('/2fa/disable', {
      token: plain,
      body: { password: person.password },
    })
    assert.equal(refusalOf(none), '404 api.factor_unknown')
  })

  it('are not turned off where they are demanded (Q42)', async () => {
    const made = await world().addTenant('api-two-step')
    const settings = { ...made.settings, second_factor: 'required' as const }
    await world().app.tenants.update({ ...made, settings })
    const tenant = (await world().app.tenants.findById(made.id)) ?? assert.fail('no tenant')
    const api = apiOf(world(), await world().addClient('spa', trusted, tenant))
    const enrolled = await enrolledPerson(world(), tenant)
    const token = await fullTokenOf(api, enrolled)
    const [key] = await world().app.passkeys.list({
      tenantId: tenant.id,
      accountId: enrolled.person.account.id,
    })
    assert.ok(key)
    const removed = await world().app.passkeys.remove({
      tenant,
      accountId: enrolled.person.account.id,
      credentialId: key.credentialId,
      provedAt: now(),
      requester: { ip: '192.0.2.1', userAgent: undefined, requestId: brandId<RequestId>('r') },
    })
    assert.equal(removed.kind, 'removed')
    const body = { password: enrolled.person.password }
    const answer = await api.post('/2fa/disable', { token, body })
    assert.equal(refusalOf(answer), '409 api.factor_needed')
    assert.equal((await api.get('/2fa/status', { token })).json['required'], true)
  })

  it('are nobody’s without a token', async () => {
    const api = await frontEnd()
    for (const path of ['/2fa/setup', '/2fa/backup-codes/regenerate'])
      assert.equal(refusalOf(await api.post(path)), '401 api.token_required')
    assert.equal(refusalOf(await api.get('/2fa/status')), '401 api.token_required')
  })
})
