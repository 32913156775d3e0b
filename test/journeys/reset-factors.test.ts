import assert from 'node:assert/strict'
import { it } from 'node:test'
import { epochSeconds } from '#kit/clock.ts'
import { enrolledPerson } from '#test/support/enrolled.ts'
import { mailsTo } from '#test/support/mail.ts'
import { proveIdentity, signInTo } from '#test/support/person.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const actor = { kind: 'cli' } as const

describeInWorlds('a person whose second factors are reset', (world) => {
  async function open() {
    const { person } = await enrolledPerson(world())
    const { tenantId, id } = person.account
    const account = (await world().app.accounts.find(tenantId, id)) ?? assert.fail('no account')
    const visitor = { ip: '192.0.2.1', headers: {} }
    await world().app.trustedDevices.trust({
      tenant: world().main,
      account,
      cookie: undefined,
      visitor,
      provedAt: epochSeconds(world().clock),
      by: { actor: { kind: 'account', id } },
    })
    await world().pass(2)
    const reset = () =>
      world().app.factorResets.reset({ tenant: world().main, accountId: id, actor })
    return { person, account, id, reset }
  }

  it('has none of them any more, and no device that stands in for one', async () => {
    const { account, id, reset } = await open()
    const { totp, recoveryCodes, passkeys, trustedDevices } = world().app
    assert.deepEqual(await reset(), {
      totp: 1,
      recoveryCodes: 10,
      passkeys: 1,
      trustedDevices: 1,
    })
    assert.equal(await totp.isEnrolled(account.tenantId, id), false)
    assert.equal(await recoveryCodes.find(account.tenantId, id), undefined)
    assert.equal(await passkeys.count(account.tenantId, id), 0)
    assert.deepEqual(await trustedDevices.list(world().main, account), [])
    assert.deepEqual(await reset(), {
      totp: 0,
      recoveryCodes: 0,
      passkeys: 0,
      trustedDevices: 0,
    })
  })

  it('is told of it at their address, and the audit says who did it (ASVS 6.3.7)', async () => {
    const { person, account, id, reset } = await open()
    await reset()
    const letters = await mailsTo(world(), person.email)
    const letter = letters.find(({ subject }) =>
      subject.includes('two-step verification was reset'),
    )
    assert.match(letter?.text ?? '', /An administrator removed/)
    assert.doesNotMatch(letter?.text ?? '', /knows your password/)
    const events = await world().app.audit.listOf(account.tenantId, id, {
      since: new Date(0),
      limit: 50,
    })
    const event = events.find(({ type }) => type === 'factor.all_reset')
    assert.deepEqual(event?.actor, actor)
    assert.partialDeepStrictEqual(event?.detail, { totp: 1, passkeys: 1 })
  })

  it('is signed out everywhere (Q17)', async () => {
    const { person, account, reset } = await open()
    const rp = await world().relyingParty('trusted')
    const tab = world().browser().tab()
    // what is left asks for no second step: a passkey alone is none
    await world().app.totp.remove(account, actor, undefined)
    await world().app.recoveryCodes.remove(account, actor, undefined)
    await signInTo(rp, person, { world: world(), tab })
    await world().pass(2)
    await reset()
    const again = await tab.open((await rp.start({ prompt: 'none' })).url)
    assert.equal(again.url.searchParams.get('error'), 'login_required')
  })

  it('enrols anew where the tenant demands more: a password alone opens nothing', async () => {
    const tenant = await world().addTenant(`reset-${Math.trunc(world().clock.now())}`)
    const settings = { ...tenant.settings, second_factor: 'required' as const }
    await world().app.tenants.update({ ...tenant, settings })
    const strict = (await world().app.tenants.findById(tenant.id)) ?? assert.fail('no tenant')
    const { person } = await enrolledPerson(world(), strict)
    await world().pass(2)
    const whose = { tenant: strict, accountId: person.account.id, actor }
    assert.ok(await world().app.factorResets.reset(whose))
    await world().pass(2)

    const rp = await world().relyingParty(await world().addClient('trusted', {}, strict))
    const browser = world().browser()
    const tab = browser.tab()
    await tab.open((await rp.start()).url)
    const page = await proveIdentity(tab, person)
    assert.equal(page.heading, 'Set up a second step', page.text)
    const silent = await browser.tab().open((await rp.start({ prompt: 'none' })).url)
    assert.equal(silent.url.searchParams.get('error'), 'login_required')
  })
})
