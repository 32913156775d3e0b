import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { tenantSettings } from '#tenant/tenant.ts'
import { guardRules } from './rules.ts'

const rules = guardRules(tenantSettings.parse({}))

describe('the waits of an account (Q36)', () => {
  test('double from a second to a quarter of an hour', () => {
    const waits = [0, 1, 2, 9, 10, 60].map((excess) => rules.account.wait(excess))
    assert.deepEqual(waits, [1, 2, 4, 512, 900, 900])
  })

  test('after a hundred in a row do not end by waiting a day', () => {
    assert.equal(rules.consecutive.free, 100)
    assert.ok(rules.consecutive.wait(0) > 30 * 86_400)
  })
})

describe('the rules of a tenant', () => {
  test('are what they were before they could be set', () => {
    const { account, device, address, spray } = rules
    assert.deepEqual(
      [account, device, address, spray].map(({ free, window }) => [free, window]),
      [
        [5, 86_400],
        [10, 900],
        [30, 600],
        [10, 600],
      ],
    )
  })

  test('are one object for the same numbers, whoever has them', () => {
    assert.equal(guardRules(tenantSettings.parse({ registration: 'open' })), rules)
    const other = guardRules(tenantSettings.parse({ throttle_alarm_accounts: 11 }))
    assert.notEqual(other, rules)
    assert.equal(other.alarm.free, 11)
  })

  const absurd = [
    { throttle_account_tries: 0 },
    { throttle_account_tries: 1000 },
    { throttle_account_tries: 4.5 },
    { throttle_account_wait: 1 },
    { throttle_account_wait: 1e9 },
    { throttle_account_failures: 101 },
    { throttle_account_failures: 1 },
    { throttle_device_tries: 1 },
    { throttle_device_wait: 0 },
    { throttle_address_tries: 1e6 },
    { throttle_address_accounts: 1 },
    { throttle_alarm_accounts: 0 },
    { throttle_acount_tries: 5 },
  ]
  for (const settings of absurd) {
    test(`cannot be ${JSON.stringify(settings)}: neither no limit nor one for victims (63B §3.2.2)`, () => {
      assert.equal(tenantSettings.safeParse(settings).success, false)
    })
  }
})
