import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { createKeyDeriver, createSealer, SealBroken } from './sealer.ts'

const old = randomBytes(32)
const current = randomBytes(32)
const place = ['tenant', 'signing_keys', 'private', 'kid']

describe('sealing (Q87)', () => {
  const sealer = createSealer(createKeyDeriver([current]))

  it('opens what it sealed, at the place it was sealed for', () => {
    for (const text of ['', 'secret', 'ß🔑\0']) {
      assert.equal(sealer.open(sealer.seal(text, place), place), text)
    }
  })

  it('gives another text each time', () => {
    assert.notEqual(sealer.seal('secret', place), sealer.seal('secret', place))
  })

  it('does not open in another row, column, table or tenant', () => {
    const sealed = sealer.seal('secret', place)
    const elsewhere = place.map((_, index) => place.with(index, 'other'))
    for (const there of [...elsewhere, ['tenantsigning_keys', 'private', 'kid']]) {
      assert.throws(() => sealer.open(sealed, there), SealBroken)
    }
  })

  it('does not open when a single bit was changed, or when it is no seal at all', () => {
    const bytes = Buffer.from(sealer.seal('secret', place).slice(3), 'base64url')
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes)
      changed[index] = (changed[index] ?? 0) ^ 1
      assert.throws(() => sealer.open(`v1.${changed.toString('base64url')}`, place), SealBroken)
    }
    for (const text of ['', 'v1.', 'v1.AAAA', 'v2.AAAA', 'plain']) {
      assert.throws(() => sealer.open(text, place), SealBroken)
    }
  })

  it('opens under the next secret what the one before sealed, and not without it (Q88)', () => {
    const sealed = createSealer(createKeyDeriver([old])).seal('secret', place)
    assert.equal(createSealer(createKeyDeriver([current, old])).open(sealed, place), 'secret')
    assert.throws(() => createSealer(createKeyDeriver([current])).open(sealed, place), SealBroken)
  })
})

describe('deriving keys (RFC 5869)', () => {
  it('gives the same key for the same words, another for every other', () => {
    const keys = createKeyDeriver([current])
    assert.deepEqual(
      keys.derive('cookies', 'a'),
      createKeyDeriver([current]).derive('cookies', 'a'),
    )
    const others = [keys.derive('cookies', 'b'), keys.derive('csrf', 'a'), keys.derive('cookiesa')]
    for (const other of others) assert.notDeepEqual(other, keys.derive('cookies', 'a'))
  })

  it('refuses to start from nothing', () => {
    assert.throws(() => createKeyDeriver([]), TypeError)
  })
})
