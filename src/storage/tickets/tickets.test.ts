import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { z } from 'zod'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createMemoryEphemeral } from '../ephemeral/memory.ts'
import { createTickets } from './tickets.ts'

const shape = z.object({ secret: z.string() })
const kept = { secret: 'what it stands for' }

function open() {
  const clock = createFakeClock()
  const ephemeral = createMemoryEphemeral({ clock })
  const of = (kind: string) => createTickets(ephemeral, { kind, lifetime: 60, shape })
  return { clock, ephemeral, of, tickets: of('one') }
}

describe('what waits under a token', () => {
  it('is given once, of twenty at once', async () => {
    const { tickets } = open()
    const token = await tickets.keep('main', kept)
    assert.match(token, /^[\w-]{43}$/)
    const all = await Promise.all(Array.from({ length: 20 }, () => tickets.take('main', token)))
    assert.deepEqual(
      all.filter((one) => one !== undefined),
      [kept],
    )
  })

  it('is over in time', async () => {
    const { tickets, clock } = open()
    const token = await tickets.keep('main', kept)
    clock.advance(60_001)
    assert.equal(await tickets.take('main', token), undefined)
  })

  it('is not there for another tenant, purpose or scope, and not used up by them (CVE-2026-4282)', async () => {
    const { tickets, of } = open()
    const token = await tickets.keep('main', kept, 'acme')
    assert.equal(await tickets.take('other', token, 'acme'), undefined)
    assert.equal(await of('another').take('main', token, 'acme'), undefined)
    for (const scope of [undefined, '', 'acme2'])
      assert.equal(await tickets.take('main', token, scope), undefined)
    assert.deepEqual(await tickets.take('main', token, 'acme'), kept)
  })

  it('is known to the store by a hash alone (Q87)', async () => {
    const { ephemeral } = open()
    const ids: string[] = []
    const put: typeof ephemeral.put = async ({ id }) => void ids.push(id)
    const tickets = createTickets({ ...ephemeral, put }, { kind: 'one', lifetime: 60, shape })
    const token = await tickets.keep('main', kept)
    assert.equal(ids.length, 1)
    assert.equal(ids.join('').includes(token), false)
  })
})
