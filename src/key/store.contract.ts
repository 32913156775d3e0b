import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { TenantId } from '#kit/ids.ts'
import { newId } from '#kit/random.ts'
import type { KeyState, KeyStore, SigningAlgorithm, StoredSigningKey } from './key.ts'

const start = new Date('2030-01-01T00:00:00.000Z')
const later = new Date('2030-01-02T00:00:00.000Z')
const retiredUntil = new Date('2030-02-01T00:00:00.000Z')

function exampleKey(
  tenantId: TenantId,
  alg: SigningAlgorithm,
  state: KeyState,
  kid: string = newId(),
): StoredSigningKey {
  return {
    tenantId,
    kid,
    alg,
    state,
    publicJwk: { kty: alg === 'ES256' ? 'EC' : 'RSA', kid, alg, use: 'sig' },
    createdAt: start,
    changedAt: start,
    expiresAt: undefined,
    sealedPrivateJwk: `v1.sealed-${kid}`,
  }
}

export function firstKeys(tenantId: TenantId): readonly StoredSigningKey[] {
  return (['ES256', 'RS256'] as const).flatMap((alg) => [
    exampleKey(tenantId, alg, 'current', `${alg}-current`),
    exampleKey(tenantId, alg, 'next', `${alg}-next`),
  ])
}

const byKid = (a: StoredSigningKey, b: StoredSigningKey) => (a.kid < b.kid ? -1 : 1)

export type OpenKeyStore = {
  readonly store: KeyStore
  /** A tenant the store knows, without keys. */
  addTenant(): Promise<TenantId>
} & AsyncDisposable

/** What every store of keys keeps. `open` gives an empty one. */
export function describeKeyStore(name: string, open: () => Promise<OpenKeyStore>): void {
  const rotation = (tenantId: TenantId, successor: StoredSigningKey) => ({
    tenantId,
    alg: 'ES256' as const,
    expectedNextKid: 'ES256-next',
    successor,
    at: later,
    retiredUntil,
  })

  describe(`the key store (${name})`, () => {
    let opened: OpenKeyStore
    before(async () => void (opened = await open()))
    after(() => opened[Symbol.asyncDispose]())

    it('lists what was inserted, for its tenant only', async () => {
      const tenantId = await opened.addTenant()
      const other = await opened.addTenant()
      const keys = firstKeys(tenantId)
      assert.equal(await opened.store.insert(keys), true)
      assert.deepEqual([...(await opened.store.list(tenantId))].sort(byKid), [...keys].sort(byKid))
      assert.deepEqual(await opened.store.list(other), [])
      assert.equal(await opened.store.insert(firstKeys(other)), true)
    })

    it('keeps one current and one next key for each algorithm, whoever was first', async () => {
      const tenantId = await opened.addTenant()
      const answers = await Promise.all(
        [1, 2, 3].map((process) =>
          opened.store.insert(
            firstKeys(tenantId).map((key) => ({ ...key, kid: `${key.kid}-${process}` })),
          ),
        ),
      )
      assert.equal(answers.filter(Boolean).length, 1)
      const slots = (await opened.store.list(tenantId)).map(({ alg, state }) => `${alg} ${state}`)
      assert.deepEqual(slots.sort(), ['ES256 current', 'ES256 next', 'RS256 current', 'RS256 next'])
    })

    it('fills only the free slots', async () => {
      const tenantId = await opened.addTenant()
      await opened.store.insert([exampleKey(tenantId, 'ES256', 'current', 'kept')])
      assert.equal(await opened.store.insert(firstKeys(tenantId)), false)
      const kids = (await opened.store.list(tenantId)).map((key) => key.kid)
      assert.deepEqual(kids.sort(), ['ES256-next', 'RS256-current', 'RS256-next', 'kept'])
    })

    it('rotates: current retires without its private half, next signs, the successor waits', async () => {
      const tenantId = await opened.addTenant()
      const other = await opened.addTenant()
      const keys = firstKeys(tenantId)
      await opened.store.insert(keys)
      await opened.store.insert(firstKeys(other))
      const successor = exampleKey(tenantId, 'ES256', 'next', 'ES256-successor')
      assert.equal(await opened.store.rotate(rotation(tenantId, successor)), true)
      const after = new Map((await opened.store.list(tenantId)).map((key) => [key.kid, key]))
      const [current, next] = keys
      assert.deepEqual(after.get('ES256-current'), {
        ...current,
        state: 'retired',
        changedAt: later,
        expiresAt: retiredUntil,
        sealedPrivateJwk: '',
      })
      assert.deepEqual(after.get('ES256-next'), { ...next, state: 'current', changedAt: later })
      assert.deepEqual(after.get('ES256-successor'), successor)
      assert.equal(after.get('RS256-current')?.state, 'current')
      assert.equal(after.size, 5)
      assert.deepEqual(
        [...(await opened.store.list(other))].sort(byKid),
        [...firstKeys(other)].sort(byKid),
      )
    })

    it('lets exactly one of many concurrent rotations succeed', async () => {
      const tenantId = await opened.addTenant()
      await opened.store.insert(firstKeys(tenantId))
      const answers = await Promise.all(
        [1, 2, 3, 4].map(() =>
          opened.store.rotate(rotation(tenantId, exampleKey(tenantId, 'ES256', 'next'))),
        ),
      )
      assert.equal(answers.filter(Boolean).length, 1)
      const states = (await opened.store.list(tenantId))
        .filter((key) => key.alg === 'ES256')
        .map((key) => key.state)
      assert.deepEqual(states.sort(), ['current', 'next', 'retired'])
    })

    it('changes nothing when the expected next key is no longer next', async () => {
      const tenantId = await opened.addTenant()
      await opened.store.insert(firstKeys(tenantId))
      const before = await opened.store.list(tenantId)
      const successor = exampleKey(tenantId, 'ES256', 'next')
      for (const expectedNextKid of ['ES256-current', 'RS256-next', 'unknown', ''])
        assert.equal(
          await opened.store.rotate({ ...rotation(tenantId, successor), expectedNextKid }),
          false,
        )
      assert.deepEqual(
        [...(await opened.store.list(tenantId))].sort(byKid),
        [...before].sort(byKid),
      )
    })

    it('forgets every key of one tenant when all are replaced', async () => {
      const tenantId = await opened.addTenant()
      const other = await opened.addTenant()
      await opened.store.insert(firstKeys(tenantId))
      await opened.store.insert(firstKeys(other))
      await opened.store.rotate(rotation(tenantId, exampleKey(tenantId, 'ES256', 'next')))
      const fresh = firstKeys(tenantId).map((key) => ({ ...key, kid: `${key.kid}-fresh` }))
      await opened.store.replaceAll(tenantId, fresh)
      assert.deepEqual([...(await opened.store.list(tenantId))].sort(byKid), [...fresh].sort(byKid))
      assert.equal((await opened.store.list(other)).length, 4)
    })

    it('survives emergencies that are declared twice at once', async () => {
      const tenantId = await opened.addTenant()
      await opened.store.insert(firstKeys(tenantId))
      await Promise.all(
        [1, 2].map((caller) =>
          opened.store.replaceAll(
            tenantId,
            firstKeys(tenantId).map((key) => ({ ...key, kid: `${key.kid}-${caller}` })),
          ),
        ),
      )
      const callers = (await opened.store.list(tenantId)).map((key) => key.kid.slice(-1))
      assert.equal(callers.length, 4)
      assert.equal(new Set(callers).size, 1)
    })

    it('removes retired keys from the moment they expire', async () => {
      const tenantId = await opened.addTenant()
      await opened.store.insert(firstKeys(tenantId))
      await opened.store.rotate(rotation(tenantId, exampleKey(tenantId, 'ES256', 'next')))
      await opened.store.removeExpired(new Date(retiredUntil.getTime() - 1))
      assert.equal((await opened.store.list(tenantId)).length, 5)
      assert.ok((await opened.store.removeExpired(retiredUntil)) >= 1)
      assert.equal((await opened.store.list(tenantId)).length, 4)
      assert.equal(await opened.store.removeExpired(retiredUntil), 0)
    })
  })
}
