import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { canonicalEmail } from './email-address.ts'
import { equalInConstantTime } from './hash.ts'
import { newReference } from './random.ts'
import {
  codePoints,
  hasUnstorableEscape,
  isCleanText,
  isHashableText,
  isPlainLine,
  toPlainLine,
  withoutDirections,
} from './text.ts'

describe('what counts as text (F11, Q92)', () => {
  it('is clean without control characters and unpaired surrogates', () => {
    for (const text of ['', 'plain', 'ß 🔑', '‏']) assert.equal(isCleanText(text), true, text)
    for (const text of ['\0', 'a\nb', '\u007f', '\u0085', '\ud800', 'a\udc00']) {
      assert.equal(isCleanText(text), false, JSON.stringify(text))
    }
  })

  it('is a plain line where nothing turns the direction of reading (Q72)', () => {
    for (const text of ['Ada', 'נועה', 'a b']) assert.equal(isPlainLine(text), true, text)
    for (const text of ['a\u202eb', '\u2066', 'a\u200f', 'a\0']) {
      assert.equal(isPlainLine(text), false, JSON.stringify(text))
    }
    assert.equal(withoutDirections('\u202eAda\u2069 \u200fL'), 'Ada L')
  })

  it('of a stranger is one bounded line, cut between characters (CWE-117)', () => {
    assert.equal(toPlainLine('a\r\nb\u2028c\u202ed\u0000'), 'a b c d ')
    assert.equal(toPlainLine('x'.repeat(301)), 'x'.repeat(300))
    const cut = toPlainLine(`${'x'.repeat(299)}🔑`)
    assert.deepEqual([cut.length, isCleanText(cut)], [300, true])
    assert.ok(isCleanText(toPlainLine('\ud800')))
  })

  it('may be hashed as a password with anything but NUL and unpaired surrogates (Q27)', () => {
    for (const text of ['line\nbreak', '\u0001', '🔑']) assert.equal(isHashableText(text), true)
    for (const text of ['a\0b', '\ud83d']) assert.equal(isHashableText(text), false)
  })

  it('is counted in code points (Q26)', () => {
    assert.equal(codePoints('🔑🔑'), 2)
    assert.equal(codePoints('e\u0301'), 2)
  })

  it('cannot be stored as JSON with an escaped NUL or half a surrogate pair', () => {
    for (const value of ['\0', 'a\0', '\ud800', '\udfff', '\\\0']) {
      assert.equal(hasUnstorableEscape(JSON.stringify({ value })), true, JSON.stringify(value))
    }
    for (const value of ['\\u0000', '\\\\u0000', '🔑', '\u001f', 'u0000']) {
      assert.equal(hasUnstorableEscape(JSON.stringify({ value })), false, value)
    }
  })
})

describe('the canonical email address (Q35, Q58)', () => {
  const same = [
    ['Ada@Example.TEST', 'ada@example.test'],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['a.d+a@example.test', 'a.d+a@example.test'],
    ['ａda@example.test', 'ada@example.test'],
  ] as const
  for (const [written, canonical] of same) {
    it(`of ${written} is ${canonical}`, () => assert.equal(canonicalEmail(written), canonical))
  }

  const refused = [
    '',
    'ada',
    '@example.test',
    'ada@',
    'a b@example.test',
    '"a b"@example.test',
    'mıke@example.test',
    'ada,eve@example.test',
    'ada@example.test\r\nBcc: eve@example.test',
    '.ada@example.test',
    'ada..a@example.test',
    'ada@exa mple.test',
    `${'a'.repeat(65)}@example.test`,
    `ada@${'a'.repeat(300)}.test`,
    'ada@[127.0.0.1]',
    'ada@127.0.0.1',
    'ada@0x7f.1',
    // of all of these a URL has the host `acme.test`, and a mail server another domain, or none
    'ada@acme.test/.evil.test',
    'ada@acme.test\\.evil.test',
    'ada@acme.test?.evil.test',
    'ada@acme.test#.evil.test',
    'ada@acme.test／.evil.test',
    'ada@ac%6de.test',
    'ada@ acme.test',
    'ada@example.test\0',
  ]
  for (const text of refused) {
    it(`of ${JSON.stringify(text.slice(0, 40))} is none`, () =>
      assert.equal(canonicalEmail(text), undefined))
  }
})

describe('comparing secrets', () => {
  it('finds equal equal and different different, whatever the lengths', () => {
    assert.equal(equalInConstantTime('abc', 'abc'), true)
    for (const other of ['abd', 'ab', 'abcd', '']) {
      assert.equal(equalInConstantTime('abc', other), false)
    }
  })
})

describe('a reference code', () => {
  it('has two groups of four characters that cannot be misread', () => {
    for (let n = 0; n < 200; n += 1) {
      assert.match(newReference(), /^[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}$/)
    }
  })
})
