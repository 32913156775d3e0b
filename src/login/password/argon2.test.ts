import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { PasswordConfig } from '#config/config.ts'
import { Unavailable } from '#kit/errors.ts'
import { createGate } from '#kit/gate.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createPasswordHasher } from './argon2.ts'

const small: PasswordConfig = { memory: 64, time: 2, parallelism: 1, width: 1, queue: 1 }
const owasp: PasswordConfig = { ...small, memory: 19_456 }

function setUp(config: PasswordConfig = small) {
  const gate = createGate({ name: 'password', width: config.width, queue: config.queue })
  const seconds: number[] = []
  const hasher = createPasswordHasher({
    config,
    gate,
    clock: createFakeClock(),
    metrics: { passwordHashed: (took) => void seconds.push(took) },
  })
  return { hasher, gate, seconds }
}

describe('argon2id', () => {
  test('hashes with the parameters that were asked for, a salt of 16 and a tag of 32 bytes (Q30)', async () => {
    const { hasher } = setUp(owasp)
    const phc = await hasher.hash('grumpy tea cups')
    const [, type, version, parameters, salt, tag] = phc.split('$')
    assert.deepEqual([type, version], ['argon2id', 'v=19'])
    assert.deepEqual(parameters?.split(',').sort(), ['m=19456', 'p=1', 't=2'])
    assert.equal(Buffer.from(salt ?? '', 'base64').length, 16)
    assert.equal(Buffer.from(tag ?? '', 'base64').length, 32)
  })

  test('tells the right password from any other', async () => {
    const { hasher } = setUp()
    const phc = await hasher.hash('grumpy tea cups')
    assert.equal(await hasher.verify(phc, 'grumpy tea cups'), true)
    for (const wrong of ['grumpy tea cup', 'grumpy tea cups ', 'Grumpy tea cups', '']) {
      assert.equal(await hasher.verify(phc, wrong), false)
    }
  })

  test('never gives two people the same hash', async () => {
    const { hasher } = setUp()
    assert.notEqual(await hasher.hash('grumpy tea cups'), await hasher.hash('grumpy tea cups'))
  })

  test('knows a letter in every way of writing it (Q27)', async () => {
    const { hasher } = setUp()
    assert.equal(await hasher.verify(await hasher.hash('caf\u00e9'), 'cafe\u0301'), true)
  })

  test('reads every byte of a long password (Q26)', async () => {
    const { hasher } = setUp()
    const long = '🦊'.repeat(255)
    assert.equal(await hasher.verify(await hasher.hash(`${long}a`), `${long}b`), false)
  })

  test('sees hashes of other parameters as old (Q30)', async () => {
    const { hasher } = setUp()
    const phc = await hasher.hash('grumpy tea cups')
    assert.equal(hasher.needsRehash(phc), false)
    assert.equal(setUp({ ...small, memory: 128 }).hasher.needsRehash(phc), true)
    assert.equal(setUp({ ...small, time: 3 }).hasher.needsRehash(phc), true)
    assert.equal(hasher.needsRehash(phc.replace('argon2id', 'argon2i')), true)
  })

  test('has a dummy of the current parameters that no password opens (Q73)', async () => {
    const { hasher } = setUp()
    assert.equal(hasher.needsRehash(hasher.dummy), false)
    const parts = (phc: string) => phc.split('$').map((part) => part.length)
    assert.deepEqual(parts(hasher.dummy), parts(await hasher.hash('x')))
    assert.equal(await hasher.verify(hasher.dummy, ''), false)
  })

  test('measures each hash', async () => {
    const { hasher, seconds } = setUp()
    await hasher.verify(await hasher.hash('grumpy tea cups'), 'wrong')
    assert.deepEqual(seconds, [0, 0])
  })

  test('what is beyond the queue is refused before it is hashed, with Retry-After (R14)', async () => {
    const { hasher, seconds } = setUp()
    const first = hasher.hash('one')
    hasher.admit()
    const second = hasher.hash('two')
    assert.throws(() => hasher.admit(), Unavailable)
    await assert.rejects(hasher.hash('three'), (error) => {
      return error instanceof Unavailable && error.status === 503 && (error.retryAfter ?? 0) >= 1
    })
    await Promise.all([first, second])
    assert.equal(seconds.length, 2)
    hasher.admit()
  })

  test('works without a queue', async () => {
    const { hasher } = setUp({ ...small, queue: 0 })
    hasher.admit()
    const first = hasher.hash('one')
    await assert.rejects(hasher.hash('two'), Unavailable)
    await first
  })
})
