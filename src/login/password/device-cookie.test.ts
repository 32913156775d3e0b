import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { brandId, type AccountId, type SessionUid, type TenantId } from '#kit/ids.ts'
import { createKeyDeriver } from '#kit/sealer.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createDeviceCookies } from './device-cookie.ts'

const tenant = brandId<TenantId>('main')
const ada = brandId<AccountId>('ada')
const oldSecret = randomBytes(32)
const newSecret = randomBytes(32)

const clock = createFakeClock()
const devices = createDeviceCookies({ keys: createKeyDeriver([oldSecret]), clock })

describe('the device of somebody who is signed in (Q37)', () => {
  const session = { uid: brandId<SessionUid>('session'), authTime: clock.now() / 1000 }
  const value = devices.ofSession(tenant, ada, session)

  test('is known for their account alone, until what they proved is void', () => {
    assert.equal(devices.matches(tenant, ada, value, undefined), true)
    assert.equal(devices.matches(tenant, brandId<AccountId>('bob'), value, undefined), false)
    const endedAt = new Date(clock.now() + 1000)
    assert.equal(devices.matches(tenant, ada, value, endedAt), false)
  })

  test('is one for a session: asking again is no new bucket', () => {
    assert.equal(devices.ofSession(tenant, ada, session), value)
    const other = { ...session, uid: brandId<SessionUid>('other') }
    assert.notEqual(devices.ofSession(tenant, ada, other), value)
  })
})

describe('the device cookie (Q37)', () => {
  test('is for one account', () => {
    const value = devices.issue(tenant, ada)
    assert.equal(devices.matches(tenant, ada, value, undefined), true)
    assert.equal(devices.matches(tenant, brandId<AccountId>('bob'), value, undefined), false)
  })

  test('is for one tenant', () => {
    const value = devices.issue(tenant, ada)
    assert.equal(devices.matches(brandId<TenantId>('other'), ada, value, undefined), false)
  })

  test('is void once the account ended: a new password leaves no trusted device (Q54)', () => {
    const value = devices.issue(tenant, ada)
    const endedAt = new Date(clock.now())
    assert.equal(devices.matches(tenant, ada, value, endedAt), false)
    assert.equal(devices.matches(tenant, ada, value, new Date(clock.now() - 1)), true)
    clock.advance(1000)
    assert.equal(devices.matches(tenant, ada, devices.issue(tenant, ada), endedAt), true)
  })

  test('is another one each time', () => {
    assert.notEqual(devices.issue(tenant, ada), devices.issue(tenant, ada))
  })

  test('is safe in a cookie', () => {
    assert.match(devices.issue(tenant, ada), /^[\w.-]{73}$/)
  })

  test('outlives the change of the secret, while the old one is still accepted (Q88)', () => {
    const value = devices.issue(tenant, ada)
    const rotated = createDeviceCookies({ keys: createKeyDeriver([newSecret, oldSecret]), clock })
    assert.equal(rotated.matches(tenant, ada, value, undefined), true)
    assert.equal(devices.matches(tenant, ada, rotated.issue(tenant, ada), undefined), false)
  })

  const [at = '', nonce = '', mac = ''] = devices.issue(tenant, ada).split('.')
  for (const value of [
    undefined,
    '',
    '.',
    at,
    `${nonce}.${mac}`,
    `${at}.${nonce}`,
    `${at}.${nonce}.`,
    `${at}.${nonce}.${mac}x`,
    `${at}.${nonce}.${mac}.x`,
    `${at}.${nonce.slice(1)}.${mac}`,
    `${at}.${nonce.toLowerCase()}A.${mac}`,
    `${at}.${nonce}.${'A'.repeat(43)}`,
    `zzzzzz.${nonce}.${mac}`,
    `\n${at}.${nonce}.${mac}`,
    'x'.repeat(100_000),
  ]) {
    test(`${JSON.stringify(value)?.slice(0, 80)} is none`, () => {
      assert.equal(devices.matches(tenant, ada, value, undefined), false)
    })
  }
})
