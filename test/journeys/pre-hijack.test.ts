import assert from 'node:assert/strict'
import { it } from 'node:test'
import { isVoid } from '#account/account.ts'
import { randomToken } from '#kit/random.ts'
import { createMailboxOwnership } from '#login/email-code/ownership.ts'
import { enrolledPerson } from '#test/support/enrolled.ts'
import { addForeign } from '#test/support/foreign-sign-in.ts'
import { codeIn, lastMail } from '#test/support/mail.ts'
import { usePasskey } from '#test/support/passkey-sign-in.ts'
import { requesterFrom } from '#test/support/password-login.ts'
import { signIn, signInTo } from '#test/support/person.ts'
import { proveMailbox } from '#test/support/recovery.ts'
import { errorOf } from '#test/support/relying-party.ts'
import type { Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

let count = 0
const actor = { kind: 'cli' } as const

/** Sudhodanan & Paverd, "Pre-hijacked accounts" (USENIX Security 2022): the five ways to be in an account before its owner. */
describeInWorlds('who was in an account before its owner proved the mailbox (Q62)', (world) => {
  /** An account nobody has proved the mailbox of, with a password its maker knows. */
  async function open() {
    count += 1
    const made = await world().addTenant(`hijack-${count}`)
    const settings = { ...made.settings, email_code: 'offered', registration: 'open' } as const
    await world().app.tenants.update({ ...made, settings })
    const tenant = (await world().app.tenants.findById(made.id)) ?? assert.fail('no tenant')
    const person = await world().addAccount(undefined, tenant)
    const account = { ...person.account, emailVerified: false }
    await world().app.accounts.update(account, actor)
    const rp = await world().relyingParty(await world().addClient('trusted', {}, tenant))
    return { tenant, victim: { ...person, account } satisfies Person, rp }
  }

  type Scene = Awaited<ReturnType<typeof open>>

  /** The owner signs in with a code from the mailbox. */
  async function ownerComes({ tenant, victim, rp }: Scene) {
    const tab = world().browser().tab()
    const attempt = await rp.start()
    await tab.open(attempt.url)
    await tab.submit({ email: victim.email })
    await tab.submit({}, 'Use an email code instead')
    const back = await tab.submit({ code: codeIn(await lastMail(world(), tenant)) })
    const tokens = await attempt.finish(back.url)
    assert.equal(tokens.claims()?.sub, victim.account.id)
    return tokens
  }

  it('variant 1, classic-federated merge: a password set before is gone', async () => {
    const scene = await open()
    await ownerComes(scene)
    const thief = world().browser().tab()
    const { url } = await scene.rp.start()
    await assert.rejects(signIn(thief, url, scene.victim), /don’t match/)
    const { tenantId, id } = scene.victim.account
    assert.equal(await world().app.passwords.hasPassword(tenantId, id), false)
  })

  it('variant 2, unexpired session: sessions and tokens from before are dead, the owner’s live', async () => {
    const scene = await open()
    const { account } = scene.victim
    const thief = world().browser().tab()
    await world().app.accounts.update({ ...account, emailVerified: true }, actor) // a way in, however it came to be
    const before = await signInTo(scene.rp, scene.victim, { world: world(), tab: thief })
    await world().app.accounts.update(account, actor)
    const owner = await ownerComes(scene)
    const { url } = await scene.rp.start({ prompt: 'none' })
    assert.equal((await thief.open(url)).url.searchParams.get('error'), 'login_required')
    const stolen = scene.rp.refresh(String(before.tokens.refresh_token))
    assert.equal((await errorOf(stolen)).error, 'invalid_grant')
    assert.ok((await scene.rp.refresh(String(owner.refresh_token))).access_token)
  })

  it('variant 3, trojan identifier: every kind of credential of before is removed, or nothing is proved', async () => {
    const { tenant, victim } = await open()
    const { accounts, audit } = world().app
    const removed: string[] = []
    const linked = { remove: async () => void removed.push('linked identifier') }
    const broken = { remove: () => Promise.reject(new Error('the disk is full')) }
    const ownerOf = (credentials: readonly (typeof linked)[]) =>
      createMailboxOwnership({ accounts, audit, clock: world().clock, credentials })
    const proved = { email: victim.email, issuedAt: Math.floor(world().clock.now() / 1000) }
    const prove = (credentials: readonly (typeof linked)[]) =>
      ownerOf(credentials).prove(tenant.id, victim.account.id, proved)
    await assert.rejects(prove([linked, broken]), /disk/)
    const half = await accounts.find(tenant.id, victim.account.id)
    assert.deepEqual([half?.emailVerified, half?.endedAt], [false, undefined])
    await prove([linked])
    assert.deepEqual(removed, ['linked identifier', 'linked identifier'])
    assert.equal((await accounts.find(tenant.id, victim.account.id))?.emailVerified, true)
  })

  it('variant 3, by a lost password: whoever proves the mailbox by setting it anew is left alone as well', async () => {
    const { person, authenticator } = await enrolledPerson(world())
    const { account, email } = person
    const { app, main } = world()
    const peer = await addForeign(world(), {
      type: 'oidc',
      issuer: 'https://id.example.test',
      client_id: 'signet',
      client_secret: 'secret',
    })
    const row = { tenant_id: main.id, connection_id: peer.id, issuer: 'https://id.example.test' }
    const link = { ...row, subject: email, account_id: account.id, created_at: new Date() }
    await app.database.knex('identities').insert(link)
    await app.accounts.update({ ...account, emailVerified: false }, actor)
    await world().pass(1)

    const owner = world().browser().tab()
    await proveMailbox(world(), owner, email)
    await world().pass(1)
    const done = await owner.submit({ new_password: 'quiet coffee pots everywhere' })
    assert.equal(done.heading, 'Password changed')
    const whose = { tenantId: main.id, accountId: account.id }
    const left = [
      await app.passkeys.list(whose),
      await app.totp.find(main.id, account.id),
      await app.recoveryCodes.find(main.id, account.id),
      await app.connectedAccounts.list(main.id, account.id),
    ]
    assert.deepEqual(left, [[], undefined, undefined, []])

    await world().pass(1)
    const thief = world().browser().tab()
    const rp = await world().relyingParty('trusted')
    await thief.open((await rp.start()).url)
    assert.equal((await usePasskey(world(), thief, authenticator)).isElsewhere, false)
    const back = world().browser().tab()
    await back.open((await rp.start()).url)
    await back.submit({ email })
    const page = await back.submit({ password: 'quiet coffee pots everywhere' })
    assert.ok(page.isElsewhere, page.text)
  })

  it('variant 4, unexpired email change: one that was asked for before changes nothing any more', async () => {
    const scene = await open()
    const { tenant, victim } = scene
    const codes: string[] = []
    const asked = { tenant, purpose: 'change_email', browser: randomToken() } as const
    const requester = requesterFrom('203.0.113.66')
    const { handle } = await world().app.emailCodes.issue({
      ...asked,
      requester,
      email: 'thief@evil.test',
      accountId: victim.account.id,
      letter: ({ code }) => {
        codes.push(code)
        return { kind: 'test', subject: 'Code', text: code, html: code }
      },
    })
    await world().pass(1) // the newest mail is the owner's
    await ownerComes(scene)
    const [code = ''] = codes
    const verdict = await world().app.emailCodes.verify({ ...asked, handle, code, requester })
    assert.deepEqual(verdict, { kind: 'expired' })
  })

  it('variant 5, an IdP that verifies nothing: its account is the owner’s alone once they prove the mailbox', async () => {
    const scene = await open()
    const { tenant, victim } = scene
    const provedBefore = Math.floor(world().clock.now() / 1000)
    await ownerComes(scene)
    const account = await world().app.accounts.findByEmail(tenant.id, victim.email)
    assert.ok(account?.emailVerified)
    assert.ok(isVoid(account, provedBefore), 'what another way in proved before opens nothing')
  })

  it('nobody gets in before the owner by registering: without the mailbox there is no account', async () => {
    const { tenant, rp } = await open()
    const thief = world().browser().tab()
    await thief.open((await rp.start()).url)
    await thief.submit({}, 'New here? Create an account')
    await thief.submit({ email: 'later@example.test', name: 'Thief' }, 'Next')
    for (let n = 0; n < 5; n += 1) await thief.submit({ code: `${n}${n}${n}999` })
    assert.equal(await world().app.accounts.findByEmail(tenant.id, 'later@example.test'), undefined)
  })
})
