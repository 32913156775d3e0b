import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { epochSeconds } from '#kit/clock.ts'
import { brandId, type ClientId, type SessionUid, type TenantId } from '#kit/ids.ts'
import { acme, google, noRules, openIdentities, requester } from '#test/support/identities.ts'
import { actor, tenant } from '#test/support/password-login.ts'

type World = Awaited<ReturnType<typeof openIdentities>>

describe('an account with this address stands here', () => {
  async function waiting(world: World) {
    const ada = await world.addAccount('Ada@example.test')
    const admission = await world.admit()
    assert.ok(admission.kind === 'link_first', admission.kind)
    const { handle } = admission
    const asked = { tenant, handle, accountId: ada.id, requester }
    return { ada, admission, asked }
  }

  it('is linked once its owner signed in to it, and then is theirs (Q61)', async () => {
    const world = await openIdentities()
    const { ada, admission, asked } = await waiting(world)
    assert.equal(admission.email, 'Ada@example.test', 'as it is stored (Q58)')
    assert.deepEqual(await world.store.list(tenant.id, ada.id), [])
    assert.ok(await world.identities.linkWaiting(asked))
    assert.equal((await world.admitted()).proof.accountId, ada.id)
    assert.deepEqual(world.told, ['linked Ada@example.test'])
    const { type, detail } =
      world.audit.events.findLast(({ type }) => type.endsWith('linked')) ?? {}
    assert.deepEqual(
      [type, detail],
      ['federation.linked', { connection: 'google', how: 'after_sign_in' }],
    )
  })

  it('is linked once, of twenty at once', async () => {
    const world = await openIdentities()
    const { asked } = await waiting(world)
    const all = await Promise.all(
      Array.from({ length: 20 }, () => world.identities.linkWaiting(asked)),
    )
    assert.equal(all.filter(Boolean).length, 1)
  })

  it('is not linked to whoever signed in instead, nor in another tenant, nor later', async () => {
    for (const change of ['account', 'tenant', 'time'] as const) {
      const world = await openIdentities()
      const { ada, asked } = await waiting(world)
      const eve = await world.addAccount('eve@example.test')
      if (change === 'time') world.clock.advance(1801_000)
      const wrong = {
        account: { ...asked, accountId: eve.id },
        tenant: { ...asked, tenant: { ...tenant, id: brandId<TenantId>('other') } },
        time: asked,
      }[change]
      assert.equal(await world.identities.linkWaiting(wrong), false, change)
      for (const { id } of [ada, eve]) assert.deepEqual(await world.store.list(tenant.id, id), [])
    }
  })

  it('is not linked when anything is not so any more', async () => {
    for (const change of ['disabled', 'unverified', 'connection', 'taken'] as const) {
      const world = await openIdentities()
      const { ada, asked } = await waiting(world)
      if (change === 'disabled') await world.accounts.setStatus(tenant.id, ada.id, change, actor)
      if (change === 'unverified')
        await world.accounts.update({ ...ada, emailVerified: false }, actor)
      if (change === 'connection')
        world.connections.set(google.id, { ...google, status: 'disabled' })
      if (change === 'taken') assert.equal(await world.link(ada, { subject: 'other' }), undefined)
      assert.equal(await world.identities.linkWaiting(asked), false, change)
    }
  })
})

describe('linking by who is signed in', () => {
  it('adds a way in, whatever its address, and says so', async () => {
    const { link, admitted, addAccount, told } = await openIdentities()
    const ada = await addAccount('ada@example.test')
    const said = { email: 'other@elsewhere.test', emailVerified: false }
    assert.equal(await link(ada, said), undefined)
    assert.equal((await admitted(said)).proof.accountId, ada.id)
    assert.deepEqual(told, ['linked ada@example.test'])
    assert.equal(await link(ada, said), undefined, 'once more does nothing')
    assert.equal(told.length, 1)
  })

  it('takes nothing from anybody, and is refused for who may not sign in', async () => {
    const { link, addAccount, accounts } = await openIdentities()
    const [ada, eve] = [await addAccount('ada@example.test'), await addAccount('eve@example.test')]
    await link(ada)
    assert.equal(await link(eve), 'identity_taken')
    assert.equal(await link(ada, { subject: 'another' }), 'identity_taken')
    await accounts.setStatus(tenant.id, eve.id, 'disabled', actor)
    assert.equal(await link(eve, { subject: 'new' }), 'account_unavailable')
  })

  it('is void when everything ended since it was asked for (Q17)', async () => {
    const { addAccount, accounts, arrival, identities, clock } = await openIdentities()
    const ada = await addAccount('ada@example.test')
    const asked = { accountId: ada.id, sessionUid: brandId<SessionUid>('session') }
    const errand = { purpose: 'link', ...asked, provedAt: epochSeconds(clock) } as const
    await accounts.end(tenant.id, ada.id, actor)
    clock.advance(2000)
    const refusal = await identities.link({ ...arrival(), errand }, requester)
    assert.equal(refusal, 'account_unavailable')
  })

  it('asks of the other side what a sign-in asks', async () => {
    const { link, addAccount, rules } = await openIdentities()
    const ada = await addAccount('ada@example.test')
    rules.set(google.id, { ...noRules, requiredAmr: ['mfa'] })
    assert.equal(await link(ada), 'authentication_too_weak')
    rules.set(google.id, { ...noRules, domains: [{ name: 'acme.test', isEnforced: false }] })
    assert.equal(await link(ada), 'domain_not_allowed')
    rules.set(google.id, { ...noRules, domains: [{ name: 'example.test', isEnforced: false }] })
    const nobodys = { emailVerified: false, isMember: false }
    assert.equal(
      await link(ada, nobodys),
      'domain_not_allowed',
      'anybody can write it there (nOAuth)',
    )
    assert.equal(await link(ada, { ...nobodys, isMember: true }), undefined)
    assert.equal(await link(ada, {}, { ...google, status: 'disabled' }), 'no_account')
  })
})

describe('linking in two steps, for a front end', () => {
  const request = {
    clientId: brandId<ClientId>('app'),
    redirectUri: 'https://app.test/back',
    state: undefined,
    codeChallenge: 'challenge',
  }

  async function kept(brought: { readonly sealedTokens?: string } = {}) {
    const world = await openIdentities()
    const ada = await world.addAccount('ada@example.test')
    const asked = { accountId: ada.id, sessionUid: brandId<SessionUid>('session') }
    const errand = { purpose: 'api_link', request, ...asked } as const
    const arrival = { ...world.arrival(), ...brought, errand }
    const result = await world.identities.keepLink(arrival, requester)
    assert.ok('handle' in result)
    const provedAt = epochSeconds(world.clock)
    return { ...world, ada, asked: { tenant, ...result, accountId: ada.id, provedAt, requester } }
  }

  it('is done once, of twenty at once', async () => {
    const { identities, asked, store, ada } = await kept()
    assert.deepEqual(await store.list(tenant.id, ada.id), [])
    const all = await Promise.all(Array.from({ length: 20 }, () => identities.linkKept(asked)))
    assert.deepEqual(all.toSorted().slice(-2), ['over', 'over'])
    assert.equal(all.filter((one) => one === 'linked').length, 1)
  })

  it('is one account’s, and no handle of a sign-in fits it', async () => {
    const { identities, asked, addAccount, admit } = await kept()
    const eve = await addAccount('eve@example.test')
    assert.equal(await identities.linkKept({ ...asked, accountId: eve.id }), 'over')
    const waiting = await admit()
    assert.ok(waiting.kind === 'link_first')
    const { handle } = waiting
    assert.equal(await identities.linkKept({ ...asked, handle }), 'over')
    assert.ok(await identities.linkWaiting({ ...asked, handle }), 'and it is still there')
  })

  it('keeps what they let us do over there when it is done, not before', async () => {
    const { identities, asked, keptTokens } = await kept({ sealedTokens: 'sealed' })
    assert.deepEqual(keptTokens, [])
    assert.equal(await identities.linkKept(asked), 'linked')
    assert.deepEqual(keptTokens, ['110169484474386276334 sealed 1'])
  })

  it('is void when everything ended since, or the connection is off (Q17)', async () => {
    const off = await kept()
    off.connections.set(google.id, { ...google, status: 'disabled' })
    assert.equal(await off.identities.linkKept(off.asked), 'no_account')
    const ended = await kept()
    await ended.accounts.end(tenant.id, ended.ada.id, actor)
    assert.equal(await ended.identities.linkKept(ended.asked), 'account_unavailable')
    assert.ok(ended.audit.events.some(({ type }) => type === 'federation.failed'))
  })
})

describe('what somebody lets us do elsewhere', () => {
  const sealedTokens = 'sealed'
  const foreign = '110169484474386276334'

  it('is kept at every sign-in, and when it is linked; at the version it came by', async () => {
    const { identities, arrival, addAccount, clock, keptTokens } = await openIdentities()
    const ada = await addAccount('ada@example.test')
    const asked = { accountId: ada.id, sessionUid: brandId<SessionUid>('session') }
    const errand = { purpose: 'link', ...asked, provedAt: epochSeconds(clock) } as const
    await identities.link({ ...arrival(), errand, sealedTokens }, requester)
    await identities.admit({ ...arrival(), sealedTokens: 'newer' }, requester)
    await identities.admit(arrival(), requester)
    assert.deepEqual(keptTokens, [`${foreign} sealed 1`, `${foreign} newer 1`])
  })

  it('is kept of nobody who was refused', async () => {
    const { identities, arrival, rules, keptTokens } = await openIdentities()
    rules.set(google.id, { ...noRules, justInTime: 'off' })
    await identities.admit({ ...arrival(), sealedTokens }, requester)
    assert.deepEqual(keptTokens, [])
  })

  it('waits with them until they have proved the account that stands here', async () => {
    const { identities, arrival, addAccount, keptTokens } = await openIdentities()
    const ada = await addAccount('ada@example.test')
    const linkAs = async (accountId: typeof ada.id) => {
      const admission = await identities.admit({ ...arrival(), sealedTokens }, requester)
      assert.ok(admission.kind === 'link_first')
      assert.deepEqual(keptTokens, [])
      const { handle } = admission
      return identities.linkWaiting({ tenant, handle, accountId, requester })
    }
    assert.equal(await linkAs(brandId('eve')), false)
    assert.equal(await linkAs(ada.id), true)
    assert.deepEqual(keptTokens, [`${foreign} sealed 1`])
  })
})

describe('unlinking', () => {
  async function linked() {
    const world = await openIdentities()
    const ada = await world.addAccount('ada@example.test')
    await world.link(ada)
    await world.admitted()
    const provedAt = epochSeconds(world.clock)
    const asked = { tenant, accountId: ada.id, connectionId: google.id, provedAt, requester }
    const unlink = async (more: Partial<typeof asked> = {}) =>
      (await world.connected.unlink({ ...asked, ...more })).kind
    return { ...world, ada, unlink, asked }
  }

  it('ends what it opened, says so, and sets it free', async () => {
    const { unlink, admit, told, connected, ada } = await linked()
    assert.equal(await unlink(), 'unlinked')
    assert.equal((await admit()).kind, 'link_first')
    assert.equal(told.at(-1), 'unlinked ada@example.test')
    assert.deepEqual(await connected.list(tenant.id, ada.id), [])
    assert.equal(await unlink(), 'unknown')
  })

  it('wants a proof of just now (Q64)', async () => {
    const { unlink, asked, accounts, ada, clock } = await linked()
    assert.equal(await unlink({ provedAt: asked.provedAt - 301 }), 'step_up')
    await accounts.end(tenant.id, ada.id, actor)
    assert.equal(await unlink(), 'step_up', 'everything ended since')
    await accounts.setStatus(tenant.id, ada.id, 'disabled', actor)
    clock.advance(1000)
    assert.equal(await unlink({ provedAt: asked.provedAt + 1 }), 'over')
  })

  it('leaves the last way in: one that was never used, or is off, is none', async () => {
    const { unlink, ways, link, ada, admitted, connections, connected } = await linked()
    ways.another = false
    assert.equal(await unlink(), 'last_way_in')
    await link(ada, {}, acme)
    assert.equal(await unlink(), 'last_way_in', 'never used')
    await admitted({}, acme)
    connections.set(acme.id, { ...acme, status: 'disabled' })
    assert.equal(await unlink(), 'last_way_in', 'off')
    connections.set(acme.id, acme)
    assert.equal(await unlink(), 'unlinked')
    assert.ok(await connected.wasUsed(tenant.id, ada.id, undefined))
    connections.delete(acme.id)
    assert.equal(await connected.wasUsed(tenant.id, ada.id, undefined), false)
  })

  it('leaves the one that the domain of the account signs in by', async () => {
    const { unlink, enforced } = await linked()
    enforced.set('example.test', acme)
    assert.equal(await unlink(), 'unlinked')
    const again = await linked()
    again.enforced.set('example.test', google)
    assert.equal(await again.unlink(), 'needed')
  })
})
