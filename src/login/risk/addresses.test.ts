import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { createListedAddresses } from './addresses.ts'

describe('an operator’s list of addresses', () => {
  const folder = mkdtempSync(join(tmpdir(), 'signet-addresses-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  function listOf(content: string) {
    const file = join(folder, 'list.txt')
    writeFileSync(file, content)
    return createListedAddresses(file)
  }

  it('holds networks and addresses, with comments', () => {
    const isListed = listOf(
      '# exits\n198.51.100.0/24 # a network\r\n\n203.0.113.7\n2001:db8::/32\n',
    )
    const is = (ip: string) => isListed?.(ip)
    assert.deepEqual(['198.51.100.9', '203.0.113.7', '2001:db8:1::1'].map(is), [true, true, true])
    assert.deepEqual(['::ffff:198.51.100.9', '198.51.101.9', '203.0.113.8'].map(is), [
      true,
      false,
      false,
    ])
    assert.deepEqual(['unknown', ''].map(is), [false, false])
  })

  it('may be empty, or none', () => {
    assert.equal(listOf('# nothing yet\n')?.('203.0.113.7'), false)
    assert.equal(createListedAddresses(undefined), undefined)
  })

  for (const line of [
    '203.0.113.7/33',
    '203.0.113',
    'example.test',
    '10.0.0.0/8/8',
    '::1/129',
    'x',
  ])
    it(`is refused whole for the line ${line} (Q50)`, () => {
      const isRefused = { code: 'risk.addresses_unreadable', message: /line 2/ }
      assert.throws(() => listOf(`198.51.100.0/24\n${line}\n`), isRefused)
    })

  it('is refused when it is not there', () => {
    const isRefused = { code: 'risk.addresses_unreadable', message: /RISK_ADDRESSES_FILE/ }
    assert.throws(() => createListedAddresses(join(folder, 'missing')), isRefused)
  })
})
