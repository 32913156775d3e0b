import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { brandId, type TenantId } from '#kit/ids.ts'
import { acme, google, noRules, openIdentities, requester } from '#test/support/identities.ts'
import { actor, tenant } from '#test/support/password-login.ts'

type World = Awaited<ReturnType<typeof openIdentities>>

describe('an address that nobody vouches for', () => {
  /** Somebody back with one, who has still to prove its mailbox. */
  async function waiting(world: World, email = 'ada@example.test') {
    const groups = ['staff']
    const admission = await world.admit({ email, emailVerified: false, groups })
    assert.ok(admission.kind === 'verify_first', admission.kind)
    const { handle } = admission
    return { admission, asked: { tenant, handle, email, requester } }
  }

  it('makes no account, and is told of alike whether somebody has it (Q73)', async () => {
    const world = await openIdentities()
    const nobody = await waiting(world)
    const known = await openIdentities()
    await known.addAccount('ada@example.test')
    const somebody = await waiting(known)
    const { handle: one, ...first } = nobody.admission
    const { handle: other, ...second } = somebody.admission
    assert.deepEqual(first, second)
    assert.equal(one.length, other.length)
    assert.equal(await world.accounts.findByEmail(tenant.id, 'ada@example.test'), undefined)
    assert.deepEqual(world.told, [])
  })

  it('asks as much of the stores whether somebody has it or not: time tells nothing either (Q73)', async () => {
    const asked = async (isKnown: boolean) => {
      const world = await openIdentities()
      if (isKnown) await world.addAccount('ada@example.test')
      const find = mock.method(world.store, 'find')
      const list = mock.method(world.store, 'list')
      await waiting(world)
      return { find: find.mock.callCount(), list: list.mock.callCount() }
    }
    assert.deepEqual(await asked(true), await asked(false))
  })

  it('makes one once its mailbox is proved, as a verified one does', async () => {
    const world = await openIdentities()
    const staff = { roles: ['editor'], groups: ['staff'] }
    world.rules.set(google.id, { ...noRules, groups: new Map([['staff', staff]]) })
    const { asked } = await waiting(world)
    const admission = await world.identities.admitVerified(asked)
    assert.ok(admission?.kind === 'admitted' && admission.isNew)
    const account = await world.accounts.findByEmail(tenant.id, 'ada@example.test')
    assert.partialDeepStrictEqual(account, { emailVerified: true, ...staff })
    assert.equal(account?.profile.name, 'Ada Lovelace')
    const again = await world.admitted({ emailVerified: false })
    assert.equal(again.proof.accountId, admission.proof.accountId, 'and is known from then on')
  })

  it('keeps what they let us do over there once it is proved, unless the connection was changed since', async () => {
    for (const [version, kept] of [
      [1, ['110169484474386276334 sealed 1']],
      [2, []],
    ] as const) {
      const world = await openIdentities()
      const arrival = { ...world.arrival({ emailVerified: false }), sealedTokens: 'sealed' }
      const admission = await world.identities.admit(arrival, requester)
      assert.ok(admission.kind === 'verify_first')
      assert.deepEqual(world.keptTokens, [])
      world.connections.set(google.id, { ...google, version })
      const { handle, email } = admission
      await world.identities.admitVerified({ tenant, handle, email, requester })
      assert.deepEqual(world.keptTokens, kept)
    }
  })

  it('leads to the account that stands here, and into it only by its own proof (nOAuth)', async () => {
    const world = await openIdentities()
    const ada = await world.addAccount('Ada@example.test')
    const { asked } = await waiting(world)
    const admission = await world.identities.admitVerified(asked)
    assert.equal(admission?.kind, 'link_first')
    assert.deepEqual(await world.store.list(tenant.id, ada.id), [])
  })

  it('never takes an account over, though its domain belongs to the connection', async () => {
    const world = await openIdentities()
    await world.addAccount('ada@example.test')
    const domains = [{ name: 'example.test', isEnforced: true }]
    world.rules.set(acme.id, { ...noRules, domains, linksByVerifiedDomain: true })
    const admission = await world.admit({ emailVerified: false }, acme)
    assert.ok(admission.kind === 'verify_first')
    const { email, handle } = admission
    const asked = { tenant, handle, email, requester }
    assert.equal((await world.identities.admitVerified(asked))?.kind, 'link_first')
    assert.deepEqual([world.removed, world.ended], [[], []])
  })

  it('is good once, of twenty at once', async () => {
    const world = await openIdentities()
    const { asked } = await waiting(world)
    const all = await Promise.all(
      Array.from({ length: 20 }, () => world.identities.admitVerified(asked)),
    )
    assert.equal(all.filter((one) => one !== undefined).length, 1)
  })

  it('is nothing for another address, in another tenant, or later', async () => {
    for (const change of ['email', 'tenant', 'time'] as const) {
      const world = await openIdentities()
      const { asked } = await waiting(world)
      if (change === 'time') world.clock.advance(1801_000)
      const wrong = {
        email: { ...asked, email: 'eve@example.test' },
        tenant: { ...asked, tenant: { ...tenant, id: brandId<TenantId>('other') } },
        time: asked,
      }[change]
      assert.equal(await world.identities.admitVerified(wrong), undefined, change)
      assert.equal(await world.accounts.findByEmail(tenant.id, asked.email), undefined)
    }
  })

  it('is refused by what is so when the mailbox is proved: connection, switches, account', async () => {
    const refusals = {
      off: 'no_account',
      closed: 'no_account',
      weak: 'authentication_too_weak',
      disabled: 'account_unavailable',
    } as const
    for (const change of ['off', 'closed', 'weak', 'disabled'] as const) {
      const world = await openIdentities()
      const ada = change === 'disabled' ? await world.addAccount('ada@example.test') : undefined
      const { asked } = await waiting(world)
      if (change === 'off') world.connections.set(google.id, { ...google, status: 'disabled' })
      if (change === 'closed') world.rules.set(google.id, { ...noRules, justInTime: 'off' })
      if (change === 'weak') world.rules.set(google.id, { ...noRules, requiredAmr: ['mfa'] })
      if (ada) await world.accounts.setStatus(tenant.id, ada.id, 'disabled', actor)
      const admission = await world.identities.admitVerified(asked)
      assert.deepEqual(admission, { kind: 'refused', reason: refusals[change] }, change)
    }
  })

  it('is refused at once where nobody is made an account', async () => {
    const world = await openIdentities()
    world.rules.set(google.id, { ...noRules, justInTime: 'off' })
    const refused = { kind: 'refused', reason: 'email_required' }
    assert.deepEqual(await world.admit({ emailVerified: false }), refused)
  })
})
