import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createAuthenticator, type Authenticator } from '#test/support/authenticator.ts'
import type { Tab } from '#test/support/browser.ts'
import { csrfOf, openMyAccount, postByHand } from '#test/support/my-account.ts'
import type { Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

describeInWorlds('passkeys in My account', (world) => {
  const authenticator = (settings: object = {}) =>
    createAuthenticator({ origin: world().issuer, ...settings })

  const open = async (person?: Person) => {
    const owner = person ?? (await world().addAccount())
    return { person: owner, ...(await openMyAccount(world(), owner, 'passkeys')) }
  }

  /** What the script of the page asks for. */
  async function options(tab: Tab, home: string): Promise<object> {
    const form = { csrf: csrfOf(tab.page) }
    const answer = await postByHand(world(), tab, `${home}/passkeys/options`, { form })
    assert.equal(answer.status, 200)
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
    return (await answer.json()) as object
  }

  async function add(tab: Tab, home: string, made: Authenticator = authenticator()) {
    const credential = made.create(await options(tab, home))
    return tab.submit({ credential })
  }

  const mailsTo = async (person: Person) => {
    const mails = await world().app.outbox.recent(50)
    return mails.filter(({ to }) => to === person.email).map(({ kind }) => kind)
  }

  it('are added, named by their authenticator, renamed and removed; the owner is told', async () => {
    const { person, tab, home } = await open()
    assert.match(tab.page.text, /You have no passkey/)
    const aaguid = 'fbfc3007-154e-4ecc-8c0b-6e020557d7bd'
    const added = await add(tab, home, authenticator({ aaguid, synced: true }))
    assert.match(added.text, /Your passkey is added/)
    assert.match(added.text, /iCloud Keychain Synced/)
    assert.match(added.text, /Not used yet/)
    const renamed = await tab.submit({ name: 'Ada’s phone' }, 'Rename')
    assert.match(renamed.text, /Ada’s phone Synced/)
    assert.match(renamed.text, /Kept by iCloud Keychain/)
    const wrong = await tab.submit({ name: 'x'.repeat(65) }, 'Rename')
    assert.match(wrong.title, /^Error: /)
    const removed = await tab.submit({}, /^Remove/)
    assert.match(removed.text, /You have no passkey/)
    assert.deepEqual(
      (await mailsTo(person)).filter((kind) => kind.startsWith('passkey')).toSorted(),
      ['passkey_added', 'passkey_removed'],
    )
    const activity = await tab.open(`${home}/activity`)
    for (const said of ['Passkey added', 'Passkey renamed', 'Passkey removed'])
      assert.match(activity.text, new RegExp(said))
  })

  it('tell the browser what to keep: no more than there is', async () => {
    const { tab, home } = await open()
    const made = authenticator()
    await add(tab, home, made)
    const signals = /data-signals="([^"]*)"/.exec(tab.page.html)?.[1]?.replaceAll('&quot;', '"')
    const { signalAllAcceptedCredentials: all } = JSON.parse(signals ?? '{}')
    assert.equal(all.rpId, 'localhost')
    assert.deepEqual(all.allAcceptedCredentialIds, made.credentialIds)
    assert.equal(Buffer.from(all.userId, 'base64url').length, 32)
    const profile = await tab.open(`${home}/profile`)
    assert.match(profile.html, /signalAllAcceptedCredentials/, 'and where a sign-in leads to')
    const bare = await openMyAccount(world(), await world().addAccount(), 'profile')
    assert.doesNotMatch(bare.tab.page.html, /data-signals/)
  })

  it('are counted where the sign-in methods are, and part of the export (Q82)', async () => {
    const { tab, home } = await open()
    await add(tab, home)
    assert.match((await tab.open(`${home}/methods`)).text, /You have 1 passkey/)
    const exported = await world().transport.fetch(`${home}/data/export`, {
      method: 'POST',
      headers: { cookie: tab.cookieHeader(new URL(home)), 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ csrf: csrfOf(tab.page) }),
    })
    const { credentials } = (await exported.json()) as { credentials: { passkeys: object[] } }
    assert.equal(credentials.passkeys.length, 1)
    const [known] = credentials.passkeys
    assert.deepEqual(Object.keys(known ?? {}).toSorted(), ['created_at', 'id', 'synced'])
  })

  it('are added and removed for a proof of five minutes only (Q52, Q64)', async () => {
    const { tab, home } = await open()
    await add(tab, home)
    const credential = authenticator().create(await options(tab, home))
    const [passkey = ''] = tab.page.forms.flatMap(({ fields }) =>
      fields.filter(({ name }) => name === 'passkey').map(({ value }) => value),
    )
    const csrf = csrfOf(tab.page)
    await world().pass(299)
    const fresh = await options(tab, home)
    await world().pass(2)
    const forms = {
      'passkeys/add': { csrf, credential },
      'passkeys/remove': { csrf, passkey },
    }
    const late = { csrf, credential: authenticator().create(fresh) }
    for (const [action, form] of [...Object.entries(forms), ['passkeys/add', late] as const]) {
      const answer = await postByHand(world(), tab, `${home}/${action}`, { form })
      const where = answer.headers.get('location') ?? ''
      const isRefused = /^\/authorize\?.*prompt=login/.test(where) || where.endsWith('/passkeys')
      assert.ok(answer.status === 303 && isRefused, `${action} ${where}`)
    }
    assert.deepEqual(await options(tab, home), {})
    const page = await tab.reload()
    assert.match(page.text, /Confirm it’s you/)
    assert.equal(page.forms.filter(({ action }) => action.endsWith('/remove')).length, 1)
  })

  it('are never the last way in that is removed', async () => {
    const { person, tab, home } = await open()
    await add(tab, home)
    assert.match((await tab.submit({}, /^Remove/)).text, /Your passkey is removed/)
    await add(tab, home)
    const { passwords } = world().app
    const actor = { kind: 'cli' } as const
    await passwords.removePassword({ account: person.account, actor }, undefined)
    const page = await tab.submit({}, /^Remove/)
    assert.match(page.title, /^Error: /)
    assert.match(page.text, /only way into your account/)
  })

  it('are changed by nobody without the token of this session (Q67)', async () => {
    const { tab, home } = await open()
    for (const action of ['options', 'add', 'rename', 'remove']) {
      const address = `${home}/passkeys/${action}`
      const { status } = await postByHand(world(), tab, address, { form: {} })
      assert.equal(status, 403, action)
    }
  })

  it('of another person are not there (Q77)', async () => {
    const { tab, home } = await open()
    const made = authenticator()
    await add(tab, home, made)
    const other = await open()
    const form = { csrf: csrfOf(other.tab.page), passkey: made.credentialIds[0] ?? '', name: 'x' }
    for (const action of ['rename', 'remove']) {
      const address = `${home}/passkeys/${action}`
      assert.equal((await postByHand(world(), other.tab, address, { form })).status, 303)
    }
    assert.match((await tab.reload()).text, /Remove Passkey/)
  })

  it('of a challenge of another session are not added (Q51)', async () => {
    const { person, tab, home } = await open()
    const elsewhere = await open(person)
    const credential = authenticator().create(await options(elsewhere.tab, home))
    const page = await tab.submit({ credential })
    assert.match(page.text, /That took too long/)
    assert.match(page.text, /You have no passkey/)
  })

  it('have their addresses where browsers look for them', async () => {
    for (const { issuer } of [world().main, world().acme]) {
      const at = (path: string) => world().transport.fetch(`${issuer}/.well-known/${path}`)
      const endpoints = await at('passkey-endpoints')
      assert.match(endpoints.headers.get('content-type') ?? '', /^application\/json/)
      const manage = `${issuer}/account/passkeys`
      assert.deepEqual(await endpoints.json(), { enroll: manage, manage })
      const { origin, pathname } = new URL(issuer)
      assert.deepEqual(await (await at('webauthn')).json(), { origins: [origin] })
      const change = await at('change-password')
      assert.equal(change.status, 302)
      const base = pathname.replace(/\/$/, '')
      assert.equal(change.headers.get('location'), `${base}/account/password`)
    }
  })

  it('lead to recovery codes that stand in for them', async () => {
    const { tab, home } = await open()
    await add(tab, home)
    assert.match((await tab.open(`${home}/two-step`)).text, /You have no recovery codes/)
    await tab.open(`${home}/recovery-codes`)
    assert.match((await tab.submit({}, 'Make new recovery codes')).text, /I’ve saved them/)
  })
})
