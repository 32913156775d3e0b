import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Tab } from '#test/support/browser.ts'
import { signIn, signInTo } from '#test/support/person.ts'
import { password } from '#test/support/world.ts'
import type { Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const actor = { kind: 'cli' } as const

// Q17: what was ended stays ended, also what was only half a sign-in then.
describeInWorlds('what was proved before the end', (world) => {
  const end = ({ account }: Person) => world().app.accounts.end(account.tenantId, account.id, actor)

  /** Posts the password without going where the answer leads: that address is the attacker's treasure. */
  async function proveAndStop(tab: Tab, person: Person): Promise<URL> {
    await tab.submit({ email: person.email })
    const form = tab.page.forms.find(({ fields }) => fields.some(({ name }) => name === 'password'))
    assert.ok(form)
    const action = new URL(form.action, tab.page.url)
    const hidden = form.fields.map(({ name, value }) => [name, value] as [string, string])
    const response = await world().transport.fetch(action.href, {
      method: 'POST',
      headers: { cookie: tab.cookieHeader(action) },
      body: new URLSearchParams([
        ...hidden.filter(([name]) => name !== 'password'),
        ['password', password],
      ]),
    })
    assert.equal(response.status, 303)
    const address = new URL(response.headers.get('location') ?? '', action)
    assert.match(address.pathname, /^\/authorize\//, 'the sign-in was accepted')
    return address
  }

  for (const wait of [0, 600]) {
    it(`opens nothing ${wait} s later: a sign-in accepted, not yet resumed`, async () => {
      const person = await world().addAccount()
      const rp = await world().relyingParty('trusted')
      const tab = world().browser().tab()
      await tab.open((await rp.start()).url)
      const address = await proveAndStop(tab, person)
      await end(person)
      await world().pass(wait)
      const page = await tab.open(address)
      assert.equal(page.isElsewhere, false, `came back to the application: ${page.url.href}`)
      assert.match(page.text, /Sign in|Start again/)
    })
  }

  it('opens nothing once a disabled account is enabled again (Q18)', async () => {
    const person = await world().addAccount()
    const { tenantId, id } = person.account
    const rp = await world().relyingParty('trusted')
    const tab = world().browser().tab()
    await tab.open((await rp.start()).url)
    const address = await proveAndStop(tab, person)
    await world().app.accounts.setStatus(tenantId, id, 'disabled', actor)
    await tab.open(address)
    await world().app.accounts.setStatus(tenantId, id, 'active', actor)
    const silent = await tab.open((await rp.start({ prompt: 'none' })).url)
    assert.equal(silent.url.searchParams.get('error'), 'login_required')
  })

  it('gives no tokens: a code, a refresh token, a live session', async () => {
    const person = await world().addAccount()
    const rp = await world().relyingParty('trusted')
    const { tab, tokens } = await signInTo(rp, person, { world: world() })
    const attempt = await rp.start()
    const { url: callback } = await tab.open(attempt.url)
    assert.ok(callback.searchParams.get('code'))
    await end(person)
    await assert.rejects(attempt.finish(callback), { error: 'invalid_grant' })
    await assert.rejects(rp.refresh(tokens.refresh_token ?? ''), { error: 'invalid_grant' })
    const silent = await tab.open((await rp.start({ prompt: 'none' })).url)
    assert.equal(silent.url.searchParams.get('error'), 'login_required')
  })

  it('gives no tokens to requests that were under way (F14)', async () => {
    const person = await world().addAccount()
    const rp = await world().relyingParty('trusted')
    const { tab } = await signInTo(rp, person, { world: world() })
    const attempts = await Promise.all(Array.from({ length: 20 }, () => rp.start()))
    const cookie = tab.cookieHeader(new URL(world().issuer))
    const answers = attempts.map((attempt) =>
      world().transport.fetch(attempt.url.href, { headers: { cookie } }),
    )
    const [responses] = await Promise.all([Promise.all(answers), end(person)])
    const callbacks = responses.map(
      (response) => new URL(response.headers.get('location') ?? '/', world().issuer),
    )
    const outcomes = await Promise.allSettled(
      callbacks.map(async (callback, index) =>
        callback.searchParams.has('code')
          ? attempts[index]?.finish(callback)
          : Promise.reject(new Error('no code')),
      ),
    )
    const kept = outcomes.flatMap((outcome) =>
      outcome.status === 'fulfilled' ? [outcome.value?.refresh_token ?? ''] : [],
    )
    // what was handed out before the end is dead after it
    for (const token of kept) await assert.rejects(rp.refresh(token), { error: 'invalid_grant' })
  })

  it('does not keep the person from signing in anew', async () => {
    const person = await world().addAccount()
    const rp = await world().relyingParty('trusted')
    await signInTo(rp, person, { world: world() })
    await end(person)
    await world().pass(1)
    const attempt = await rp.start()
    const { url } = await signIn(world().browser().tab(), attempt.url, person)
    const tokens = await attempt.finish(url)
    assert.ok(await rp.refresh(tokens.refresh_token ?? ''))
  })
})
