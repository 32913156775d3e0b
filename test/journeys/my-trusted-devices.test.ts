import assert from 'node:assert/strict'
import { it } from 'node:test'
import { epochSeconds } from '#kit/clock.ts'
import { csrfOf, openMyAccount, postByHand } from '#test/support/my-account.ts'
import { describeInWorlds } from '#test/support/worlds.ts'
import type { Person } from '#test/support/world.ts'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

describeInWorlds('trusted devices in My account', (world) => {
  const presentedBy = ({ account }: Person) => ({
    tenant: world().main,
    account,
    visitor: { ip: '192.0.2.1', headers: { 'user-agent': firefox } },
  })

  async function trust(person: Person): Promise<string> {
    const actor = { kind: 'account', id: person.account.id } as const
    const cookie = await world().app.trustedDevices.trust({
      ...presentedBy(person),
      cookie: undefined,
      provedAt: epochSeconds(world().clock),
      by: { actor },
    })
    assert.ok(cookie)
    return cookie
  }

  /** With the account as it is now. */
  async function isTrusted(person: Person, cookie: string): Promise<boolean> {
    const { tenantId, id } = person.account
    const account = await world().app.accounts.find(tenantId, id)
    assert.ok(account)
    return world().app.trustedDevices.isTrusted({ ...presentedBy(person), account, cookie })
  }

  it('are not mentioned where there are none', async () => {
    const { tab } = await openMyAccount(world(), await world().addAccount(), 'sessions')
    assert.doesNotMatch(tab.page.text, /Trusted devices/)
  })

  it('are listed with browser, system and times, and end at once when removed', async () => {
    const person = await world().addAccount()
    const [laptop, desktop] = [await trust(person), await trust(person)]
    const { tab } = await openMyAccount(world(), person, 'sessions')
    assert.match(tab.page.text, /Trusted devices/)
    assert.equal(tab.page.text.match(/Firefox on Linux/g)?.length, 2)
    for (const fact of [/Until/, /Last used/, /Since/]) assert.match(tab.page.text, fact)

    const one = await tab.submit({}, 'Don’t trust it any more')
    assert.match(one.text, /We ask for your second step there again\./)
    assert.equal(one.text.match(/Firefox on Linux/g)?.length, 1)
    const left = [await isTrusted(person, laptop), await isTrusted(person, desktop)]
    assert.equal(left.filter(Boolean).length, 1)
  })

  it('end all at once', async () => {
    const person = await world().addAccount()
    const cookies = [await trust(person), await trust(person)]
    const { tab } = await openMyAccount(world(), person, 'sessions')
    const page = await tab.submit({}, 'Trust none of them any more')
    assert.match(page.text, /We ask for your second step everywhere again\./)
    assert.doesNotMatch(page.text, /Trusted devices/)
    for (const cookie of cookies) assert.equal(await isTrusted(person, cookie), false)
  })

  it('of other people are not there to be removed (Q77), nor without the token (Q67)', async () => {
    const person = await world().addAccount()
    const cookie = await trust(person)
    const [{ id } = { id: '' }] = await world().app.trustedDevices.list(
      world().main,
      person.account,
    )
    const { tab, home } = await openMyAccount(world(), await world().addAccount(), 'sessions')
    const form = { csrf: csrfOf(tab.page), device: id }
    for (const action of ['untrust', 'untrust-all']) {
      const { status } = await postByHand(world(), tab, `${home}/sessions/${action}`, { form })
      assert.equal(status, 303)
      const bare = { form: { device: id } }
      const refused = await postByHand(world(), tab, `${home}/sessions/${action}`, bare)
      assert.equal(refused.status, 403)
    }
    assert.equal(await isTrusted(person, cookie), true)
  })

  it('end with a new password, with the end of everything, and with a pause (Q17)', async () => {
    const actor = { kind: 'cli' } as const
    const { accounts } = world().app
    const endings: ((person: Person) => Promise<unknown>)[] = [
      async (person) => {
        const { tab } = await openMyAccount(world(), person, 'password')
        await tab.submit({ password: person.password, new_password: 'no two rivers meet' })
        assert.match(tab.page.text, /password is changed/i)
      },
      ({ account: { tenantId, id } }) => accounts.end(tenantId, id, actor),
      async ({ account: { tenantId, id } }) => {
        await accounts.setStatus(tenantId, id, 'disabled', actor)
        await accounts.setStatus(tenantId, id, 'active', actor)
      },
    ]
    for (const end of endings) {
      const person = await world().addAccount()
      const cookie = await trust(person)
      assert.equal(await isTrusted(person, cookie), true)
      await end(person)
      assert.equal(await isTrusted(person, cookie), false)
    }
  })

  it('are told in the export, without anything that opens', async () => {
    const person = await world().addAccount()
    const cookie = await trust(person)
    const { tab, home } = await openMyAccount(world(), person, 'data')
    const form = { csrf: csrfOf(tab.page) }
    const file = await postByHand(world(), tab, `${home}/data/export`, { form })
    const text = await file.text()
    const [device] = JSON.parse(text).trusted_devices
    assert.partialDeepStrictEqual(device, { device: { browser: 'Firefox', system: 'Linux' } })
    assert.deepEqual(Object.keys(device).toSorted(), [
      'device',
      'expires_at',
      'last_used_at',
      'trusted_at',
    ])
    assert.ok(!text.includes(cookie))
  })

  it('go with the account, and with a new owner of its address (Q62)', async () => {
    const { accounts, trustedDevices, ownership } = world().app
    const made = await accounts.create({
      tenantId: world().main.id,
      email: 'prior@example.test',
      emailVerified: false,
      profile: {},
      actor: { kind: 'cli' },
    })
    assert.equal(made.outcome, 'created')
    const { account } = made as { account: Person['account'] }
    await trust({ account, email: account.email, password: '' })
    assert.equal((await trustedDevices.list(world().main, account)).length, 1)
    const proved = { email: account.email, issuedAt: Math.floor(world().clock.now() / 1000) }
    await ownership.prove(account.tenantId, account.id, proved)
    assert.equal((await trustedDevices.list(world().main, account)).length, 0)
  })
})
