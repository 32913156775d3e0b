import assert from 'node:assert/strict'
import { it } from 'node:test'
import { acrMultiFactor } from '#client/client.ts'
import type { Tab } from '#test/support/browser.ts'
import { csrfOf, postByHand } from '#test/support/my-account.ts'
import { codeNow, codesOn, secretOn } from '#test/support/my-two-step.ts'
import { proveIdentity } from '#test/support/person.ts'
import { password } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

let tenants = 0

describeInWorlds('an authenticator app set up in the middle of a sign-in (Q48)', (world) => {
  /** A tenant that requires a second factor, and somebody of it who has none, after the password. */
  async function open() {
    tenants += 1
    const made = await world().addTenant(`enrol-${tenants}`)
    const settings = { ...made.settings, second_factor: 'required' } as const
    await world().app.tenants.update({ ...made, settings })
    const tenant = (await world().app.tenants.findById(made.id)) ?? assert.fail('no tenant')
    const person = await world().addAccount(undefined, tenant)
    const rp = await world().relyingParty(await world().addClient('trusted', {}, tenant))
    const attempt = await rp.start()
    const browser = world().browser()
    const tab = browser.tab()
    await tab.open(attempt.url)
    await proveIdentity(tab, person)
    if (!/Set up an authenticator app/.test(tab.page.heading))
      await tab.submit({}, /authenticator app/i)
    return { tenant, person, rp, attempt, browser, tab }
  }

  type Scene = Awaited<ReturnType<typeof open>>

  const begin = async (tab: Tab) => secretOn(await tab.submit({}, 'Go on'))

  async function isSignedIn({ browser, rp }: Scene): Promise<boolean> {
    const page = await browser.tab().open((await rp.start({ prompt: 'none' })).url)
    return page.url.searchParams.has('code')
  }

  const isEnrolled = ({ person }: Scene) =>
    world().app.totp.isEnrolled(person.account.tenantId, person.account.id)

  it('leads from the key to the codes, and only then to the application', async () => {
    const scene = await open()
    const { tab, attempt } = scene
    const secret = await begin(tab)
    assert.equal(await isEnrolled(scene), false)
    assert.match((await tab.submit({ code: '' })).text, /Enter the code the app shows/)
    const off = await tab.submit({ code: codeNow(world(), secret, 4) })
    assert.match(off.text, /2 minutes ahead/)
    const shown = await tab.submit({ code: codeNow(world(), secret) })
    const codes = codesOn(shown)
    assert.equal(codes.length, 10, shown.text)
    assert.equal(await isSignedIn(scene), false, 'nothing before the codes are kept')
    assert.deepEqual(codesOn(await tab.reload()), codes)
    const page = await tab.submit({}, 'I’ve saved them')
    assert.ok(page.isElsewhere, page.text)
    const claims = (await attempt.finish(page.url)).claims() ?? assert.fail('no ID token')
    assert.deepEqual([claims['acr'], claims['amr']], [acrMultiFactor, ['pwd', 'otp', 'mfa']])
    const { tenantId, id } = scene.person.account
    assert.ok((await world().app.recoveryCodes.find(tenantId, id))?.savedAt)
    const mails = await world().app.outbox.recent(50)
    const told = mails.filter(({ to }) => to === scene.person.email).map(({ kind }) => kind)
    assert.deepEqual(told.filter((kind) => /totp|codes/.test(kind)).toSorted(), [
      'recovery_codes_made',
      'totp_added',
    ])
  })

  it('hands the codes out as a file, to this conversation and while they are shown', async () => {
    const { tab } = await open()
    const secret = await begin(tab)
    const codes = codesOn(await tab.submit({ code: codeNow(world(), secret) }))
    const address = `${tab.page.url.origin}${tab.page.url.pathname}/recovery-codes`
    const sent = { form: { csrf: csrfOf(tab.page) }, headers: { origin: 'null' } }
    const file = await postByHand(world(), tab, address, sent)
    assert.equal(file.status, 200)
    const text = await file.text()
    for (const code of codes) assert.ok(text.includes(code))
    const forged = { ...sent, form: {} }
    assert.equal((await postByHand(world(), tab, address, forged)).status, 403)
    await world().pass(600)
    assert.equal((await postByHand(world(), tab, address, sent)).status, 303)
  })

  it('makes other codes for who looked away for too long', async () => {
    const { tab } = await open()
    const secret = await begin(tab)
    const codes = codesOn(await tab.submit({ code: codeNow(world(), secret) }))
    await world().pass(601)
    const gone = await tab.reload()
    assert.deepEqual(codesOn(gone), [])
    const fresh = codesOn(await tab.submit({}, 'Make new recovery codes'))
    assert.equal(new Set([...codes, ...fresh]).size, 20)
    assert.ok((await tab.submit({}, 'I’ve saved them')).isElsewhere)
  })

  it('asks for the password once more when it was too long ago (Q64), and goes on from there', async () => {
    const { tab } = await open()
    await world().pass(301)
    const page = await tab.submit({}, 'Go on')
    assert.equal(page.heading, 'Enter your password', page.text)
    await tab.submit({ password })
    const secret = await begin(tab)
    const shown = await tab.submit({ code: codeNow(world(), secret) })
    assert.equal(codesOn(shown).length, 10)
  })

  it('says when the key is too old, and gives another', async () => {
    const { tab } = await open()
    const secret = await begin(tab)
    await world().pass(600)
    const page = await tab.submit({ code: codeNow(world(), secret) })
    assert.match(page.title, /^Error: /)
    assert.match(page.text, /took too long/)
  })

  it('cannot be skipped by any answer to a step that is not asked', async () => {
    const scene = await open()
    const { tab } = scene
    const secret = await begin(tab)
    const base = `${tab.page.url.origin}${tab.page.url.pathname}`
    for (const step of ['codes-saved', 'codes-again', 'confirm-app', 'put-off', 'give-up']) {
      const form = { csrf: csrfOf(tab.page), code: codeNow(world(), secret) }
      const sent = { form, headers: { origin: 'null' } }
      const answer = await postByHand(world(), tab, `${base}/${step}`, sent)
      assert.match(answer.headers.get('location') ?? '', /\/interaction\//, step)
    }
    assert.equal(await isEnrolled(scene), false)
    assert.equal(await isSignedIn(scene), false)
  })

  it('belongs to one conversation: a key of one is nothing in another', async () => {
    const scene = await open()
    const { tab, rp, person } = scene
    const secret = await begin(tab)
    const other = world().browser().tab()
    await other.open((await rp.start()).url)
    await proveIdentity(other, person)
    if (!/Set up an authenticator app/.test(other.page.heading))
      await other.submit({}, /authenticator app/i)
    await begin(other)
    assert.match((await other.submit({ code: codeNow(world(), secret) })).text, /isn’t right/)
  })

  it('asks for the app, not for another, once one is set up elsewhere', async () => {
    const scene = await open()
    const { tab, rp, person } = scene
    const secret = await begin(tab)
    const other = world().browser().tab()
    await other.open((await rp.start()).url)
    await proveIdentity(other, person)
    if (!/Set up an authenticator app/.test(other.page.heading))
      await other.submit({}, /authenticator app/i)
    const theirs = await begin(other)
    assert.equal(codesOn(await other.submit({ code: codeNow(world(), theirs) })).length, 10)
    const page = await tab.submit({ code: codeNow(world(), secret) })
    assert.equal(page.heading, 'Confirm it’s you', 'a password replaces no factor (Q45)')
  })
})
