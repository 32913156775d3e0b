import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { learn, strangeness } from './habits.ts'
import { habitLifetime, type Habits, type Sighting } from './risk.ts'

const noon = Date.UTC(2030, 0, 1, 12) / 1000
const hour = 3600
const day = 24 * hour
const vienna = { country: 'AT', position: { latitude: 48.2, longitude: 16.4 } }
const graz = { country: 'AT', position: { latitude: 47.1, longitude: 15.4 } }
const tokyo = { country: 'JP', position: { latitude: 35.7, longitude: 139.7 } }

const home: Sighting = { at: noon, network: '192.0.2.0/24', whence: vienna }
const away = { network: '198.51.100.0/24' }

function after(sightings: readonly Partial<Sighting>[]): Habits {
  let habits: Habits | undefined
  for (const one of sightings) habits = learn(habits, { ...home, ...one })
  assert.ok(habits)
  return habits
}

const days = (count: number, one: Partial<Sighting> = {}) =>
  Array.from({ length: count }, (_, at) => ({ at: noon + at * day, ...one }))

describe('what is unlike a person', () => {
  const nothing = {
    new_network: 'no',
    new_country: 'no',
    impossible_travel: 'no',
    unusual_hour: 'no',
  }
  type Row = readonly [
    when: string,
    known: readonly Partial<Sighting>[] | undefined,
    now: Partial<Sighting>,
    expected: Partial<Record<keyof typeof nothing, 'yes' | 'unreadable'>>,
  ]
  const later = noon + day
  const rows: readonly Row[] = [
    ['nobody knows them', undefined, { ...away, whence: tokyo }, {}],
    ['they come as always', [home], { at: later }, {}],
    ['the network is new', [home], { ...away, at: later }, { new_network: 'yes' }],
    [
      'the country is new',
      [home],
      { ...away, at: later, whence: tokyo },
      { new_network: 'yes', new_country: 'yes' },
    ],
    [
      'nobody flies that fast',
      [home],
      { ...away, at: noon + 2 * hour, whence: tokyo },
      { new_network: 'yes', new_country: 'yes', impossible_travel: 'yes' },
    ],
    [
      'a clock went back',
      [home],
      { ...away, at: noon - hour, whence: tokyo },
      { new_network: 'yes', new_country: 'yes', impossible_travel: 'yes' },
    ],
    ['they drove', [home], { ...away, at: noon + hour, whence: graz }, { new_network: 'yes' }],
    [
      'they go through a tunnel they know',
      [{ ...away, whence: tokyo, at: noon - day }, home],
      { ...away, at: noon + 60, whence: tokyo },
      {},
    ],
    [
      'the address is in no country (Q50)',
      [home],
      { ...away, at: later, whence: { country: undefined, position: undefined } },
      { new_network: 'yes', new_country: 'unreadable' },
    ],
    [
      'there is no address at all (Q50)',
      [home],
      { network: undefined, at: later, whence: { country: undefined, position: undefined } },
      { new_network: 'unreadable', new_country: 'unreadable', impossible_travel: 'unreadable' },
    ],
    [
      'there is no address, and no file of places',
      [{ whence: undefined }],
      { network: undefined, at: later, whence: undefined },
      { new_network: 'unreadable' },
    ],
    [
      'there was no address before either: it does not become a habit',
      [{ network: undefined }],
      { network: undefined, at: later, whence: undefined },
      { new_network: 'unreadable' },
    ],
    [
      'the file holds no positions',
      [{ whence: { country: 'AT', position: undefined } }],
      { ...away, at: noon + 1, whence: { country: 'JP', position: undefined } },
      { new_network: 'yes', new_country: 'yes' },
    ],
    [
      'they were there long ago',
      [home],
      { at: noon + habitLifetime },
      { new_network: 'yes', new_country: 'yes' },
    ],
    ['it is the hour they always come', days(20), { at: noon + 21 * day + 2 * hour }, {}],
    ['it is another', days(20), { at: noon + 21 * day + 3 * hour }, { unusual_hour: 'yes' }],
    [
      'it is another, before midnight',
      days(20, {}).map(({ at }) => ({ at: at - 11 * hour })),
      { at: noon + 21 * day + 11 * hour },
      {},
    ],
    ['it is another, and they are new here', days(19), { at: noon + 21 * day + 8 * hour }, {}],
  ]
  for (const [when, known, now, expected] of rows) {
    it(`is ${Object.keys(expected).join(', ') || 'nothing'} when ${when}`, () => {
      const found = strangeness(known && after(known), { ...home, ...now })
      assert.deepEqual(found, { ...nothing, ...expected })
    })
  }
})

describe('what is learnt of a person', () => {
  it('is a network, a country, an hour and a rough place', () => {
    assert.deepEqual(after([home]), {
      networks: { '192.0.2.0/24': noon },
      countries: { AT: noon },
      hours: Array.from({ length: 24 }, (_, at) => (at === 12 ? 1 : 0)),
      last: { at: noon, position: { latitude: 48, longitude: 16 } },
    })
  })

  it('is nothing new within the hour, from where they were', () => {
    const habits = after([home])
    assert.equal(learn(habits, { ...home, at: noon + 59 * 60 }), habits)
    for (const other of [{ at: noon + hour }, away, { whence: tokyo }])
      assert.notEqual(learn(habits, { ...home, ...other }), habits)
  })

  it('is bounded, and forgets what was not seen for 90 days', () => {
    const many = Array.from({ length: 50 }, (_, at) => ({
      at: noon + at * hour,
      network: `10.0.${at}.0/24`,
      whence: { country: `C${at}`, position: undefined },
    }))
    const habits = after(many)
    assert.equal(Object.keys(habits.networks).length, 30)
    assert.equal(Object.keys(habits.countries).length, 20)
    assert.ok('10.0.49.0/24' in habits.networks && !('10.0.19.0/24' in habits.networks))
    const fresh = learn(habits, { ...home, at: noon + habitLifetime + 50 * hour })
    assert.deepEqual(Object.keys(fresh.networks), ['192.0.2.0/24'])
    assert.deepEqual(Object.keys(fresh.countries), ['AT'])
  })

  it('fades: a new rhythm wins over an old one', () => {
    const old = after(days(300))
    assert.ok((old.hours[12] ?? 0) <= 200)
    const moved = days(300).map(({ at }) => ({ at: at + 400 * day + 9 * hour }))
    let habits = old
    for (const one of moved) habits = learn(habits, { ...home, ...one })
    assert.ok((habits.hours[12] ?? 0) < 40)
    assert.ok((habits.hours[21] ?? 0) > 60)
  })
})
