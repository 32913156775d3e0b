import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { blocklistEntry, createBlocklist, entryBytes, loadBlocklist } from './blocklist.ts'

const file = readFileSync(new URL('blocklist.bin', import.meta.url))

describe('the blocklist (Q28)', () => {
  const isCommon = loadBlocklist()

  test('has at least 100,000 entries, sorted, each once', () => {
    assert.equal(file.length % entryBytes, 0)
    const count = file.length / entryBytes
    assert.ok(count >= 100_000)
    for (let at = entryBytes; at < file.length; at += entryBytes) {
      const order = file.compare(file, at - entryBytes, at, at, at + entryBytes)
      if (order !== 1) assert.fail(`entry ${at / entryBytes} does not follow the one before`)
    }
  })

  for (const password of [
    'password',
    'PassWord1',
    'iloveyou123',
    'sunshine!',
    'motherhood',
    'qwertyuiopasdfg',
    '1q2w3e4r5t6y7u8',
    'abcdefghijklmno',
    '9876543210987654',
  ]) {
    test(`refuses ${password}`, () => assert.equal(isCommon(password), true))
  }

  for (const password of [
    'aaaaaaaaaaaaaaa',
    'abcabcabcabcabcab',
    'passwordpassword',
    'PasswordpasswordP',
    '123456789012345',
  ]) {
    test(`refuses ${password}: a repetition is no better than what it repeats`, () => {
      assert.equal(isCommon(password), true)
    })
  }

  for (const password of [
    'grumpy tea cups',
    'correcthorsebatterystaple',
    'x7#kQ9!vPz2&mW4',
    'motherhood and tea',
    'пароль не для всех',
  ]) {
    test(`accepts ${password}`, () => assert.equal(isCommon(password), false))
  }

  test('finds the first, the last and the middle entry, and nothing beside them', () => {
    const words = ['tea cups', 'saucers!', 'tea spoon', 'milk jugs', 'sugar tongs']
    const entries = words.map((word) => blocklistEntry(word)).sort((a, b) => a.compare(b))
    const listed = createBlocklist(Buffer.concat(entries))
    for (const word of words) assert.equal(listed(word), true)
    assert.equal(listed('tea strainer'), false)
    assert.equal(createBlocklist(Buffer.alloc(0))('tea strainer'), false)
  })
})
