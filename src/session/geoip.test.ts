import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { writeMmdb } from '#test/support/mmdb.ts'
import { createGeography } from './geoip.ts'

const vienna = {
  city: { names: { de: 'Wien', en: 'Vienna' } },
  country: { iso_code: 'AT', names: { en: 'Austria' } },
}

describe('places of addresses', () => {
  const folder = mkdtempSync(join(tmpdir(), 'signet-geoip-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  function geographyOf(content: Buffer) {
    const file = join(folder, 'city.mmdb')
    writeFileSync(file, content)
    return createGeography(file)
  }

  it('are those of the file, and no others', () => {
    const geography = geographyOf(writeMmdb('198.51.100.0/24', vienna))
    assert.deepEqual(geography('198.51.100.7'), { city: 'Vienna', country: 'AT' })
    assert.deepEqual(geography('::ffff:198.51.100.7'), { city: 'Vienna', country: 'AT' })
    for (const other of ['198.51.101.7', '10.0.0.1', '2001:db8::1', 'unknown', '', '1.2.3'])
      assert.equal(geography(other), undefined, other)
  })

  it('may be a country only', () => {
    const geography = geographyOf(writeMmdb('198.51.100.0/24', { country: { iso_code: 'AT' } }))
    assert.deepEqual(geography('198.51.100.7'), { city: undefined, country: 'AT' })
  })

  it('have a position where the file has one', () => {
    const location = { latitude: 48.2, longitude: -16.4, accuracy_radius: 20 }
    const geography = geographyOf(writeMmdb('198.51.100.0/24', { ...vienna, location }))
    assert.deepEqual(geography('198.51.100.7')?.position, { latitude: 48.2, longitude: -16.4 })
  })

  const odd: readonly object[] = [
    { country: { iso_code: '<b>' } },
    { country: 'AT' },
    { ...vienna, location: { latitude: 248.2, longitude: 16.4 } },
    { city: { names: ['Vienna'] } },
    { autonomous_system_number: 64_496 },
  ]
  for (const value of odd)
    it(`are unknown where the file holds something else: ${JSON.stringify(value)}`, () => {
      assert.equal(geographyOf(writeMmdb('198.51.100.0/24', value))('198.51.100.7'), undefined)
    })

  it('keep nobody out when the file is damaged', () => {
    const whole = writeMmdb('198.51.100.0/24', vienna)
    whole.fill(0xff, 24 * 6 + 16, 24 * 6 + 30)
    assert.equal(geographyOf(whole)('198.51.100.7'), undefined)
  })

  it('are asked of nobody without a file', () => {
    assert.equal(createGeography(undefined)('198.51.100.7'), undefined)
  })

  it('stop the start, with a reason, when the file is no such file', () => {
    const isRefused = { code: 'session.geoip_unreadable', message: /GEOIP_FILE/ }
    assert.throws(() => geographyOf(Buffer.from('not a database')), isRefused)
    assert.throws(() => createGeography(join(folder, 'missing.mmdb')), isRefused)
  })
})
