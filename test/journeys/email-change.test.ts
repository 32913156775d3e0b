import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createEmailChanges } from '#login/email-change/service.ts'
import { createPostgresEmailChangeStore } from '#login/email-change/postgres.ts'
import { requesterFrom } from '#test/support/password-login.ts'
import { signInTo } from '#test/support/person.ts'
import { mailsTo } from '#test/support/mail.ts'
import { codeFor, signsIn } from '#test/support/recovery.ts'
import { password } from '#test/support/world.ts'
import type { Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const browser = 'b'.repeat(43)
const requester = requesterFrom('203.0.113.7')
let addresses = 0
const newAddress = () => `moved-${(addresses += 1)}@example.test`

// Q59, Q62, Q73: what `My account` asks for, and the link in the mail to the old address.
describeInWorlds('changing one’s own address', (world) => {
  const owner = ({ account }: Person) => ({
    tenant: world().main,
    accountId: account.id,
    browser,
    requester,
  })
  const now = () => Math.floor(world().clock.now() / 1000)
  const changes = () => world().app.emailChanges
  const emailOf = async ({ account }: Person) =>
    (await world().app.accounts.find(account.tenantId, account.id))?.email

  const begin = (person: Person, email: string, provedAt = now()) =>
    changes().begin({ ...owner(person), email, provedAt })

  async function handleFor(person: Person, email: string): Promise<string> {
    const begun = await begin(person, email)
    assert.ok(begun.kind === 'sent', begun.kind)
    return begun.handle
  }

  async function move(person: Person, email: string): Promise<void> {
    const handle = await handleFor(person, email)
    const code = await codeFor(world(), email)
    const done = await changes().confirm({ ...owner(person), handle, code })
    assert.deepEqual(done, { kind: 'changed', email })
    await world().pass(1)
  }

  /** The link of the newest mail to an address that was replaced. */
  async function undoLink(email: string): Promise<URL> {
    const mails = await mailsTo(world(), email)
    const mail = mails.find(({ kind }) => kind === 'email_changed')
    const [link] = /https?:\S+\/recover\/undo\/\S+/.exec(mail?.text ?? '') ?? []
    assert.ok(link, `no undo link was mailed to ${email}`)
    return new URL(link)
  }
  const tokenOf = (link: URL) => link.pathname.split('/').at(-1) ?? ''

  it('proves the new one first, then tells the old one; nobody is signed out', async () => {
    const person = await world().addAccount()
    const rp = await world().relyingParty('trusted')
    const { tokens } = await signInTo(rp, person, { world: world() })
    const email = newAddress()
    await begin(person, email)
    assert.equal(await emailOf(person), person.email, 'nothing changed yet')
    await world().pass(61)
    await move(person, email)
    assert.equal(await emailOf(person), email)
    assert.ok(await rp.refresh(tokens.refresh_token ?? ''))
    assert.ok(await signsIn(world(), world().main, { email, password }))
    assert.equal(await signsIn(world(), world().main, { ...person, password }), false)
    const [mail] = await mailsTo(world(), person.email)
    assert.equal(mail?.kind, 'email_changed')
    assert.match(mail?.text ?? '', new RegExp(email))
  })

  it('gives the same answer for an address somebody has, and no code to it (Q73)', async () => {
    const person = await world().addAccount()
    const other = await world().addAccount()
    const free = await begin(person, newAddress())
    const taken = await begin(person, other.email)
    assert.ok(free.kind === 'sent' && taken.kind === 'sent')
    assert.deepEqual(Object.keys(taken), Object.keys(free))
    assert.equal(taken.nextAt, free.nextAt)
    const [mail] = await mailsTo(world(), other.email)
    assert.equal(mail?.kind, 'email_change_code')
    assert.doesNotMatch(`${mail?.subject}${mail?.text}`, /\d{3} ?\d{3}/)
    const answer = await changes().confirm({
      ...owner(person),
      handle: taken.handle,
      code: '123456',
    })
    assert.equal(answer.kind, 'wrong')
  })

  it('refuses what is no address, what it is already, and a proof that is old (Q64)', async () => {
    const person = await world().addAccount()
    const other = newAddress()
    assert.deepEqual(await begin(person, 'ada@'), { kind: 'email_invalid' })
    assert.deepEqual(await begin(person, `ａda@example.test`), { kind: 'email_invalid' })
    assert.deepEqual(await begin(person, ` ${person.email.toUpperCase()}`), {
      kind: 'email_unchanged',
    })
    assert.deepEqual(await begin(person, other, now() - 301), { kind: 'step_up' })
    assert.deepEqual(await mailsTo(world(), other), [])
  })

  it('takes the code once of twenty at once, in its browser, for its account', async () => {
    const person = await world().addAccount()
    const stranger = await world().addAccount()
    const email = newAddress()
    const handle = await handleFor(person, email)
    const code = await codeFor(world(), email)
    const input = { ...owner(person), handle, code }
    const elsewhere = await changes().confirm({ ...input, browser: 'c'.repeat(43) })
    assert.equal(elsewhere.kind, 'expired')
    const all = await Promise.all(Array.from({ length: 20 }, () => changes().confirm(input)))
    assert.equal(all.filter(({ kind }) => kind === 'changed').length, 1)

    const second = newAddress()
    const theirs = await handleFor(person, second)
    const stolen = { ...owner(stranger), handle: theirs, code: await codeFor(world(), second) }
    assert.equal((await changes().confirm(stolen)).kind, 'expired')
    assert.equal(await emailOf(stranger), stranger.email)
  })

  it('is given up when the address was taken, changed, or everything ended meanwhile', async () => {
    const { app, main } = world()
    const person = await world().addAccount()
    const [taken, late] = [newAddress(), newAddress()]
    const first = await handleFor(person, taken)
    const firstCode = await codeFor(world(), taken)
    const squatter = { tenantId: main.id, email: taken, emailVerified: true, profile: {} }
    assert.equal(
      (await app.accounts.create({ ...squatter, actor: { kind: 'cli' } })).outcome,
      'created',
    )
    const input = { ...owner(person), handle: first, code: firstCode }
    assert.deepEqual(await changes().confirm(input), { kind: 'expired' })

    const second = await handleFor(person, late)
    const secondCode = await codeFor(world(), late)
    await app.accounts.end(main.id, person.account.id, { kind: 'cli' })
    const after = { ...owner(person), handle: second, code: secondCode }
    assert.deepEqual(await changes().confirm(after), { kind: 'expired' })
    assert.equal(await emailOf(person), person.email)
  })

  it('keeps nothing when a part of it fails (one transaction)', async () => {
    const person = await world().addAccount()
    const { app, clock } = world()
    const email = newAddress()
    const handle = await handleFor(person, email)
    const code = await codeFor(world(), email)
    const broken = createEmailChanges({
      ...app,
      clock,
      store: createPostgresEmailChangeStore({ database: app.database, clock }),
      outbox: { enqueue: () => Promise.reject(new Error('the outbox is full')) },
      isKeptElsewhere: async () => false,
    })
    await assert.rejects(broken.confirm({ ...owner(person), handle, code }), /outbox is full/)
    assert.equal(await emailOf(person), person.email)
    assert.deepEqual(await changes().formerAddresses(person.account, undefined), [])
  })

  it('is undone by the old address: it comes back and everybody is out (Q57, Q59)', async () => {
    const person = await world().addAccount()
    const email = newAddress()
    await move(person, email)
    const rp = await world().relyingParty('trusted')
    const thief = await signInTo(rp, { email }, { world: world() })
    await world().pass(1)
    const link = await undoLink(person.email)
    const tab = world().browser().tab()
    const page = await tab.open(link)
    assert.match(page.heading, /Undo the change/)
    for (const method of ['GET', 'HEAD']) await world().transport.fetch(link.href, { method })
    assert.equal(await emailOf(person), email, 'looking changes nothing')

    const done = await tab.submit({}, 'Undo the change')
    assert.equal(done.heading, 'The change was undone')
    assert.equal(await emailOf(person), person.email)
    await assert.rejects(rp.refresh(thief.tokens.refresh_token ?? ''), { error: 'invalid_grant' })
    const silent = await thief.tab.open((await rp.start({ prompt: 'none' })).url)
    assert.equal(silent.url.searchParams.get('error'), 'login_required')
    for (const to of [person.email, email]) {
      assert.equal((await mailsTo(world(), to))[0]?.kind, 'email_change_undone')
    }
    assert.match((await tab.open(link)).heading, /no longer works/)
  })

  it('is undone once of twenty at once', async () => {
    const person = await world().addAccount()
    await move(person, newAddress())
    const token = tokenOf(await undoLink(person.email))
    const all = await Promise.all(
      Array.from({ length: 20 }, () => changes().undo({ tenant: world().main, token, requester })),
    )
    assert.equal(all.filter(({ kind }) => kind === 'undone').length, 1)
  })

  it('is undone also after a second change, and the younger link is dead then', async () => {
    const person = await world().addAccount()
    const [second, third] = [newAddress(), newAddress()]
    await move(person, second)
    await move(person, third)
    const [older, younger] = [await undoLink(person.email), await undoLink(second)]
    const undo = (link: URL) =>
      changes().undo({ tenant: world().main, token: tokenOf(link), requester })
    assert.deepEqual(await undo(older), { kind: 'undone' })
    assert.deepEqual(await undo(younger), { kind: 'over' })
    assert.equal(await emailOf(person), person.email)
  })

  it('leaves nothing to undo for an address in between once the old one is back (Q54, Q59)', async () => {
    const person = await world().addAccount()
    const [thief, other] = [newAddress(), newAddress()]
    await move(person, thief)
    await move(person, other)
    const links = [await undoLink(person.email), await undoLink(thief)]
    await move(person, person.email)
    const [mail] = await mailsTo(world(), other)
    assert.equal(mail?.kind, 'email_change_undone')
    assert.doesNotMatch(mail.text, /undo\//)
    for (const link of links) {
      const undone = await changes().undo({ tenant: world().main, token: tokenOf(link), requester })
      assert.deepEqual(undone, { kind: 'over' })
    }
    assert.equal(await emailOf(person), person.email)
  })

  it('cannot be undone after a day, in another tenant, or for a disabled account (Q18)', async () => {
    const { app, main, acme } = world()
    const person = await world().addAccount()
    const email = newAddress()
    await move(person, email)
    const token = tokenOf(await undoLink(person.email))
    const undo = (tenant = main) => changes().undo({ tenant, token, requester })
    assert.deepEqual(await undo(acme), { kind: 'over' })
    await app.accounts.setStatus(main.id, person.account.id, 'disabled', { kind: 'cli' })
    assert.deepEqual(await changes().look({ tenant: main, token }), { kind: 'over' })
    assert.deepEqual(await undo(), { kind: 'over' })
    await app.accounts.setStatus(main.id, person.account.id, 'active', { kind: 'cli' })
    await world().pass(24 * 3600)
    assert.deepEqual(await undo(), { kind: 'over' })
    assert.equal(await emailOf(person), email)
  })

  it('is undone also while the account is about to be deleted: a thief cannot wait there (Q54, Q59)', async () => {
    const { app, main } = world()
    const person = await world().addAccount()
    const { tenantId, id } = person.account
    await move(person, newAddress())
    await app.departures.leave(tenantId, id, { actor: { kind: 'account', id } })
    const told = (await mailsTo(world(), person.email)).map(({ kind }) => kind)
    assert.deepEqual(told, ['account_leaving', 'email_changed'])
    const token = tokenOf(await undoLink(person.email))
    assert.equal((await changes().look({ tenant: main, token })).kind, 'here')
    assert.deepEqual(await changes().undo({ tenant: main, token, requester }), { kind: 'undone' })
    assert.equal(await emailOf(person), person.email)
    assert.equal((await app.accounts.find(tenantId, id))?.status, 'leaving', 'kept by a sign-in')
  })

  it('keeps the old address for a day: nobody takes it in between', async () => {
    const { app, main } = world()
    const person = await world().addAccount()
    const thief = await world().addAccount()
    await move(person, newAddress())
    const squatter = { tenantId: main.id, email: person.email, emailVerified: false, profile: {} }
    const create = () => app.accounts.create({ ...squatter, actor: { kind: 'anonymous' } })
    assert.equal((await create()).outcome, 'email_taken')
    const begun = await begin(thief, person.email)
    assert.equal(begun.kind, 'sent')
    const [mail] = await mailsTo(world(), person.email)
    assert.doesNotMatch(mail?.subject ?? '', /\d{3}/, 'no code')
    await world().pass(24 * 3600)
    assert.equal((await create()).outcome, 'created')
  })

  it('gives no way back to an address that was never proved: it may be a stranger’s (Q62)', async () => {
    const person = await world().addAccount()
    await world().app.accounts.update({ ...person.account, emailVerified: false }, { kind: 'cli' })
    const email = newAddress()
    await move(person, email)
    assert.deepEqual(await mailsTo(world(), person.email), [])
    const after = await world().app.accounts.find(world().main.id, person.account.id)
    assert.deepEqual([after?.email, after?.emailVerified], [email, true])
  })

  it('tells both addresses of a new password while the old one may come back (Q54)', async () => {
    const person = await world().addAccount()
    const email = newAddress()
    await move(person, email)
    await world().pass(1) // the newest mail is the one about the password
    const newPassword = 'quiet coffee pots everywhere'
    const input = { ...owner(person), currentPassword: password, newPassword }
    assert.deepEqual(await world().app.passwordChanges.change(input), { kind: 'changed' })
    for (const to of [person.email, email]) {
      assert.equal((await mailsTo(world(), to))[0]?.kind, 'password_changed')
    }
  })

  it('shows the page of a used link for whatever is no token, and needs its own form (Q67)', async () => {
    const person = await world().addAccount()
    await move(person, newAddress())
    const link = await undoLink(person.email)
    const tab = world().browser().tab()
    for (const wrong of ['x', 'x'.repeat(43), '%00', 'a'.repeat(3000)]) {
      const { status } = await tab.open(`${world().issuer}/recover/undo/${wrong}`)
      assert.ok(status < 500, `${wrong.slice(0, 9)}: ${status}`)
    }
    const { status } = await world().transport.fetch(link.href, {
      method: 'POST',
      body: new URLSearchParams({ csrf: 'x'.repeat(43) }),
    })
    assert.equal(status, 403)
    assert.notEqual(await emailOf(person), person.email)
  })
})
