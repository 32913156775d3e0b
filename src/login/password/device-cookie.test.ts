import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { brandId, type AccountId, type TenantId } from '#kit/ids.ts'
import { createKeyDeriver } from '#kit/sealer.ts'
import { createDeviceCookies } from './device-cookie.ts'

const tenant = brandId<TenantId>('main')
const ada = brandId<AccountId>('ada')
const oldSecret = randomBytes(32)
const newSecret = randomBytes(32)

const devices = createDeviceCookies({ keys: createKeyDeriver([oldSecret]) })

describe('the device cookie (Q37)', () => {
  test('is for one account', () => {
    const value = devices.issue(tenant, ada)
    assert.equal(devices.matches(tenant, ada, value), true)
    assert.equal(devices.matches(tenant, brandId<AccountId>('bob'), value), false)
  })

  test('is for one tenant', () => {
    const value = devices.issue(tenant, ada)
    assert.equal(devices.matches(brandId<TenantId>('other'), ada, value), false)
  })

  test('is another one each time', () => {
    assert.notEqual(devices.issue(tenant, ada), devices.issue(tenant, ada))
  })

  test('is safe in a cookie', () => {
    assert.match(devices.issue(tenant, ada), /^[\w.-]{66}$/)
  })

  test('outlives the change of the secret, while the old one is still accepted (Q88)', () => {
    const value = devices.issue(tenant, ada)
    const rotated = createDeviceCookies({ keys: createKeyDeriver([newSecret, oldSecret]) })
    assert.equal(rotated.matches(tenant, ada, value), true)
    assert.equal(devices.matches(tenant, ada, rotated.issue(tenant, ada)), false)
  })

  const [nonce = '', mac = ''] = devices.issue(tenant, ada).split('.')
  for (const value of [
    undefined,
    '',
    '.',
    nonce,
    `${nonce}.`,
    `${nonce}.${mac}x`,
    `${nonce}.${mac}.x`,
    `${nonce.slice(1)}.${mac}`,
    `${nonce.toLowerCase()}A.${mac}`,
    `${nonce}.${'A'.repeat(43)}`,
    `\n${nonce}.${mac}`,
    'x'.repeat(100_000),
  ]) {
    test(`${JSON.stringify(value)?.slice(0, 80)} is none`, () => {
      assert.equal(devices.matches(tenant, ada, value), false)
    })
  }
})
