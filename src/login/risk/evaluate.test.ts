import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { tenantSettings } from '#tenant/tenant.ts'
import {
  evaluate,
  scaleOf,
  signalNames,
  type RiskLevel,
  type SignalName,
  type Signals,
} from './risk.ts'

const quiet = Object.fromEntries(signalNames.map((name) => [name, 'no'])) as Signals // every name
const scale = scaleOf(tenantSettings.parse({}))

type Row = readonly [when: string, signals: readonly SignalName[], score: number, level: RiskLevel]

/** With the weights a tenant has that decides nothing. */
const table: readonly Row[] = [
  ['nothing is odd', [], 0, 'low'],
  ['a new browser at home', ['new_device'], 20, 'low'],
  ['a new browser in a café at night', ['new_device', 'new_network', 'unusual_hour'], 35, 'low'],
  ['one’s own laptop abroad', ['new_network', 'new_country', 'unusual_hour'], 40, 'low'],
  ['somebody mistyped at home', ['recent_failures'], 20, 'low'],
  ['somebody mistyped in a new browser at home', ['new_device', 'recent_failures'], 40, 'low'],
  ['colleagues mistype behind one address', ['recent_failures', 'many_accounts'], 45, 'low'],
  ['a new browser abroad', ['new_device', 'new_network', 'new_country'], 55, 'medium'],
  ['a guess that was right', ['new_device', 'new_network', 'recent_failures'], 50, 'medium'],
  ['a stolen list, tried out', ['new_device', 'new_network', 'many_accounts'], 55, 'medium'],
  ['one’s own laptop behind a listed exit', ['new_network', 'listed_address'], 70, 'medium'],
  [
    'one’s own laptop in two places at once',
    ['new_network', 'new_country', 'impossible_travel'],
    85,
    'medium',
  ],
  [
    'a new browser behind a listed exit',
    ['new_device', 'new_network', 'listed_address'],
    90,
    'high',
  ],
  [
    'a new browser in two places at once',
    ['new_device', 'new_network', 'new_country', 'impossible_travel'],
    105,
    'high',
  ],
  ['everything is odd', signalNames, 215, 'high'],
]

describe('how doubtful a sign-in is', () => {
  for (const [when, names, score, level] of table) {
    it(`is ${level} when ${when}`, () => {
      const odd = Object.fromEntries(names.map((name) => [name, 'yes']))
      assert.deepEqual(evaluate({ ...quiet, ...odd }, scale), { level, score, reasons: names })
    })

    it(`is no less where all of that is unreadable: ${when} (Q50, CVE-2024-47070)`, () => {
      const hidden = Object.fromEntries(names.map((name) => [name, 'unreadable']))
      const reasons = names.map((name) => `${name}_unreadable`)
      assert.deepEqual(evaluate({ ...quiet, ...hidden }, scale), { level, score, reasons })
    })
  }

  for (const name of signalNames) {
    it(`weighs ${name} as the tenant says, and not at all at 0`, () => {
      const settings = tenantSettings.parse({ [`risk_${name}`]: 0 })
      const odd = { ...quiet, [name]: 'yes' as const }
      assert.deepEqual(evaluate(odd, scaleOf(settings)), { level: 'low', score: 0, reasons: [] })
      const heavy = scaleOf(tenantSettings.parse({ [`risk_${name}`]: 1000 }))
      assert.deepEqual(evaluate(odd, heavy), { level: 'high', score: 1000, reasons: [name] })
    })
  }

  it('has the bounds the tenant says', () => {
    const strict = scaleOf(tenantSettings.parse({ risk_medium_from: 20, risk_high_from: 21 }))
    assert.equal(evaluate({ ...quiet, new_device: 'yes' }, strict).level, 'medium')
    assert.equal(evaluate({ ...quiet, new_country: 'yes' }, strict).level, 'high')
  })
})
