import assert from 'node:assert/strict'
import { it } from 'node:test'
import { enrolledPerson } from '#test/support/enrolled.ts'
import { mailsTo } from '#test/support/mail.ts'
import { requesterFrom } from '#test/support/password-login.ts'
import { signIn, signInTo } from '#test/support/person.ts'
import { askForCode, codeFor, postStep, proveMailbox, signsIn } from '#test/support/recovery.ts'
import { password } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const fresh = 'quiet coffee pots everywhere'
const headings = {
  identifier: 'Reset your password',
  code: 'Check your email',
  new_password: 'Choose a new password',
  done: 'Password changed',
}

describeInWorlds('a forgotten password', (world) => {
  it('leads from the sign-in to a new password and back, and signs nobody in (Q54)', async () => {
    const person = await world().addAccount()
    const rp = await world().relyingParty('trusted')
    const attempt = await rp.start()
    const tab = world().browser().tab()
    await tab.open(attempt.url)
    const before = await tab.submit({ email: person.email })
    const link = /href="([^"]+\/recover)"/.exec(before.html)?.[1] ?? ''
    const prefilled = await tab.open(link)
    assert.equal(prefilled.heading, headings.identifier)
    const [emailField] = prefilled.forms
      .flatMap(({ fields }) => fields)
      .filter(({ name }) => name === 'email')
    assert.equal(emailField?.value, person.email, 'not asked twice (WCAG 3.3.7)')
    assert.deepEqual(await mailsTo(world(), person.email), [], 'a GET sends nothing')

    await tab.submit()
    await tab.submit({ code: await codeFor(world(), person.email) })
    const done = await tab.submit({ new_password: fresh })
    assert.equal(done.heading, headings.done)
    const silent = await tab.open((await rp.start({ prompt: 'none' })).url)
    assert.equal(silent.url.searchParams.get('error'), 'login_required')

    await world().pass(1)
    const path = /href="([^"]*\/interaction\/[^"]+)"/.exec(done.html)?.[1] ?? ''
    assert.equal((await tab.open(world().issuer + path)).heading, before.heading)
    const { url } = await tab.submit({ password: fresh })
    assert.equal((await attempt.finish(url)).claims()?.sub, person.account.id)
  })

  it('ends every session and token, verifies the address and tells it (Q54, ASVS 6.4.3)', async () => {
    const person = await world().addAccount()
    const { account, email } = person
    const rp = await world().relyingParty('trusted')
    const signedIn = await signInTo(rp, person, { world: world() })
    await world().app.accounts.update({ ...account, emailVerified: false }, { kind: 'cli' })
    await world().pass(1)
    const tab = world().browser().tab()
    await proveMailbox(world(), tab, email)
    await world().pass(1)
    assert.equal((await tab.submit({ new_password: fresh })).heading, headings.done)

    const token = signedIn.tokens.refresh_token ?? ''
    await assert.rejects(rp.refresh(token), { error: 'invalid_grant' })
    await assert.rejects(rp.userinfo(signedIn.tokens))
    const silent = await signedIn.tab.open((await rp.start({ prompt: 'none' })).url)
    assert.equal(silent.url.searchParams.get('error'), 'login_required')
    const after = await world().app.accounts.find(account.tenantId, account.id)
    assert.equal(after?.emailVerified, true)
    const kinds = (await mailsTo(world(), email)).map(({ kind }) => kind)
    assert.deepEqual(kinds, ['password_reset', 'password_reset_code'])
    const { main } = world()
    assert.equal(await signsIn(world(), main, { email, password }), false)
    assert.equal(await signsIn(world(), main, { email, password: fresh }), true)
  })

  it('takes no second step away, and skips none (Q54)', async () => {
    const { person, code } = await enrolledPerson(world())
    await world().pass(1) // the newest mail is the one with the code
    const tab = world().browser().tab()
    await proveMailbox(world(), tab, person.email)
    await tab.submit({ new_password: fresh })
    await world().pass(1)
    const rp = await world().relyingParty('trusted')
    await tab.open((await rp.start()).url)
    await tab.submit({ email: person.email })
    const page = await tab.submit({ password: fresh })
    assert.equal(page.heading, 'Confirm it’s you')
    await tab.submit({}, 'Use your authenticator app')
    assert.ok((await tab.submit({ code: await code() })).isElsewhere)
  })

  it('looks the same for everybody: known, unknown, disabled, deleted (Q73, Q18)', async () => {
    const people = await Promise.all(
      ['known', 'disabled', 'deleted'].map(() => world().addAccount()),
    )
    const [known, disabled, deleted] = people.map(({ account }) => account)
    assert.ok(known && disabled && deleted)
    await world().app.accounts.setStatus(disabled.tenantId, disabled.id, 'disabled', {
      kind: 'cli',
    })
    await world().app.accounts.setStatus(deleted.tenantId, deleted.id, 'deleted', { kind: 'cli' })
    const unknown = 'nobody-here@example.test'
    const seen = []
    for (const email of [known.email, unknown, disabled.email, deleted.email]) {
      const tab = world().browser().tab()
      const asked = await askForCode(tab, email)
      const wrong = await tab.submit({ code: '000000' })
      seen.push(
        [asked, wrong].map(({ status, headers, text, hops }) => ({
          status,
          hops: hops.map(({ method, status }) => [method, status]),
          names: [...headers.keys()].toSorted(),
          text: text.replaceAll(email, 'EMAIL'),
        })),
      )
      assert.equal((await mailsTo(world(), email)).length, 1, 'one mail to each')
    }
    for (const other of seen) assert.deepEqual(other, seen[0])
    for (const email of [unknown, disabled.email, deleted.email]) {
      const [mail] = await mailsTo(world(), email)
      assert.doesNotMatch(`${mail?.subject}${mail?.text}`, /\d{3} ?\d{3}/, 'no code')
    }
  })

  it('stays open to the person while others ask in their name (Q37, Q40)', async () => {
    const person = await world().addAccount()
    const browser = world().browser()
    const rp = await world().relyingParty('trusted')
    await signInTo(rp, person, { world: world(), tab: browser.tab() })
    for (let count = 0; count < 6; count += 1) {
      await askForCode(world().browser().tab(), person.email)
    }
    const before = (await mailsTo(world(), person.email)).length
    const stranger = await askForCode(world().browser().tab(), person.email)
    assert.equal(stranger.heading, headings.code, 'the same page')
    assert.equal((await mailsTo(world(), person.email)).length, before, 'and no mail')
    await askForCode(browser.tab(), person.email)
    assert.equal((await mailsTo(world(), person.email)).length, before + 1)
  })

  it('leaves no trusted device: its tries count with everybody’s (Q54)', async () => {
    const person = await world().addAccount()
    const { devices, passwords, accounts } = world().app
    const { tenantId, id } = person.account
    const deviceCookie = devices.issue(tenantId, id)
    await world().pass(1)
    const tab = world().browser().tab()
    await proveMailbox(world(), tab, person.email)
    await world().pass(1)
    await tab.submit({ new_password: fresh })
    const { endedAt } = (await accounts.find(tenantId, id)) ?? {}
    assert.equal(devices.matches(tenantId, id, deviceCookie, endedAt), false)
    for (let count = 0; count < 6; count += 1) {
      const requester = { ...requesterFrom(`10.8.0.${count}`), deviceCookie }
      const input = {
        tenant: world().main,
        email: person.email,
        password: 'a wrong one',
        requester,
      }
      const { kind } = await passwords.verify(input)
      assert.equal(kind, count < 5 ? 'refused' : 'throttled')
    }
  })

  it('is the tenant’s own: the same address elsewhere is another person (DESIGN §3)', async () => {
    const { ada } = world().people
    const tab = world().browser().tab()
    await askForCode(tab, ada.email, '/t/acme')
    await tab.submit({ code: await codeFor(world(), ada.email) })
    assert.equal((await tab.submit({ new_password: fresh })).heading, headings.done)
    assert.equal(await signsIn(world(), world().main, { email: ada.email, password }), true)
    assert.equal(await signsIn(world(), world().acme, { email: ada.email, password: fresh }), true)
  })

  it('changes nothing by being looked at (Q57)', async () => {
    const person = await world().addAccount()
    const tab = world().browser().tab()
    await proveMailbox(world(), tab, person.email)
    for (const method of ['GET', 'HEAD']) {
      for (const path of ['', '/identifier', '/send', '/code', '/password', '/restart']) {
        const url = new URL(
          `${world().issuer}/recover${path}?new_password=${encodeURIComponent(fresh)}`,
        )
        const headers = { cookie: tab.cookieHeader(url) }
        const { status } = await world().transport.fetch(url.href, { method, headers })
        assert.ok([200, 303].includes(status), `${method} ${path}: ${status}`)
      }
    }
    assert.equal((await tab.reload()).heading, headings.new_password)
    assert.equal(await signsIn(world(), world().main, person), true)
  })

  it('says why a new password is refused, and loses nothing (Q28)', async () => {
    const person = await world().addAccount()
    const tab = world().browser().tab()
    await proveMailbox(world(), tab, person.email)
    for (const [typed, reason] of [
      ['', /Choose a password/],
      ['short', /too short/],
      [`${person.email} 123`, /made of your name/],
    ] as const) {
      const page = await tab.submit({ new_password: typed })
      assert.match(page.text, reason)
      assert.equal(page.heading, headings.new_password)
    }
    assert.equal((await tab.submit({ new_password: fresh })).heading, headings.done)
  })

  it('asks for a whole address', async () => {
    const tab = world().browser().tab()
    assert.match((await askForCode(tab, '')).text, /Enter your email address/)
    assert.match((await tab.submit({ email: 'ada@' })).text, /isn’t a whole email address/)
  })

  it('needs the code of this browser, in five tries and ten minutes (Q47)', async () => {
    const person = await world().addAccount()
    const tab = world().browser().tab()
    await askForCode(tab, person.email)
    const code = await codeFor(world(), person.email)
    const other = world().browser().tab()
    await askForCode(other, 'nobody-at-all@example.test')
    assert.equal((await other.submit({ code })).heading, headings.code)

    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0')
    assert.match((await tab.submit({ code: wrong })).text, /4 tries left/)
    assert.match((await tab.submit({ code: '' })).text, /Enter the code/)
    for (let count = 0; count < 4; count += 1) await tab.submit({ code: wrong })
    assert.match(tab.page.text, /tried too often/)
    assert.equal((await tab.submit({ code })).heading, headings.code)

    await tab.submit({}, 'Send a new code')
    assert.match(tab.page.alert ?? '', /You can ask for a new code in 1 minute/)
    await world().pass(61)
    await tab.submit({}, 'Send a new code')
    assert.equal(tab.page.alert, undefined)
    const second = await codeFor(world(), person.email)
    await world().pass(601)
    assert.match((await tab.submit({ code: second })).text, /expired/)
  })
})

type State = keyof typeof headings
const steps = ['identifier', 'send', 'code', 'password', 'restart'] as const

/** Where an answer leads that is asked for; every other leaves things as they are. */
const leads: Readonly<Record<State, Partial<Record<(typeof steps)[number], State>>>> = {
  identifier: { identifier: 'code' },
  code: { code: 'new_password' },
  new_password: { password: 'done' },
  done: {},
}

// Q55, CVE-2026-18963: what comes next follows from the record, whatever is posted.
describeInWorlds('the steps of a recovery, in every order', (world) => {
  async function bring(state: State) {
    const person = await world().addAccount()
    const tab = world().browser().tab()
    await tab.open('/recover')
    if (state !== 'identifier') await askForCode(tab, person.email)
    const code = state === 'identifier' ? '123456' : await codeFor(world(), person.email)
    if (state === 'new_password' || state === 'done') await tab.submit({ code })
    if (state === 'done') await tab.submit({ new_password: `${fresh} at first` })
    assert.equal(tab.page.heading, headings[state])
    return { person, tab, code }
  }

  for (const state of Object.keys(headings) as State[]) {
    for (const step of steps) {
      const next = step === 'restart' ? 'identifier' : (leads[state][step] ?? state)
      it(`${state}, then ${step}: ${next}`, async () => {
        const { person, tab, code } = await bring(state)
        // everything a form of ours ever carries, all at once
        const { email } = person
        const fields = { email, code, new_password: fresh, step: 'password', verified: 'true' }
        // without a form on the page there is no token to be had from it
        const { status } = await postStep(world(), tab, step, fields)
        const hasForm = state !== 'done'
        assert.equal(status, hasForm ? 303 : 403)
        const page = await tab.open('/recover')
        if (hasForm && !(step === 'code' && next === 'new_password')) {
          assert.equal(page.heading, headings[next])
        }
        const isChanged = await signsIn(world(), world().main, { email, password: fresh })
        assert.equal(isChanged, next === 'done' && state !== 'done')
      })
    }
  }
})

describeInWorlds('a proof of recovery', (world) => {
  it('sets one password of twenty posted at once', async () => {
    const person = await world().addAccount()
    const tab = world().browser().tab()
    await proveMailbox(world(), tab, person.email)
    const typed = Array.from({ length: 20 }, (_, index) => `${fresh} number ${index}`)
    await Promise.all(
      typed.map((new_password) => postStep(world(), tab, 'password', { new_password })),
    )
    assert.equal((await tab.open('/recover')).heading, headings.done)
    const kinds = (await mailsTo(world(), person.email)).map(({ kind }) => kind)
    assert.deepEqual(kinds.toSorted(), ['password_reset', 'password_reset_code'])
    const { main } = world()
    const right = []
    for (const password of typed) {
      if (await signsIn(world(), main, { email: person.email, password })) right.push(password)
      await world().pass(1000) // wrong ones make the next wait
    }
    assert.equal(right.length, 1)
  })

  it('is void once the account ended, moved to another address or was disabled (Q56, Q18)', async () => {
    const { app, main } = world()
    const person = await world().addAccount()
    const { id } = person.account
    const spoilers = [
      () => app.accounts.end(main.id, id, { kind: 'cli' }),
      () =>
        app.accounts.hold(main.id, id, ({ save }) =>
          save({ email: 'moved@example.test', emailCanonical: 'moved@example.test' }),
        ),
      () => app.accounts.setStatus(main.id, id, 'disabled', { kind: 'cli' }),
    ]
    let email = person.email
    for (const spoil of spoilers) {
      const tab = world().browser().tab()
      await proveMailbox(world(), tab, email)
      await spoil()
      email = (await app.accounts.find(main.id, id))?.email ?? ''
      const page = await tab.submit({ new_password: fresh })
      assert.equal(page.heading, headings.identifier)
      assert.match(page.alert ?? '', /nothing was changed/)
      await world().pass(700)
    }
    assert.equal(await signsIn(world(), main, { email, password: fresh }), false)
  })

  it('stays with the browser that typed the code: a planted cookie gets nothing', async () => {
    const person = await world().addAccount()
    const victim = world().browser()
    const tab = victim.tab()
    await askForCode(tab, person.email)
    const planted = tab.cookieHeader(new URL(`${world().issuer}/recover`))
    await tab.submit({ code: await codeFor(world(), person.email) })
    const answer = await world().transport.fetch(`${world().issuer}/recover`, {
      headers: { cookie: planted },
    })
    assert.doesNotMatch(await answer.text(), /name="new_password"/)
  })

  it('needs the token of its own form and a page of ours (Q67)', async () => {
    const person = await world().addAccount()
    const tab = world().browser().tab()
    await proveMailbox(world(), tab, person.email)
    const url = new URL(`${world().issuer}/recover/password`)
    const csrf = tab.page.forms[0]?.fields.find(({ name }) => name === 'csrf')?.value ?? ''
    const post = (token: string, headers: object) =>
      world().transport.fetch(url.href, {
        method: 'POST',
        headers: { cookie: tab.cookieHeader(url), ...headers },
        body: new URLSearchParams({ new_password: fresh, csrf: token }),
      })
    assert.equal((await post('', {})).status, 403)
    assert.equal((await post('x'.repeat(43), {})).status, 403)
    assert.equal((await post(csrf, { 'sec-fetch-site': 'cross-site' })).status, 403)
    assert.equal(await signsIn(world(), world().main, person), true)
  })

  it('belongs to no sign-in: somebody signed in as another stays that (Q54)', async () => {
    const { grace } = world().people
    const rp = await world().relyingParty('trusted')
    const browser = world().browser()
    const tab = browser.tab()
    await signInTo(rp, grace, { world: world(), tab })
    const person = await world().addAccount()
    const other = browser.tab()
    await proveMailbox(world(), other, person.email)
    assert.equal((await other.submit({ new_password: fresh })).heading, headings.done)
    const attempt = await rp.start()
    const { url } = await signIn(tab, attempt.url, grace)
    assert.equal((await attempt.finish(url)).claims()?.sub, grace.account.id)
  })
})
