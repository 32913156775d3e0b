import assert from 'node:assert/strict'
import { afterEach, it } from 'node:test'
import { mailsTo } from '#test/support/mail.ts'
import { signInTo } from '#test/support/person.ts'
import { askForCode, codeFor } from '#test/support/recovery.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

describeInWorlds('while the mail server is away (R6)', (world) => {
  afterEach(() => world().mail.behave('accept'))

  async function ask() {
    const { email } = await world().addAccount()
    const tab = world().browser().tab()
    const { status, html } = await askForCode(tab, email)
    return {
      tab,
      email,
      answer: [status, html.replaceAll(email, '…').replaceAll(/[\w-]{43}/g, '…')],
    }
  }

  for (const behaviour of ['turn-away', 'defer'] as const) {
    it(`and answers "${behaviour}", a request is answered as always and the mail leaves later`, async () => {
      const usual = await ask()
      assert.equal((await mailsTo(world(), usual.email)).length, 1)
      world().mail.behave(behaviour)
      const { tab, email, answer } = await ask()
      assert.deepEqual(answer, usual.answer)
      assert.deepEqual(await mailsTo(world(), email), [])

      world().mail.behave('accept')
      assert.deepEqual(await mailsTo(world(), email), [], 'its time has not come')
      await world().pass(10)
      const page = await tab.submit({ code: await codeFor(world(), email) })
      assert.equal(page.heading, 'Choose a new password')
    })
  }

  it('a code that is over is not sent any more; a notice is, however late', async () => {
    const person = await world().addAccount()
    const rp = await world().relyingParty('trusted')
    await signInTo(rp, person, { world: world() })
    world().mail.behave('turn-away')
    await signInTo(rp, person, { world: world() }) // a second device
    await askForCode(world().browser().tab(), person.email)
    assert.deepEqual(await mailsTo(world(), person.email), [])
    await world().pass(600)
    world().mail.behave('accept')
    const kinds = (await mailsTo(world(), person.email)).map(({ kind }) => kind)
    assert.deepEqual(kinds, ['new_sign_in'])
  })
})
