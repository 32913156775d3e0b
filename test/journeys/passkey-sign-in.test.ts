import assert from 'node:assert/strict'
import { it } from 'node:test'
import { acrPassword, acrPhishingResistant } from '#client/client.ts'
import { createAuthenticator } from '#test/support/authenticator.ts'
import type { Page, Tab } from '#test/support/browser.ts'
import { codesOn } from '#test/support/my-two-step.ts'
import { givePasskey, passkeyOptions, usePasskey } from '#test/support/passkey-sign-in.ts'
import { requester } from '#test/support/passkeys.ts'
import { proveIdentity } from '#test/support/person.ts'
import { password, type Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const actor = { kind: 'cli' } as const
let tenants = 0

describeInWorlds('signing in with a passkey', (world) => {
  /** At the first page of a sign-in to an application of the house, which asks for no consent. */
  async function begin(parameters: Readonly<Record<string, string>> = {}, tab?: Tab) {
    const rp = await world().relyingParty('trusted')
    const attempt = await rp.start(parameters)
    const here = tab ?? world().browser().tab()
    await here.open(attempt.url)
    const claims = async (page: Page) => {
      assert.ok(page.isElsewhere, page.text)
      return (await attempt.finish(page.url)).claims() ?? assert.fail('no ID token')
    }
    return { rp, tab: here, claims }
  }

  async function owner(settings: object = {}) {
    const person = await world().addAccount()
    return { person, authenticator: await givePasskey(world(), person, settings) }
  }

  it('needs no name and no password, and is two factors no phisher can have', async () => {
    const { person, authenticator } = await owner()
    const { tab, claims } = await begin()
    assert.match(tab.page.html, /autocomplete="username webauthn"/)
    const { sub, acr, amr } = await claims(await usePasskey(world(), tab, authenticator))
    assert.equal(sub, person.account.id)
    assert.deepEqual([acr, amr], [acrPhishingResistant, ['hwk', 'user', 'mfa']])
  })

  it('is one factor when nobody unlocked it, and the ID token says so', async () => {
    const { authenticator } = await owner({ userVerified: false, synced: true })
    const { tab, claims } = await begin()
    const { acr, amr } = await claims(await usePasskey(world(), tab, authenticator))
    assert.deepEqual([acr, amr], [acrPassword, ['swk', 'user']])
  })

  it('is a way of the account whose password is asked for, and of no other', async () => {
    const { person, authenticator } = await owner()
    const other = await owner()
    const { tab, claims } = await begin()
    await tab.submit({ email: person.email })
    assert.equal(tab.page.heading, 'Enter your password')
    const wrong = await usePasskey(world(), tab, other.authenticator)
    assert.match(wrong.title, /^Error: /)
    assert.match(wrong.alert ?? '', /for another account/)
    const { sub } = await claims(await usePasskey(world(), tab, authenticator))
    assert.equal(sub, person.account.id)
  })

  it('asks the same of whoever comes: no page and no options tell who has one (Q73)', async () => {
    const { person } = await owner()
    const stranger = await world().addAccount()
    const shown = async (email: string) => {
      const { tab } = await begin()
      await tab.submit({ email })
      const { challenge, ...options } = (await passkeyOptions(world(), tab)) as {
        challenge: string
      }
      assert.equal(Buffer.from(challenge, 'base64url').length, 32)
      const text = tab.page.text.replaceAll(email, '')
      return { text, options }
    }
    const known = await shown(person.email)
    assert.deepEqual(await shown(stranger.email), known)
    assert.deepEqual(await shown('nobody@example.test'), known)
  })

  it('counts once: neither its answer nor its challenge is good again, here or elsewhere (Q51)', async () => {
    const { authenticator } = await owner({ synced: true })
    const first = await begin()
    const elsewhere = await begin()
    const options = await passkeyOptions(world(), first.tab)
    const credential = authenticator.get(options)
    const stolen = await elsewhere.tab.submit({ credential })
    assert.match(stolen.alert ?? '', /didn’t work/)
    const again = authenticator.get(options)
    assert.ok((await first.tab.submit({ credential })).isElsewhere)
    for (const answer of [credential, again]) {
      const page = await elsewhere.tab.submit({ credential: answer })
      assert.match(page.alert ?? '', /didn’t work/)
    }
  })

  it('of twenty posts of one answer signs in by one', async () => {
    const { authenticator } = await owner({ synced: true })
    const { tab } = await begin()
    const credential = authenticator.get(await passkeyOptions(world(), tab))
    const form = tab.page.forms.find(({ action }) => action.endsWith('/passkey'))
    const url = new URL(form?.action ?? '', tab.page.url)
    const csrf = form?.fields.find(({ name }) => name === 'csrf')?.value ?? ''
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        world().transport.fetch(url, {
          method: 'POST',
          headers: { cookie: tab.cookieHeader(url), 'sec-fetch-site': 'same-origin' },
          body: new URLSearchParams({ csrf, credential }),
        }),
      ),
    )
    assert.deepEqual(new Set(answers.map(({ status }) => status >= 500)), new Set([false]))
    const events = await world().app.audit.list(world().main.id, { limit: 40 })
    const said = events.filter(({ type, detail }) => {
      return type === 'login.succeeded' && detail?.['method'] === 'passkey'
    })
    const mine = said.filter(({ accountId }) => accountId === said[0]?.accountId)
    assert.equal(mine.length, 1)
  })

  it('does not work where it was lied to: another origin, RP id, or page', async () => {
    const { authenticator } = await owner()
    const { tab } = await begin()
    for (const lies of [
      { origin: 'https://evil.test' },
      { rpId: 'evil.test' },
      { crossOrigin: true },
      { type: 'webauthn.create' },
      { userPresent: false },
    ]) {
      const options = await passkeyOptions(world(), tab)
      const page = await tab.submit({ credential: authenticator.get(options, lies) })
      assert.match(page.alert ?? '', /didn’t work/, JSON.stringify(lies))
    }
    assert.ok((await usePasskey(world(), tab, authenticator)).isElsewhere)
  })

  it('opens no paused account, and none of another tenant', async () => {
    const { person, authenticator } = await owner()
    const { tab } = await begin()
    await world().app.accounts.setStatus(world().main.id, person.account.id, 'disabled', actor)
    assert.match((await usePasskey(world(), tab, authenticator)).alert ?? '', /didn’t work/)
    const stranger = await givePasskey(world(), world().adaOfAcme)
    const page = await usePasskey(world(), tab, stranger)
    assert.match(page.alert ?? '', /doesn’t open an account here/)
    assert.doesNotMatch(page.html, /signalUnknownCredential/, 'a neighbour’s is not thrown away')
  })

  it('that is nobody’s any more is taken off the device', async () => {
    const { person, authenticator } = await owner()
    const { tab } = await begin()
    const [credentialId = ''] = authenticator.credentialIds
    const provedAt = Math.floor(world().clock.now() / 1000)
    await world().app.passkeys.remove({
      tenant: world().main,
      accountId: person.account.id,
      requester: { ip: '::1', userAgent: undefined, requestId: 'r' as never },
      credentialId,
      provedAt,
    })
    const page = await usePasskey(world(), tab, authenticator)
    assert.match(page.alert ?? '', /We asked your device to remove it/)
    assert.match(page.html, new RegExp(`signalUnknownCredential[^>]*${credentialId}`))
    assert.doesNotMatch((await tab.submit({ email: 'x' })).html, /signalUnknownCredential/)
  })

  it('with nonsense loses nothing: the page is there as before', async () => {
    const { person } = await owner()
    const { tab } = await begin()
    for (const credential of ['', '{}', 'x'.repeat(4000)]) {
      const page = await tab.submit({ credential })
      assert.equal(page.status, 200)
      assert.match(page.alert ?? '', /didn’t work/)
    }
    assert.ok((await proveIdentity(tab, person)).isElsewhere)
  })

  /** A tenant that asks everybody for two steps, and somebody of it with a passkey. */
  async function strict(rule: 'required' | 'passkey' = 'required') {
    tenants += 1
    const made = await world().addTenant(`keys-${tenants}`)
    const settings = { ...made.settings, second_factor: rule }
    await world().app.tenants.update({ ...made, settings })
    const tenant = (await world().app.tenants.findById(made.id)) ?? assert.fail('no tenant')
    const person: Person = await world().addAccount(undefined, tenant)
    const rp = await world().relyingParty(await world().addClient('trusted', {}, tenant))
    const attempt = await rp.start()
    const tab = world().browser().tab()
    await tab.open(attempt.url)
    return { person, attempt, tab, tenant }
  }

  for (const rule of ['required', 'passkey'] as const) {
    it(`is the second step where the tenant asks for one (${rule}), and names its own`, async () => {
      const { person, attempt, tab } = await strict(rule)
      const authenticator = await givePasskey(world(), person)
      await tab.submit({ email: person.email })
      const page = await tab.submit({ password })
      assert.equal(page.heading, 'Confirm it’s you')
      assert.match(page.text, /Passkeys need JavaScript/)
      const options = (await passkeyOptions(world(), tab)) as { allowCredentials: { id: string }[] }
      assert.deepEqual(
        options.allowCredentials.map(({ id }) => id),
        authenticator.credentialIds,
      )
      const back = await usePasskey(world(), tab, authenticator)
      const claims = (await attempt.finish(back.url)).claims() ?? assert.fail('no ID token')
      assert.deepEqual(
        [claims['acr'], claims['amr']],
        [acrPhishingResistant, ['pwd', 'hwk', 'user', 'mfa']],
      )
    })
  }

  it('of somebody else is no second step', async () => {
    const { person, tab, tenant } = await strict()
    await givePasskey(world(), person)
    const other = await givePasskey(world(), await world().addAccount(undefined, tenant))
    await proveIdentity(tab, person)
    const page = await usePasskey(world(), tab, other)
    assert.match(page.alert ?? '', /for another account/)
  })

  it('is made on the way by who has none where the tenant wants one, and used at once', async () => {
    const { person, attempt, tab } = await strict('passkey')
    await tab.submit({ email: person.email })
    let page = await tab.submit({ password })
    if (page.forms.some(({ action }) => action.endsWith('/enrol')))
      page = await tab.submit({}, /passkey/i)
    assert.equal(page.heading, 'Add a passkey')
    const wrong = await tab.submit({ credential: '{}' })
    assert.match(wrong.alert ?? '', /could not be added/)
    const authenticator = createAuthenticator({ origin: world().issuer })
    const made = authenticator.create(await passkeyOptions(world(), tab))
    page = await tab.submit({ credential: made })
    assert.equal(page.heading, 'Confirm it’s you', 'made is not yet proved')
    const back = await usePasskey(world(), tab, authenticator)
    const claims = (await attempt.finish(back.url)).claims() ?? assert.fail('no ID token')
    assert.equal(claims['acr'], acrPhishingResistant)
  })

  it('comes with recovery codes where they stand in for it, or a lost device is a lost account', async () => {
    const { person, attempt, tab } = await strict()
    await proveIdentity(tab, person)
    await tab.submit({}, /^Passkey/)
    const authenticator = createAuthenticator({ origin: world().issuer })
    const made = authenticator.create(await passkeyOptions(world(), tab))
    const page = await tab.submit({ credential: made })
    assert.equal(page.heading, 'Recovery codes')
    const [code = assert.fail(page.text), ...others] = codesOn(page)
    assert.equal(others.length, 9)
    assert.equal((await tab.submit({}, 'I’ve saved them')).heading, 'Confirm it’s you')
    const back = await usePasskey(world(), tab, authenticator)
    const claims = (await attempt.finish(back.url)).claims() ?? assert.fail('no ID token')
    assert.equal(claims['acr'], acrPhishingResistant)
    const { recoveryCodes } = world().app
    const { tenantId, id: accountId } = person.account
    const tenant = (await world().app.tenants.findById(tenantId)) ?? assert.fail('no tenant')
    const tried = { tenant, accountId, requester: { ...requester, deviceCookie: undefined }, code }
    assert.equal((await recoveryCodes.verify(tried)).kind, 'proved')
  })

  it('is not made on the way on the strength of a password of a while ago (Q52)', async () => {
    const { person, tab } = await strict('passkey')
    await tab.submit({ email: person.email })
    let page = await tab.submit({ password })
    if (page.forms.some(({ action }) => action.endsWith('/enrol')))
      page = await tab.submit({}, /passkey/i)
    await world().pass(302)
    const authenticator = createAuthenticator({ origin: world().issuer })
    const made = authenticator.create(await passkeyOptions(world(), tab))
    assert.equal((await tab.submit({ credential: made })).heading, 'Sign in')
    const { tenantId, id } = person.account
    assert.equal(await world().app.passkeys.count(tenantId, id), 0)
  })

  it('meets alone what two steps are asked for', async () => {
    const { person, tab } = await strict('passkey')
    const authenticator = await givePasskey(world(), person)
    assert.ok((await usePasskey(world(), tab, authenticator)).isElsewhere)
  })
})
