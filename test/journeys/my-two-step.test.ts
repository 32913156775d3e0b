import assert from 'node:assert/strict'
import { it } from 'node:test'
import { csrfOf, isMyAccount, openMyAccount, postByHand } from '#test/support/my-account.ts'
import {
  codeNow,
  codesOn,
  confirmWithApp,
  secretOn,
  setUpTwoSteps,
} from '#test/support/my-two-step.ts'
import { wrongCode } from '#test/support/authenticator-app.ts'
import { givePasskey } from '#test/support/passkey-sign-in.ts'
import { requesterFrom } from '#test/support/password-login.ts'
import { describeInWorlds } from '#test/support/worlds.ts'
import { epochSeconds } from '#kit/clock.ts'

describeInWorlds('two-step verification in My account', (world) => {
  async function open(page = 'two-step') {
    const person = await world().addAccount()
    return { person, ...(await openMyAccount(world(), person, page)) }
  }

  async function openSetUp() {
    const opened = await open('authenticator')
    const page = await opened.tab.submit({}, 'Go on')
    return { ...opened, secret: secretOn(page) }
  }

  const kindsTo = async (email: string) => {
    const mails = await world().app.outbox.recent(50)
    return mails.filter(({ to }) => to === email).map(({ kind }) => kind)
  }

  it('sets an app up by QR code or key, then shows ten codes until they are kept', async () => {
    const { person, tab, home } = await open()
    assert.match(tab.page.text, /Not set up/)
    await tab.open(`${home}/authenticator`)
    const setUp = await tab.submit({}, 'Go on')
    assert.match(setUp.html, /<svg[^>]*class="qr"[^>]*role="img"/)
    const secret = secretOn(setUp)
    assert.match(setUp.html, new RegExp(`otpauth://totp/[^"]*secret=${secret}`))
    const again = await tab.reload()
    assert.equal(secretOn(again), secret, 'a page is loaded more than once')
    const made = await tab.submit({ code: codeNow(world(), secret) })
    assert.equal(made.url.href, `${home}/recovery-codes`)
    const codes = codesOn(made)
    assert.equal(codes.length, 10)
    assert.deepEqual(codesOn(await tab.reload()), codes)
    const kept = await tab.submit({}, 'I’ve saved them')
    assert.equal(kept.url.href, `${home}/two-step`)
    assert.match(kept.text, /10 codes are left/)
    assert.match(kept.text, /recovery codes are set/)
    assert.deepEqual(codesOn(await tab.open(`${home}/recovery-codes`)), [], 'never again')
    const page = await tab.open(`${home}/authenticator`)
    assert.ok(!page.html.includes(secret), 'nor the secret (Q45)')
    assert.deepEqual((await kindsTo(person.email)).toSorted(), [
      'recovery_codes_made',
      'totp_added',
    ])
    const activity = await tab.open(`${home}/activity`)
    assert.match(activity.text, /An authenticator app was set up/)
  })

  it('hands the codes out as a file, without a script', async () => {
    const { tab, home, secret, person } = await openSetUp()
    const codes = codesOn(await tab.submit({ code: codeNow(world(), secret) }))
    const form = { csrf: csrfOf(tab.page) }
    const answer = await postByHand(world(), tab, `${home}/recovery-codes/download`, { form })
    assert.equal(answer.status, 200)
    assert.match(answer.headers.get('content-disposition') ?? '', /^attachment; filename="/)
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/)
    const text = await answer.text()
    for (const code of codes) assert.ok(text.includes(code))
    assert.ok(text.includes(person.email))
    await tab.submit({}, 'I’ve saved them')
    const late = await postByHand(world(), tab, `${home}/recovery-codes/download`, { form })
    assert.equal(late.status, 303, 'no more')
  })

  it('keeps the key when the code is wrong, and says what is wrong with it', async () => {
    const { tab, home, secret } = await openSetUp()
    const now = epochSeconds(world().clock)
    const tries = [
      ['', /Enter the code the app shows/],
      ['12 34', /isn’t right/],
      [wrongCode(secret, now), /isn’t right/],
      [codeNow(world(), secret, 5), /about 3 minutes ahead/],
      [codeNow(world(), secret, -4), /about 2 minutes behind/],
    ] as const
    for (const [code, said] of tries) {
      const page = await tab.submit({ code })
      assert.match(page.title, /^Error: /)
      assert.match(page.text, said)
      assert.equal(secretOn(page), secret)
    }
    const done = await tab.submit({ code: codeNow(world(), secret) })
    assert.equal(done.url.href, `${home}/recovery-codes`)
  })

  it('forgets the key after ten minutes, or when it is given up (Q45)', async () => {
    const { tab, home, secret } = await openSetUp()
    const form = { csrf: csrfOf(tab.page), code: codeNow(world(), secret) }
    const cancelled = await tab.submit({}, 'Not now')
    assert.match(cancelled.text, /Not set up/)
    const { headers } = await postByHand(world(), tab, `${home}/authenticator`, { form })
    assert.equal(headers.get('location'), '/account/authenticator')
    assert.match((await tab.open(`${home}/authenticator`)).text, /took too long/)
    const begun = secretOn(await tab.submit({}, 'Go on'))
    await world().pass(600)
    const late = await tab.submit({ code: codeNow(world(), begun) })
    assert.match(late.text, /took too long/)
    assert.match((await tab.open(`${home}/two-step`)).text, /Not set up/)
  })

  it('forgets the key when another factor is set up meanwhile (Q45)', async () => {
    const { tab, person, secret } = await openSetUp()
    await givePasskey(world(), person)
    const late = await tab.submit({ code: codeNow(world(), secret) })
    assert.doesNotMatch(late.text, /saved them/)
    const { tenantId, id } = person.account
    assert.equal(await world().app.totp.isEnrolled(tenantId, id), false)
  })

  it('enrols one of two tabs that confirm at once', async () => {
    const { tab, home, secret } = await openSetUp()
    const form = { csrf: csrfOf(tab.page), code: codeNow(world(), secret) }
    const all = await Promise.all(
      Array.from({ length: 20 }, () => postByHand(world(), tab, `${home}/authenticator`, { form })),
    )
    const ends = all.map(({ headers }) => headers.get('location'))
    assert.equal(ends.filter((end) => end === '/account/recovery-codes').length, 1)
    assert.equal(ends.filter((end) => end === '/account/authenticator').length, 19)
  })

  it('is changed for a proof of five minutes only (Q64)', async () => {
    const { tab, home } = await open()
    await setUpTwoSteps(world(), tab, home)
    await tab.open(`${home}/two-step`)
    const csrf = csrfOf(tab.page)
    await world().pass(301)
    for (const action of ['authenticator/begin', 'recovery-codes', 'two-step/turn-off']) {
      const answer = await postByHand(world(), tab, `${home}/${action}`, { form: { csrf } })
      assert.match(answer.headers.get('location') ?? '', /^\/authorize\?.*prompt=login/, action)
    }
    for (const page of ['two-step', 'authenticator', 'recovery-codes']) {
      const { text } = await tab.open(`${home}/${page}`)
      assert.doesNotMatch(text, /Turn the app off|Go on|Make new recovery codes Error/, page)
    }
  })

  it('replaces codes that are lost; the old ones are void', async () => {
    const { person, tab, home } = await open()
    const { codes, secret } = await setUpTwoSteps(world(), tab, home)
    await confirmWithApp(world(), tab, { home, page: 'recovery-codes', secret })
    const fresh = codesOn(await tab.submit({}, 'Make new recovery codes'))
    assert.equal(new Set([...codes, ...fresh]).size, 20)
    const { recoveryCodes } = world().app
    const verify = (code = '') =>
      recoveryCodes.verify({
        tenant: world().main,
        accountId: person.account.id,
        code,
        requester: requesterFrom('192.0.2.1'),
      })
    assert.equal((await verify(codes[0])).kind, 'refused')
    assert.equal((await verify(fresh[0])).kind, 'proved')
    assert.equal((await verify(fresh[0])).kind, 'refused')
    await tab.submit({}, 'I’ve saved them')
    assert.match((await tab.open(`${home}/two-step`)).text, /9 codes are left/)
    assert.ok((await kindsTo(person.email)).includes('recovery_code_used'))
  })

  it('turned off, ends every session; the codes go along, and the owner is told (Q17)', async () => {
    const { person, browser, tab, home } = await open()
    const { secret } = await setUpTwoSteps(world(), tab, home)
    await confirmWithApp(world(), tab, { home, page: 'two-step', secret })
    const page = await tab.submit({}, 'Turn the app off')
    assert.match(page.text, /signed out everywhere/)
    await world().pass(1)
    assert.ok(!isMyAccount(await tab.open(`${home}/two-step`)))
    const back = await openMyAccount(world(), person, 'two-step', { browser })
    assert.match(back.tab.page.text, /Not set up/)
    assert.doesNotMatch(back.tab.page.text, /codes are left/)
    assert.ok((await kindsTo(person.email)).includes('totp_removed'))
  })

  it('makes no codes where there is nothing they stand in for', async () => {
    const { tab, home } = await open('recovery-codes')
    const page = await tab.submit({}, 'Make new recovery codes')
    assert.match(page.text, /Set one up first/)
    assert.equal(page.url.href, `${home}/recovery-codes`)
  })

  it('is changed by nobody without the token of this session (Q67)', async () => {
    const { tab, home, secret } = await openSetUp()
    const actions = [
      'authenticator',
      'authenticator/begin',
      'authenticator/cancel',
      'recovery-codes',
      'recovery-codes/download',
      'recovery-codes/saved',
      'two-step/turn-off',
    ]
    for (const action of actions) {
      const form = { code: codeNow(world(), secret) }
      const { status } = await postByHand(world(), tab, `${home}/${action}`, { form })
      assert.equal(status, 403, action)
    }
    assert.equal(secretOn(await tab.reload()), secret)
  })

  it('is in the export, without a secret (Q82)', async () => {
    const { tab, home } = await open()
    const { secret, codes } = await setUpTwoSteps(world(), tab, home)
    await confirmWithApp(world(), tab, { home, page: 'data', secret })
    const form = { csrf: csrfOf(tab.page) }
    const answer = await postByHand(world(), tab, `${home}/data/export`, { form })
    const text = await answer.text()
    const { credentials } = JSON.parse(text) as { credentials: Record<string, object> }
    const app = Object.keys(credentials['authenticator_app'] ?? {})
    assert.deepEqual(app, ['set_up_at', 'last_used_at'])
    assert.deepEqual({ ...credentials['recovery_codes'], made_at: 0 }, { made_at: 0, left: 10 })
    for (const one of [secret, ...codes]) assert.ok(!text.includes(one))
  })
})
