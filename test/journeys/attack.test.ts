import assert from 'node:assert/strict'
import { it } from 'node:test'
import { apiOf, refusalOf } from '#test/support/api.ts'
import { openMyAccount } from '#test/support/my-account.ts'
import { signInTo } from '#test/support/person.ts'
import { proveMailbox, signsIn } from '#test/support/recovery.ts'
import { password, type World } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const wrong = 'this is not the password'
const changed = 'quiet coffee pots and pans'

describeInWorlds('a tenant under attack', (world) => {
  async function decide(settings: Partial<World['main']['settings']>): Promise<void> {
    const main = await world().app.tenants.ensureMain()
    await world().app.tenants.update({ ...main, settings: { ...main.settings, ...settings } })
    await world().pass(2) // longer than a setting is remembered
  }

  async function begin(tab = world().browser().tab()) {
    const attempt = await (await world().relyingParty('trusted')).start()
    await tab.open(attempt.url)
    return { tab, attempt }
  }

  async function frontEnd() {
    return apiOf(world(), await world().addClient('spa', { first_party: true, api_login: true }))
  }

  it('makes wait by the numbers of its settings (Q36)', async () => {
    await decide({ throttle_account_tries: 3, throttle_account_wait: 60 })
    const { email } = await world().addAccount()
    const { tab } = await begin()
    await tab.submit({ email })
    for (let tries = 0; tries < 3; tries += 1) {
      assert.equal((await tab.submit({ password: wrong })).status, 200)
    }
    const page = await tab.submit({ password })
    assert.equal(page.status, 429)
    assert.match(String(page.alert), /Wait 1 second/)
  })

  it('says 423 and what to do after too many in a row, to known and unknown alike (Q36, Q73)', async () => {
    await decide({ throttle_account_tries: 20, throttle_account_failures: 20 })
    const person = await world().addAccount()
    const own = world().browser().tab()
    await signInTo(await world().relyingParty('trusted'), person, { world: world(), tab: own })
    await own.open(`${world().issuer}/logout`)
    await own.submit({}, /^Sign out/)
    const { account } = person

    for (const email of [person.email, 'nobody-is-here@example.test']) {
      const stranger = await begin()
      await stranger.tab.submit({ email })
      for (let tries = 0; tries < 20; tries += 1) await stranger.tab.submit({ password: wrong })
      await world().pass(2)
      const page = await stranger.tab.submit({ password })
      assert.equal(page.status, 423, email)
      assert.ok(Number(page.headers.get('retry-after')) > 86_400)
      assert.match(String(page.alert), /Use a device where you.ve signed in before/)
      const api = await frontEnd()
      const answer = await api.logIn({ email, password })
      assert.equal(refusalOf(answer), '423 api.locked')
      assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
      await world().pass(600) // the address is not what is tried here
    }

    const known = await begin(own)
    await known.tab.submit({}, new RegExp(person.email))
    assert.ok((await known.tab.submit({ password })).isElsewhere, 'a known device (Q37)')

    const { passwords } = world().app
    const tenant = await world().app.tenants.ensureMain()
    const actor = { kind: 'account', id: account.id } as const
    await passwords.setPassword({ tenant, account, password: changed, actor })
    const anew = await begin()
    await anew.tab.submit({ email: person.email })
    const back = await anew.tab.submit({ password: changed })
    assert.ok(back.isElsewhere, 'a password set anew (Q38)')
  })

  it('lets who is signed in change their password while strangers guess it (Q37)', async () => {
    await decide({ throttle_account_tries: 3 })
    const person = await world().addAccount()
    const { tab } = await openMyAccount(world(), person, 'password')
    const stranger = await begin()
    await stranger.tab.submit({ email: person.email })
    for (let tries = 0; tries < 4; tries += 1) await stranger.tab.submit({ password: wrong })
    assert.equal((await stranger.tab.submit({ password })).status, 429)

    for (let tries = 0; tries < 10; tries += 1) {
      const refused = await tab.submit({ password: wrong, new_password: changed })
      assert.doesNotMatch(refused.text, /Too many/)
    }
    assert.match((await tab.submit({ password, new_password: changed })).text, /Too many tries/)
    await world().pass(901)
    await tab.submit({ password, new_password: changed })
    const { main } = world()
    assert.equal(await signsIn(world(), main, { email: person.email, password: changed }), true)
  })

  it('leaves recovery open while the password is locked (Q38)', async () => {
    await decide({ throttle_account_tries: 20, throttle_account_failures: 20 })
    const { email } = await world().addAccount()
    const stranger = await begin()
    await stranger.tab.submit({ email })
    for (let tries = 0; tries < 20; tries += 1) await stranger.tab.submit({ password: wrong })
    await world().pass(2)
    assert.equal((await stranger.tab.submit({ password })).status, 423)

    const own = world().browser().tab()
    await proveMailbox(world(), own, email)
    assert.equal((await own.submit({ new_password: changed })).status, 200)
    assert.equal(await signsIn(world(), world().main, { email, password: changed }), true)
    await world().pass(1)
    const anew = await begin()
    await anew.tab.submit({ email })
    assert.ok((await anew.tab.submit({ password: changed })).isElsewhere)
  })

  it('learns that one password is tried on everybody, once, and lets people in (Q38)', async () => {
    await decide({ throttle_alarm_accounts: 10 })
    const api = await frontEnd()
    for (let n = 0; n < 25; n += 1) {
      const person = { email: `person-${n}@example.test`, password: wrong }
      const answer = await api.logIn(person, { from: `203.0.113.${n}` })
      assert.equal(refusalOf(answer), '401 api.invalid_credentials')
    }
    const events = await world().app.audit.list(world().main.id, { limit: 200 })
    const alarms = events.filter(({ type }) => type === 'login.spraying_suspected')
    assert.deepEqual(
      alarms.map(({ detail }) => detail?.['from']),
      ['accounts'],
    )
    assert.equal((await api.logIn(await world().addAccount())).status, 200)
  })
})
