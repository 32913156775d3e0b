import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { tenant } from '#test/support/password-login.ts'
import { describeSecret, matchCode, newSecret } from './otp.ts'
import { groupedSecret, qrSvg } from './totp.ts'

/** `12345678901234567890` in base32. */
const rfcSecret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

/** RFC 6238 Appendix B, SHA-1; the last six digits of the eight it prints (RFC 4226 §5.3). */
const vectors = [
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
] as const

describe('codes of an authenticator app', () => {
  for (const [at, digits] of vectors) {
    it(`are those of RFC 6238 Appendix B at ${at}`, () => {
      const match = matchCode(rfcSecret, digits.slice(2), at)
      assert.deepEqual(match, { kind: 'fits', step: Math.floor(at / 30) })
    })
  }

  it('fit one step before and after, wherever in it we are (Q43)', () => {
    const step = 37_037_036 // of 1111111109
    const code = '081804'
    for (const at of [(step - 1) * 30, step * 30, step * 30 + 29, (step + 1) * 30 + 29])
      assert.deepEqual(matchCode(rfcSecret, code, at), { kind: 'fits', step })
    assert.equal(matchCode(rfcSecret, code, (step - 1) * 30 - 1).kind, 'clock_off')
    assert.equal(matchCode(rfcSecret, code, (step + 2) * 30).kind, 'clock_off')
  })

  it('tell that a clock is off, up to ten steps either way, and by how much', () => {
    const step = 37_037_036
    const at = (steps: number) => matchCode(rfcSecret, '081804', (step + steps) * 30 + 7)
    const off = { kind: 'clock_off', step }
    assert.deepEqual(at(-10), { ...off, ahead: true, by: 300 })
    assert.deepEqual(at(-2), { ...off, ahead: true, by: 60 })
    assert.deepEqual(at(2), { ...off, ahead: false, by: 60 })
    assert.deepEqual(at(10), { ...off, ahead: false, by: 300 })
    assert.deepEqual(at(11), { kind: 'wrong' })
    assert.deepEqual(at(-11), { kind: 'wrong' })
  })

  it('have a secret of 160 bits, never the same (RFC 4226 §4 R6)', () => {
    const secrets = new Set(Array.from({ length: 100 }, newSecret))
    assert.equal(secrets.size, 100)
    for (const secret of secrets) assert.match(secret, /^[A-Z2-7]{32}$/)
  })
})

describe('what an app takes in', () => {
  const pending = describeSecret(rfcSecret, { ...tenant, name: 'Acme: Söhne' }, 'ada@example.test')

  it('is an address that says whose secret it is, in the form every app reads', () => {
    const uri = new URL(pending.uri)
    assert.equal(uri.protocol, 'otpauth:')
    assert.equal(uri.host, 'totp')
    assert.equal(decodeURIComponent(uri.pathname), '/Acme Söhne:ada@example.test')
    assert.equal(uri.searchParams.get('secret'), rfcSecret)
    assert.equal(uri.searchParams.get('issuer'), 'Acme Söhne')
  })

  it('is a QR code of it, with a quiet zone and nothing that is not a square', () => {
    const { size, path } = pending.qr
    const runs = [...path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)]
    assert.equal(runs.map(([run]) => run).join(''), path)
    const edges = runs.flatMap(([, x, y, width]) => [
      Number(x),
      Number(y),
      Number(x) + Number(width) - 1,
    ])
    assert.equal(Math.min(...edges), 4)
    assert.equal(Math.max(...edges), size - 5)
    assert.match(qrSvg(pending.qr), /^<svg [^>]*viewBox="0 0 \d+ \d+"[^>]*>.*<\/svg>$/)
  })

  it('is a key that can be typed', () => {
    assert.equal(groupedSecret(rfcSecret), 'GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ')
  })
})
