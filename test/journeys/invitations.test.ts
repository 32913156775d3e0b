import assert from 'node:assert/strict'
import { it } from 'node:test'
import { codeIn, lastMail } from '#test/support/mail.ts'
import { password } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'
import type { Tenant } from '#tenant/tenant.ts'

let count = 0
const invited = 'new@example.test'

describeInWorlds('registration by invitation', (world) => {
  async function open(registration: Tenant['settings']['registration'] = 'invite') {
    count += 1
    const made = await world().addTenant(`invite-${count}`)
    const settings = { ...made.settings, registration }
    await world().app.tenants.update({ ...made, settings })
    const tenant = (await world().app.tenants.findById(made.id)) ?? assert.fail('no tenant')
    const rp = await world().relyingParty(await world().addClient('trusted', {}, tenant))
    const input = { tenant, email: invited, lifetime: 3600 }
    const invitation = await world().app.invitations.create(input)
    assert.ok(invitation.outcome === 'created')
    return { tenant, rp, ...invitation }
  }

  type Scene = Awaited<ReturnType<typeof open>>

  /** Opens the link and takes the invitation up, then goes to an application. */
  async function takeUp({ link, rp }: Scene) {
    const browser = world().browser()
    const tab = browser.tab()
    const page = await tab.open(link)
    assert.match(page.text, new RegExp(invited))
    await tab.submit({}, 'Create your account')
    await world().pass(1) // the newest mail is the one with the code
    const attempt = await rp.start()
    await tab.open(attempt.url)
    return { browser, tab, attempt }
  }

  it('lets the invited address in, once', async () => {
    const scene = await open()
    const { tab, attempt } = await takeUp(scene)
    await tab.submit({}, 'New here? Create an account')
    await tab.submit({ name: 'New Person' }, 'Next')
    await tab.submit({ code: codeIn(await lastMail(world(), scene.tenant)) })
    const back = await tab.submit({ new_password: password })
    assert.equal((await attempt.finish(back.url)).claims()?.['email'], invited)
    const [used] = await world().app.invitations.list(scene.tenant.id)
    assert.ok(used?.usedAt)
    const again = await world().browser().tab().open(scene.link)
    assert.deepEqual([again.status, again.heading], [410, 'This invitation is over'])
  })

  it('lets nobody in without one', async () => {
    const { rp } = await open()
    const page = await world()
      .browser()
      .tab()
      .open((await rp.start()).url)
    assert.doesNotMatch(page.text, /Create an account/)
  })

  it('lets no other address in', async () => {
    const scene = await open()
    const { tab } = await takeUp(scene)
    await tab.submit({}, 'New here? Create an account')
    const page = await tab.submit({ email: 'other@example.test', name: 'Other' }, 'Next')
    assert.match(page.alert ?? '', /can’t create an account here by yourself/)
  })

  it('is worth nothing once revoked, over, in another tenant, or where registration is closed', async () => {
    const revoked = await open()
    const { tab } = await takeUp(revoked)
    await world().app.invitations.revoke(revoked.tenant.id, revoked.invitation.id)
    assert.doesNotMatch((await tab.reload()).text, /Create an account/)
    assert.equal((await world().browser().tab().open(revoked.link)).status, 410)

    const other = await open()
    const moved = other.link.replace(other.tenant.issuer, revoked.tenant.issuer)
    assert.equal((await world().browser().tab().open(moved)).status, 410)

    const closed = await takeUp(await open('closed'))
    assert.doesNotMatch(closed.tab.page.text, /Create an account/)

    await world().pass(3601)
    assert.equal((await world().browser().tab().open(other.link)).status, 410)
  })

  it('is not taken up by a scanner: GET and HEAD leave no trace (Q57)', async () => {
    const { link } = await open()
    for (const method of ['GET', 'HEAD']) {
      const answer = await world().transport.fetch(new URL(link), { method })
      assert.deepEqual([answer.status, answer.headers.getSetCookie()], [200, []])
    }
  })
})
