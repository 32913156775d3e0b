import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRecordingAudit } from '#test/support/recording-audit.ts'
import { Unavailable } from '#kit/errors.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, ClientId, TenantId } from '#kit/ids.ts'
import { createMemoryConsentStore } from './memory.ts'
import { createConsents } from './service.ts'

const owner = {
  tenantId: brandId<TenantId>('main'),
  accountId: brandId<AccountId>('ada'),
  clientId: brandId<ClientId>('web'),
}
const by = { actor: { kind: 'account', id: owner.accountId } } as const

/** `failAt`: the calls to the engine's stores, counted from 1, that do not get through. */
async function setUp(failAt: readonly number[] = []) {
  const store = createMemoryConsentStore()
  const audit = createRecordingAudit()
  const allowed = { scopes: ['email'], claims: [], resources: {} }
  await store.put({ ...owner, ...allowed, grantedAt: new Date(0) })
  let calls = 0
  /** What stood when the artifacts were ended. */
  const seen: boolean[] = []
  const consents = createConsents({
    store,
    audit,
    transactor: { transaction: (work) => work(undefined) },
    ender: {
      async endAccess(_tenantId, accountId, clientId) {
        calls += 1
        seen.push((await store.find(owner.tenantId, accountId, clientId)) !== undefined)
        if (failAt.includes(calls)) throw new Error('the store does not answer')
      },
    },
  })
  const listed = async () => (await consents.listOf(owner.tenantId, owner.accountId)).length
  const revoked = () => audit.events.filter(({ type }) => type === 'consent.revoked').length
  return { consents, seen, listed, revoked, audit }
}

describe('taking a consent back (Q17)', () => {
  it('ends what hangs on it before it goes, and what came meanwhile after', async () => {
    const { consents, seen, listed, revoked } = await setUp()
    assert.equal(await consents.revoke(owner, by), true)
    assert.deepEqual(seen, [true, false])
    assert.deepEqual([await listed(), revoked()], [0, 1])
  })

  it('is not done while a store is down, and is still there to be taken back again', async () => {
    const { consents, listed, revoked } = await setUp([1])
    await assert.rejects(consents.revoke(owner, by), Unavailable)
    assert.deepEqual([await listed(), revoked()], [1, 0], 'the person sees that it has access')
    assert.equal(await consents.revoke(owner, by), true)
    assert.deepEqual([await listed(), revoked()], [0, 1])
  })

  it('says so when the last step fails, and calling again finishes it, told once', async () => {
    const { consents, seen, revoked } = await setUp([2])
    await assert.rejects(consents.revoke(owner, by), Unavailable)
    assert.equal(await consents.revoke(owner, by), false)
    assert.deepEqual(seen, [true, false, false])
    assert.equal(revoked(), 1)
  })

  it('changes nothing that is not told (Q91)', async () => {
    const { consents, audit } = await setUp()
    audit.fail = true
    await assert.rejects(consents.revoke(owner, by), /not writable/)
  })
})
