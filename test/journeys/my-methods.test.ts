import assert from 'node:assert/strict'
import { it } from 'node:test'
import { csrfOf, isMyAccount, openMyAccount, postByHand } from '#test/support/my-account.ts'
import { signInTo } from '#test/support/person.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const fresh = 'another long walk in the rain'

describeInWorlds('sign-in methods in My account', (world) => {
  const codeIn = async (to: string) => {
    const mails = await world().mail.received()
    const text = mails.find((mail) => mail.to === to)?.text ?? ''
    return /\b(\d{3} ?\d{3})\b/.exec(text)?.[1] ?? assert.fail(`no code for ${to}: ${text}`)
  }

  it('change the password: the current one is needed, everything else ends, the new one works (Q17)', async () => {
    const person = await world().addAccount()
    const rp = await world().relyingParty('web')
    const app = await signInTo(rp, person, { world: world() })
    const { tab, home } = await openMyAccount(world(), person, 'password')
    await world().pass(1)
    const page = await tab.submit({ password: person.password, new_password: fresh }, /Save/)
    assert.match(page.text, /Your password is changed/)
    assert.ok(!isMyAccount(await tab.open(`${home}/methods`)))
    await assert.rejects(rp.refresh(app.tokens.refresh_token ?? ''), { error: 'invalid_grant' })
    await world().pass(1)
    const again = world().browser().tab()
    await again.open(`${home}/methods`)
    await again.submit({ email: person.email })
    assert.ok(isMyAccount(await again.submit({ password: fresh })))
  })

  it('keep the password when the current one is wrong, or the new one will not do', async () => {
    const person = await world().addAccount()
    const { tab } = await openMyAccount(world(), person, 'password')
    const tries = [
      [{ password: 'wrong', new_password: fresh }, /isn’t your current password/],
      [{ password: '', new_password: fresh }, /Enter your current password/],
      [{ password: person.password, new_password: 'short' }, /at least 15/i],
      [{ password: person.password, new_password: '' }, /Error:/],
    ] as const
    for (const [form, said] of tries) {
      const page = await tab.submit(form, /Save/)
      assert.match(`${page.title} ${page.text}`, said)
      assert.doesNotMatch(page.html, new RegExp(fresh))
    }
    assert.ok(isMyAccount(await tab.reload()), 'still signed in')
  })

  it('never remove the last strong one', async () => {
    const { tab } = await openMyAccount(world(), await world().addAccount(), 'password')
    const page = await tab.submit({}, 'Remove the password')
    assert.match(page.text, /only strong way to sign in/)
  })

  it('change the address after a code proved the new one; the old one is told (Q59)', async () => {
    const person = await world().addAccount()
    const { tab, home } = await openMyAccount(world(), person, 'email')
    const next = `new-${person.email}`
    const asked = await tab.submit({ email: next }, 'Send a code')
    assert.match(asked.text, new RegExp(`message to ${next}`))
    const wrong = await tab.submit({ code: '000000' }, 'Change the address')
    assert.match(wrong.title, /^Error: /)
    const done = await tab.submit({ code: await codeIn(next) }, 'Change the address')
    assert.equal(done.url.href, `${home}/methods`)
    assert.match(done.text, /Your email address is changed/)
    assert.match(done.text, new RegExp(next))
    const mails = await world().mail.received()
    assert.ok(mails.some(({ to, kind }) => to === person.email && /email/.test(kind)))
  })

  it('change the address for a proof of five minutes only (Q64)', async () => {
    const person = await world().addAccount()
    const { tab, home } = await openMyAccount(world(), person, 'email')
    const csrf = csrfOf(tab.page)
    await world().pass(301)
    const form = { csrf, email: `new-${person.email}` }
    const answer = await postByHand(world(), tab, `${home}/email`, { form })
    assert.match(answer.headers.get('location') ?? '', /^\/authorize\?.*prompt=login/)
    assert.doesNotMatch((await tab.reload()).text, /New email address/)
  })

  it('are changed by nobody without the token of this session (Q67)', async () => {
    const person = await world().addAccount()
    const { tab, home } = await openMyAccount(world(), person, 'methods')
    const forms = {
      password: { password: person.password, new_password: fresh },
      'password/remove': {},
      email: { email: 'new@example.test' },
      'email/confirm': { code: '000000' },
      'email/cancel': {},
    }
    for (const [action, form] of Object.entries(forms)) {
      const { status } = await postByHand(world(), tab, `${home}/${action}`, { form })
      assert.equal(status, 403, action)
    }
  })
})
