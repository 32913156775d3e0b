import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { tenant } from '#test/support/password-login.ts'
import { createMemoryThrottle } from '../throttle/memory.ts'
import { createSprayWatch } from './spray-watch.ts'

describe('addresses that try many accounts', () => {
  const address = '192.0.2.1'
  function open() {
    const clock = createFakeClock()
    const watch = createSprayWatch({ throttle: createMemoryThrottle({ clock }) })
    const fail = (subject: string, from = address) =>
      watch.failed({ tenant, subject, address: from, isKnown: true, device: undefined })
    return { clock, watch, fail, triesMany: () => watch.triesMany(tenant, address) }
  }

  it('are known by half of what they may, each account counted once', async () => {
    const { fail, triesMany } = open()
    for (const subject of ['a', 'a', 'a', 'b', 'c', 'd', 'd']) await fail(subject)
    for (let looks = 0; looks < 10; looks += 1) assert.equal(await triesMany(), false)
    await fail('e')
    assert.equal(await triesMany(), true)
    assert.equal(await triesMany(), true)
  })

  it('are forgotten after ten minutes', async () => {
    const { fail, triesMany, clock } = open()
    for (const subject of ['a', 'b', 'c', 'd', 'e']) await fail(subject)
    clock.advance(600_000)
    assert.equal(await triesMany(), false)
  })

  it('are those addresses only', async () => {
    const { fail, triesMany } = open()
    for (const subject of ['a', 'b', 'c', 'd', 'e']) await fail(subject, '192.0.2.2')
    assert.equal(await triesMany(), false)
  })
})
