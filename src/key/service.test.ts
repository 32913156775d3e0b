import assert from 'node:assert/strict'
import { sign, verify } from 'node:crypto'
import { describe, it } from 'node:test'
import { calculateJwkThumbprint } from 'jose'
import type { TenantId } from '#kit/ids.ts'
import { newId } from '#kit/random.ts'
import { createKeyDeriver, createSealer } from '#kit/sealer.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createRecordingAudit } from '#test/support/recording-audit.ts'
import type { KeySet } from './key.ts'
import { createMemoryKeyStore } from './memory.ts'
import { createKeys } from './service.ts'
import { firstKeys } from './store.contract.ts'

const day = 24 * 3600 * 1000

function setup() {
  const store = createMemoryKeyStore()
  const clock = createFakeClock()
  const audit = createRecordingAudit()
  const sealer = createSealer(createKeyDeriver([Buffer.alloc(32, 7)]))
  const transactor = {
    transaction: <T>(work: (within: undefined) => Promise<T>) => work(undefined),
  }
  const startProcess = () => createKeys({ store, clock, audit, sealer, transactor })
  return { store, clock, audit, sealer, startProcess, keys: startProcess(), tenantId: tenant() }
}

const tenant = () => newId<TenantId>()
const names = (set: KeySet) => set.keys.map((key) => `${key.state} ${key.alg}`)
const kids = (set: { readonly keys: KeySet['keys'] }, state: string) =>
  set.keys.filter((key) => key.state === state).map((key) => key.kid)

describe('the first keys of a tenant', () => {
  it('are one current and one next for ES256 and RS256, ES256 first', async () => {
    const { keys, tenantId } = setup()
    const set = await keys.keySet(tenantId)
    assert.deepEqual(names(set), ['current ES256', 'current RS256', 'next ES256', 'next RS256'])
    assert.equal(new Set(set.keys.map((key) => key.kid)).size, 4)
  })

  it('are named by their thumbprint (RFC 7638) and tell their use and algorithm', async () => {
    const { keys, tenantId } = setup()
    for (const key of (await keys.keySet(tenantId)).keys) {
      assert.equal(key.kid, await calculateJwkThumbprint(key.publicJwk))
      assert.equal(key.publicJwk.kid, key.kid)
      assert.equal(key.publicJwk.alg, key.alg)
      assert.equal(key.publicJwk.use, 'sig')
      for (const part of ['d', 'p', 'q', 'dp', 'dq', 'qi']) assert.ok(!(part in key.publicJwk))
    }
  })

  it('have 3072 bits where they are RSA (Q13)', async () => {
    const { keys, tenantId } = setup()
    const rsa = (await keys.keySet(tenantId)).keys.find((key) => key.alg === 'RS256')
    assert.equal(rsa?.publicKey.asymmetricKeyDetails?.modulusLength, 3072)
  })

  it('can sign only when current: next and retired ones have no private half loaded', async () => {
    const { keys, tenantId } = setup()
    for (const { state, privateKey, publicKey } of (await keys.keySet(tenantId)).keys) {
      assert.equal(privateKey !== undefined, state === 'current')
      if (!privateKey) continue
      const signature = sign('sha256', Buffer.from('text'), privateKey)
      assert.ok(verify('sha256', Buffer.from('text'), publicKey, signature))
    }
  })

  it('are the same for every process that starts at once', async () => {
    const { startProcess, store, tenantId } = setup()
    const sets = await Promise.all([1, 2].map(() => startProcess().keySet(tenantId)))
    assert.equal(new Set(sets.map((set) => set.version)).size, 1)
    assert.equal((await store.list(tenantId)).length, 4)
  })

  it('are another tenant’s own', async () => {
    const { keys, tenantId } = setup()
    const [one, other] = await Promise.all([keys.keySet(tenantId), keys.keySet(tenant())])
    const shared = one.keys.filter((key) => other.keys.some(({ kid }) => kid === key.kid))
    assert.deepEqual(shared, [])
  })

  it('are sealed to their row: a private key copied to another tenant does not open (Q87)', async () => {
    const { keys, store, startProcess, tenantId } = setup()
    await keys.keySet(tenantId)
    const thief = tenant()
    const stored = await store.list(tenantId)
    assert.ok(stored.every((key) => !key.sealedPrivateJwk.includes('"d"')))
    await store.insert(stored.map((key) => ({ ...key, tenantId: thief })))
    await assert.rejects(startProcess().keySet(thief), { name: 'SealBroken' })
  })
})

describe('the key set', () => {
  it('is remembered for a second and is the same object while nothing changed', async () => {
    const { keys, store, clock, tenantId } = setup()
    const set = await keys.keySet(tenantId)
    clock.advance(5000)
    assert.equal(await keys.keySet(tenantId), set)
    const [first] = await store.list(tenantId)
    assert.ok(first)
    await store.insert([
      { ...first, kid: 'old', state: 'retired', expiresAt: new Date(clock.now() + day) },
    ])
    assert.equal(await keys.keySet(tenantId), set)
    clock.advance(1000)
    const after = await keys.keySet(tenantId)
    assert.notEqual(after.version, set.version)
    assert.equal(after.keys.at(-1)?.kid, 'old')
  })

  it('shows the rotation of another process within a second', async () => {
    const { keys, startProcess, clock, tenantId } = setup()
    const before = await keys.keySet(tenantId)
    await startProcess().rotate(tenantId, { emergency: false })
    clock.advance(1000)
    assert.deepEqual(kids(await keys.keySet(tenantId), 'current'), kids(before, 'next'))
  })
})

describe('a normal rotation (Q88)', () => {
  it('lets the published next keys sign and keeps the old ones published', async () => {
    const { keys, tenantId } = setup()
    const before = await keys.keySet(tenantId)
    await keys.rotate(tenantId, { emergency: false })
    const after = await keys.keySet(tenantId)
    assert.notEqual(after.version, before.version)
    assert.deepEqual(kids(after, 'current'), kids(before, 'next'))
    assert.deepEqual(kids(after, 'retired'), kids(before, 'current'))
    assert.equal(kids(after, 'next').length, 2)
    assert.ok(
      after.keys.every((key) => (key.privateKey !== undefined) === (key.state === 'current')),
    )
  })

  it('destroys the private half of what it retires', async () => {
    const { keys, store, tenantId } = setup()
    await keys.keySet(tenantId)
    await keys.rotate(tenantId, { emergency: false })
    for (const key of await store.list(tenantId))
      assert.equal(key.sealedPrivateJwk === '', key.state === 'retired')
  })

  it('publishes a retired key for as long as its tokens may come back as id_token_hint', async () => {
    const { keys, clock, tenantId } = setup()
    await keys.rotate(tenantId, { emergency: false })
    clock.advance(30 * day - 1)
    assert.equal((await keys.list(tenantId)).length, 6)
    assert.equal((await keys.keySet(tenantId)).keys.length, 6)
    clock.advance(1001)
    assert.equal((await keys.list(tenantId)).length, 4)
    assert.equal((await keys.keySet(tenantId)).keys.length, 4)
  })

  it('tells the audit log who asked for it', async () => {
    const { keys, audit, tenantId } = setup()
    const { keys: before } = await keys.keySet(tenantId)
    await keys.rotate(tenantId, { emergency: false }, { kind: 'cli' })
    assert.deepEqual(audit.events, [
      {
        tenantId,
        type: 'key.rotated',
        outcome: 'success',
        actor: { kind: 'cli' },
        detail: { promoted: kids({ keys: before }, 'next'), emergency: false },
      },
    ])
  })

  it('happens once when two processes ask for it at once', async () => {
    const { startProcess, audit, store, tenantId } = setup()
    await startProcess().keySet(tenantId)
    const rotate = () => startProcess().rotate(tenantId, { emergency: false })
    const [one, other] = await Promise.all([rotate(), rotate()])
    assert.deepEqual(one, other)
    assert.equal((await store.list(tenantId)).length, 6)
    assert.equal(audit.events.length, 1)
  })
})

describe('an emergency rotation (Q88, R17)', () => {
  it('leaves none of the old keys published and signs with fresh ones', async () => {
    const { keys, audit, tenantId } = setup()
    await keys.rotate(tenantId, { emergency: false })
    const before = (await keys.keySet(tenantId)).keys.map((key) => key.kid)
    await keys.rotate(tenantId, { emergency: true })
    const after = await keys.keySet(tenantId)
    assert.deepEqual(names(after), ['current ES256', 'current RS256', 'next ES256', 'next RS256'])
    assert.deepEqual(
      after.keys.filter((key) => before.includes(key.kid)),
      [],
    )
    assert.equal(audit.events.at(-1)?.detail?.['emergency'], true)
  })

  it('gets a tenant going again whose keys no longer open', async () => {
    const { keys, store, tenantId } = setup()
    await store.insert(firstKeys(tenantId)) // sealed by nobody
    await assert.rejects(keys.keySet(tenantId))
    await keys.rotate(tenantId, { emergency: true })
    assert.equal((await keys.keySet(tenantId)).keys.length, 4)
  })
})

describe('the list of keys', () => {
  it('never holds a private half, sealed or not', async () => {
    const { keys, tenantId } = setup()
    await keys.keySet(tenantId)
    for (const key of await keys.list(tenantId)) {
      assert.ok(!('sealedPrivateJwk' in key))
      assert.ok(!('d' in key.publicJwk))
    }
  })
})
