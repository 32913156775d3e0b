import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createGate } from '#kit/gate.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createPasswordHasher } from './argon2.ts'
import { verifyHash } from './verify-hash.ts'

const right = 'grumpy tea cups'
const bcrypt2a = '$2a$04$abcdefghijklmnopqrstuu1/LStV.7hAUqEO9kXhP1WkWs3hFWI7q'
const salt = 'MDEyMzQ1Njc4OWFiY2RlZg'

/** Made by others: libxcrypt, CPython's hashlib, and the tests of the argon2 reference implementation. */
const foreign: readonly (readonly [kind: string, hash: string, password: string])[] = [
  ['bcrypt $2a$', bcrypt2a, right],
  ['bcrypt $2b$', '$2b$05$abcdefghijklmnopqrstuua2Bckq7rl5okQ9wPRa6FlcYrJDYWGR2', right],
  ['bcrypt $2y$', '$2y$04$abcdefghijklmnopqrstuu1/LStV.7hAUqEO9kXhP1WkWs3hFWI7q', right],
  [
    'bcrypt of UTF-8',
    '$2a$04$abcdefghijklmnopqrstuuxdqc5oTka7j.35zzllVbSRPmf4cXiHO',
    'caf\u00e9 de la gare',
  ],
  [
    'bcrypt as PHC',
    '$bcrypt$v=98$r=5$cdefghijklmnopqrstuvww$c4Dems9tn7qmS/yRTc8HneatLFaYIT4',
    right,
  ],
  ['scrypt', `$scrypt$ln=14,r=8,p=1$${salt}$84cg3lHjgLbOXtWRL64kLxK5HHCU9JlMR+pxcQzStR8`, right],
  ['PBKDF2 with SHA-1', `$pbkdf2-sha1$i=1000$${salt}$TlTdz/LfaZNZUT/DvN4gdgl7TTY`, right],
  [
    'PBKDF2 with SHA-256',
    `$pbkdf2-sha256$i=1000,l=32$${salt}$+CMAN3Mhef02XSknnf7jpHMDgaVawP8g393wyJISV7s`,
    right,
  ],
  [
    'PBKDF2 with SHA-512',
    `$pbkdf2-sha512$i=1000$${salt}$OEd7Ip4E1vhVUZmlY6opyVEzzQT5FjrOK8Sfv61/PpRhnCMpzfLglu5xqUgb/HKiW2Uy75NLbELU2YtmdMt+eQ`,
    right,
  ],
  [
    'argon2id',
    '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
    'password',
  ],
  [
    'argon2i',
    '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA',
    'password',
  ],
  [
    'argon2i of its first version',
    '$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ',
    'password',
  ],
]

describe('a hash of another system (Q32)', () => {
  for (const [kind, hash, password] of foreign) {
    test(`${kind}: is opened by its password and no other`, async () => {
      assert.equal(await verifyHash(hash, password), true)
      assert.equal(await verifyHash(hash, `${password} `), false)
      assert.equal(await verifyHash(hash, ''), false)
    })
  }

  test('argon2d: is opened by its password and no other', async () => {
    const { argon2d, hash } = await import('argon2')
    const made = await hash(right, { type: argon2d, memoryCost: 64, timeCost: 2, parallelism: 2 })
    assert.equal(await verifyHash(made, right), true)
    assert.equal(await verifyHash(made, 'grumpy tea cup'), false)
  })

  test('bcrypt: what begins with the right 72 bytes is not right (Okta 2024)', async () => {
    const hash = '$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe'
    assert.equal(await verifyHash(hash, 'a'.repeat(72)), true)
    assert.equal(await verifyHash(hash, `${'a'.repeat(72)}b`), false)
    assert.equal(await verifyHash(hash, `${'a'.repeat(70)}\u{1f98a}`), false)
  })

  test('that cannot be read is opened by nothing', async () => {
    for (const hash of ['', right, '$1$abc$def', '$2b$31$', '$scrypt$ln=30,r=8,p=1$a$b']) {
      assert.equal(await verifyHash(hash, right), false)
    }
  })
})

describe('the hasher', () => {
  const config = { memory: 64, time: 2, parallelism: 1, width: 1, queue: 1 }
  const gate = createGate({ name: 'password', width: config.width, queue: config.queue })
  const hasher = createPasswordHasher({ config, gate, clock: createFakeClock() })

  for (const [kind, hash, password] of foreign) {
    test(`${kind}: is verified as NFC, and to be hashed again (Q27, Q30)`, async () => {
      assert.equal(await hasher.verify(hash, password.normalize('NFD')), true)
      assert.equal(hasher.needsRehash(hash), true)
    })
  }

  test('does the work everybody costs beside that of an imported one: it is never answered sooner (Q73)', async () => {
    let usual = 0
    const metrics = { passwordHashed: () => void (usual += 1) }
    const counting = createPasswordHasher({ config, gate, clock: createFakeClock(), metrics })
    for (const [, hash] of foreign) assert.equal(await counting.verify(hash, 'wrong'), false)
    assert.equal(usual, foreign.length)
    await counting.verify(await counting.hash(right), 'wrong')
    assert.equal(usual, foreign.length + 2, 'and no more than once for its own')
  })

  test('sees a shorter salt or hash of the current parameters as old', async () => {
    const own = await hasher.hash(right)
    assert.equal(hasher.needsRehash(own), false)
    const short = own.split('$').with(4, 'c29tZXNhbHQ').join('$')
    assert.equal(hasher.needsRehash(short), true)
    assert.equal(hasher.needsRehash(own.replace('$v=19', '')), true)
  })

  test('verifies imported ones in the same queue as its own (R14)', async () => {
    const first = hasher.verify(bcrypt2a, right)
    const second = hasher.verify(bcrypt2a, right)
    await assert.rejects(hasher.verify(bcrypt2a, right), /busy/)
    assert.deepEqual(await Promise.all([first, second]), [true, true])
  })
})
