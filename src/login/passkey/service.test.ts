import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { authenticatorHere, openPasskeys, requester } from '#test/support/passkeys.ts'
import { actor, tenant } from '#test/support/password-login.ts'
import { authenticatorName } from './authenticators.ts'
import { createRemoveAllPasskeys } from './service.ts'

type World = Awaited<ReturnType<typeof openPasskeys>>

function removeFor(world: World, credentialId: string, other: object = {}) {
  const asked = { tenant, accountId: world.ada.id, requester, provedAt: world.now(), credentialId }
  return world.passkeys.remove({ ...asked, ...other })
}

describe('the passkeys of a person', () => {
  test('are renamed by their owner alone; without a name they have their authenticator’s', async () => {
    const world = await openPasskeys()
    const { credentialId } = await world.enrolled(authenticatorHere())
    const grace = await world.addAccount('grace@example.test')
    const rename = (name: string, accountId = world.ada.id) =>
      world.passkeys.rename({ tenant, accountId, requester, credentialId, name })
    assert.deepEqual(await rename('Hers', grace.id), { kind: 'unknown' })
    assert.deepEqual(await rename('  Blue key '), { kind: 'renamed' })
    const name = async () => (await world.store.find(tenant.id, credentialId))?.name
    assert.equal(await name(), 'Blue key')
    for (const bad of ['x'.repeat(65), 'a\u0000b', 'a\nb'])
      assert.deepEqual(await rename(bad), { kind: 'invalid' }, bad)
    assert.equal(await name(), 'Blue key')
    assert.deepEqual(await rename(' '), { kind: 'renamed' })
    assert.equal(await name(), undefined)
    assert.equal(world.audit.events.at(-1)?.type, 'factor.passkey_renamed')
  })

  test('are removed after a proof of five minutes, and open nothing then (Q64)', async () => {
    const world = await openPasskeys()
    const authenticator = authenticatorHere()
    const { credentialId } = await world.enrolled(authenticator)
    const late = await removeFor(world, credentialId, { provedAt: world.now() - 301 })
    assert.deepEqual(late, { kind: 'step_up' })
    assert.deepEqual(await removeFor(world, credentialId), { kind: 'removed' })
    assert.equal(world.audit.events.at(-1)?.type, 'factor.passkey_removed')
    assert.deepEqual(world.told.at(-1), 'removed ada@example.test')
    assert.equal((await world.prove(authenticator)).kind, 'unknown')
    assert.deepEqual(await removeFor(world, credentialId), { kind: 'unknown' })
  })

  test('are removed by nobody else', async () => {
    const world = await openPasskeys()
    const { credentialId } = await world.enrolled(authenticatorHere())
    const { id: accountId } = await world.addAccount('grace@example.test')
    assert.deepEqual(await removeFor(world, credentialId, { accountId }), { kind: 'unknown' })
    const elsewhere = { ...tenant, id: 'other' as typeof tenant.id }
    assert.deepEqual(await removeFor(world, credentialId, { tenant: elsewhere }), { kind: 'over' })
    assert.equal(
      (await world.passkeys.list({ tenantId: tenant.id, accountId: world.ada.id })).length,
      1,
    )
  })

  test('never lose the last way in, nor what the tenant asks for', async () => {
    const world = await openPasskeys()
    const one = await world.enrolled(authenticatorHere())
    const two = await world.enrolled(authenticatorHere())
    Object.assign(world.ways, { another: false, needed: true })
    assert.deepEqual(await removeFor(world, one.credentialId), { kind: 'removed' })
    assert.deepEqual(await removeFor(world, two.credentialId), { kind: 'last_way_in' })
    world.ways.another = true
    assert.deepEqual(await removeFor(world, two.credentialId), { kind: 'needed' })
    world.ways.needed = false
    assert.equal(world.ways.gone, 0)
    assert.deepEqual(await removeFor(world, two.credentialId), { kind: 'removed' })
    assert.equal(world.ways.gone, 1, 'what backed it up goes along')
  })

  test('do not survive a new owner of the address (Q62)', async () => {
    const world = await openPasskeys()
    const { credentialId } = await world.enrolled(authenticatorHere())
    const removeAll = createRemoveAllPasskeys(world)
    assert.equal(await removeAll(world.ada, actor, undefined), 1)
    assert.equal(await world.store.isKnown(credentialId), false)
    assert.equal(world.audit.events.at(-1)?.type, 'factor.passkey_removed')
    assert.equal(await removeAll(world.ada, actor, undefined), 0)
  })

  test('are what browsers keep of this account, and no more', async () => {
    const world = await openPasskeys()
    const { credentialId } = await world.enrolled(authenticatorHere())
    await world.enrolled(authenticatorHere(), await world.addAccount('grace@example.test'))
    const { userId, ...accepted } = await world.passkeys.accepted(tenant, world.ada)
    assert.equal(Buffer.from(userId, 'base64url').length, 32)
    assert.deepEqual(accepted, {
      rpId: 'login.acme.test',
      credentialIds: [credentialId],
      name: 'ada@example.test',
      displayName: 'Ada',
    })
  })
})

describe('the name of an authenticator', () => {
  test('is known for the well-known ones, and never made up', () => {
    assert.equal(authenticatorName('bada5566-a7aa-401f-bd96-45619a55120d'), '1Password')
    for (const aaguid of ['00000000-0000-0000-0000-000000000000', 'toString', ''])
      assert.equal(authenticatorName(aaguid), undefined)
  })
})
