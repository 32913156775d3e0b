import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { createKeyring } from './keyring.ts'

const [current, previous, foreign] = [randomBytes(32), randomBytes(32), randomBytes(32)]
const data = 'signet=abc'

describe('the cookie keyring', () => {
  it('signs with the current key and verifies with every one it has', () => {
    const keyring = createKeyring([current, previous])
    const before = createKeyring([previous]).sign(data)
    assert.equal(keyring.index(data, keyring.sign(data)), 0)
    assert.equal(keyring.index(data, before), 1)
    assert.equal(keyring.verify(data, before), true)
  })

  it('refuses what another key, another text or nobody signed', () => {
    const keyring = createKeyring([current])
    const signature = keyring.sign(data)
    const forged = [
      createKeyring([foreign]).sign(data),
      keyring.sign('signet=abd'),
      '',
      'x',
      signature.slice(0, -2),
      `${signature}AA`,
    ]
    for (const text of forged) assert.equal(keyring.verify(data, text), false, text)
  })

  it('refuses to sign with nothing: the engine would leave cookies unsigned without a word', () => {
    assert.throws(() => createKeyring([]), TypeError)
  })
})
