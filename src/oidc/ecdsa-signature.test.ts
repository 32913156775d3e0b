import assert from 'node:assert/strict'
import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { test } from 'node:test'
import { fixedForm } from './ecdsa-signature.ts'

const integer = (...bytes: number[]) => [0x02, bytes.length, ...bytes]
const sequence = (...parts: number[][]) =>
  Uint8Array.from([0x30, parts.flat().length, ...parts.flat()])
const full = Array.from({ length: 32 }, (_, index) => 0x80 + index)

test('R and S stand side by side in 32 bytes each (RFC 7518 §3.4)', () => {
  const fixed = fixedForm(sequence(integer(0, ...full), integer(...full.with(0, 0x7f))))

  assert.deepEqual([...fixed], [...full, ...full.with(0, 0x7f)])
})

test('a number that needs fewer bytes is filled up on the left', () => {
  const fixed = fixedForm(sequence(integer(1), integer(0, 0xff, 2)))

  assert.deepEqual([...fixed], [...Array(31).fill(0), 1, ...Array(30).fill(0), 0xff, 2])
})

test('every signature verifies in the fixed form, whatever the length of its numbers', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const lengths = new Set<number>()
  for (let index = 0; index < 1000; index += 1) {
    const data = Buffer.from(`message ${index}`)
    const der = sign('sha256', data, privateKey)
    lengths.add(der.length)

    assert.ok(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, fixedForm(der)))
  }
  assert.ok(lengths.size > 2) // 70, 71 and 72 are common, shorter ones rare
})
