import assert from 'node:assert/strict'
import { it } from 'node:test'
import { csrfOf, isMyAccount, openMyAccount, postByHand } from '#test/support/my-account.ts'
import { signInTo } from '#test/support/person.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

describeInWorlds('your data in My account', (world) => {
  const download = 'Download as JSON'

  it('is downloaded as JSON: everything of this person, no secret, nothing of others (Q82)', async () => {
    const person = await world().addAccount()
    await signInTo(await world().relyingParty('web'), person, { world: world() })
    const agreedAt = new Date(world().clock.now())
    const agreed = { tenantId: world().main.id, document: 'terms', agreedAt } as const
    await world().app.agreements.put([
      { ...agreed, accountId: person.account.id, version: '2026-01' },
      { ...agreed, accountId: world().people.grace.account.id, version: 'of another' },
    ])
    const { browser, tab } = await openMyAccount(world(), person, 'data')
    const answer = await tab.submit({}, download)
    assert.equal(answer.status, 200)
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
    assert.match(answer.headers.get('content-disposition') ?? '', /^attachment; filename=/)
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    const file = JSON.parse(answer.html)
    assert.equal(file.account.email, person.email)
    assert.equal(file.account.sub, person.account.id)
    assert.deepEqual(file.account.profile, person.account.profile)
    assert.equal(file.credentials.password, true)
    // what else is kept of a person has a table that names them: see erased.test.ts
    assert.deepEqual(Object.keys(file).toSorted(), [
      'account',
      'activity',
      'agreements',
      'connected_accounts',
      'consents',
      'credentials',
      'exported_at',
      'format',
      'former_addresses',
      'issuer',
      'sessions',
      'sign_in_habits',
      'trusted_devices',
    ])
    assert.deepEqual(
      file.consents.map((one: { client_id: string }) => one.client_id),
      ['web'],
    )
    const terms = { document: 'terms', version: '2026-01', agreed_at: agreedAt.toISOString() }
    assert.deepEqual(file.agreements, [terms])
    assert.deepEqual(Object.keys(file.sign_in_habits.networks), ['198.51.100.0/24'])
    const types = file.activity.map(({ type }: { type: string }) => type)
    assert.deepEqual(types, [
      'session.new_device',
      'risk.evaluated',
      'login.succeeded',
      'consent.granted',
      'login.succeeded',
      'login.password_set',
      'account.created',
    ])
    assert.doesNotMatch(answer.html, /argon2|v1\.|hash|secret|eyJ/i)
    for (const cookie of browser.cookies.list()) assert.ok(!answer.html.includes(cookie.value))
    assert.doesNotMatch(answer.html, /grace@|mallory@/)
    const [event] = await world().app.audit.list(world().main.id, { limit: 1 })
    assert.equal(event?.type, 'account.exported')
  })

  it('needs a proof of five minutes: an older one leads to the password, then back (Q64)', async () => {
    const person = await world().addAccount()
    const { tab, home } = await openMyAccount(world(), person, 'data')
    await world().pass(301)
    const csrf = csrfOf(tab.page)
    const answer = await postByHand(world(), tab, `${home}/data/export`, { form: { csrf } })
    assert.equal(answer.status, 303)
    assert.match(answer.headers.get('location') ?? '', /^\/authorize\?.*prompt=login/)
    const stale = await tab.open(`${home}/data`)
    assert.doesNotMatch(stale.text, new RegExp(download))
    const asked = await tab.open(`${home}/confirm/data`)
    assert.match(asked.text, /Confirm it’s you/)
    const back = await tab.submit({ password: person.password })
    assert.equal(back.url.href, `${home}/data`)
    assert.equal((await tab.submit({}, download)).status, 200)
  })

  it('is not fresh because somebody else proved who they are', async () => {
    const [ada, grace] = [await world().addAccount(), await world().addAccount()]
    const { tab, home } = await openMyAccount(world(), ada, 'data')
    await world().pass(301)
    await tab.open(`${home}/confirm/data`)
    await tab.submit({}, /Not you/)
    await tab.submit({ email: grace.email })
    await tab.submit({ password: grace.password })
    const answer = await tab.open(`${home}/data`)
    assert.ok(isMyAccount(answer))
    assert.doesNotMatch(answer.text, new RegExp(ada.email))
  })

  it('is not handed out by a link, to another site, or without the token of this session (Q67)', async () => {
    const { tab, home } = await openMyAccount(world(), await world().addAccount(), 'data')
    const csrf = csrfOf(tab.page)
    assert.equal((await tab.open(`${home}/data/export`)).url.pathname, '/account/data')
    const headers = { 'sec-fetch-site': 'cross-site' }
    for (const sent of [{ form: {} }, { form: { csrf }, headers }]) {
      const answer = await postByHand(world(), tab, `${home}/data/export`, sent)
      assert.equal(answer.status, 403)
      assert.equal(answer.headers.get('content-disposition'), null)
    }
  })
})
