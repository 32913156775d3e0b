import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createCache } from './cache.ts'
import { Unavailable } from './errors.ts'

function counting(
  load = async (key: string): Promise<string> => key.toUpperCase(),
  options: { readonly keepsOnOutage?: boolean } = {},
) {
  const clock = createFakeClock()
  const loads: string[] = []
  const cache = createCache({
    load: (key: string) => {
      loads.push(key)
      return load(key)
    },
    clock,
    ttl: 1000,
    max: 2,
    ...options,
  })
  return { cache, clock, loads }
}

describe('a cache', () => {
  it('loads once for all who ask at the same time', async () => {
    const { cache, loads } = counting()
    assert.deepEqual(await Promise.all([cache.get('a'), cache.get('a')]), ['A', 'A'])
    assert.deepEqual(loads, ['a'])
  })

  it('loads again when its time is up, and not before', async () => {
    const { cache, clock, loads } = counting()
    await cache.get('a')
    clock.advance(999)
    await cache.get('a')
    assert.equal(loads.length, 1)
    clock.advance(1)
    await cache.get('a')
    assert.equal(loads.length, 2)
  })

  it('lets those peek who cannot wait, at nothing but what get would give', async () => {
    const { cache, clock } = counting()
    assert.equal(cache.peek('a'), undefined)
    const loading = cache.get('a')
    assert.equal(cache.peek('a'), undefined)
    await loading
    assert.equal(cache.peek('a'), 'A')
    clock.advance(1000)
    assert.equal(cache.peek('a'), undefined)
    await cache.get('a')
    cache.forget('a')
    assert.equal(cache.peek('a'), undefined)
  })

  it('forgets at once what it is told to forget, a load under way included', async () => {
    const { cache, loads } = counting()
    const before = cache.get('a')
    cache.forget('a')
    await Promise.all([before, cache.get('a')])
    assert.equal(loads.length, 2)
  })

  it('does not remember a failure', async () => {
    let isBroken = true
    const { cache } = counting(async (key) => {
      if (isBroken) throw new Error('down')
      return key
    })
    await assert.rejects(cache.get('a'), /down/)
    isBroken = false
    assert.equal(await cache.get('a'), 'a')
  })

  it('keeps the last value while the store is down, where it may (R1)', async () => {
    let failure: Error | undefined
    const load = async (key: string) => {
      if (failure) throw failure
      return `${key} ${loads.length}`
    }
    const { cache, clock, loads } = counting(load, { keepsOnOutage: true })
    await cache.get('a')
    clock.advance(1000)
    failure = new Unavailable('storage')
    assert.deepEqual(await Promise.all([cache.get('a'), cache.get('a')]), ['a 1', 'a 1'])
    await cache.get('a')
    assert.equal(loads.length, 2, 'asked once a second, not with every request')
    await assert.rejects(cache.get('b'), Unavailable)
    clock.advance(1000)
    failure = undefined
    assert.equal(await cache.get('a'), 'a 4')
  })

  it('does not wait for a store that hangs, asks it once, and takes its answer when it comes', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const answers: ((value: string) => void)[] = []
    const load = (key: string) =>
      loads.length === 1
        ? Promise.resolve(key)
        : new Promise<string>((resolve) => void answers.push(resolve))
    const { cache, clock, loads } = counting(load, { keepsOnOutage: true })
    await cache.get('a')
    clock.advance(1000)
    const impatient = cache.get('a')
    t.mock.timers.tick(250)
    assert.equal(await impatient, 'a')
    clock.advance(5000)
    assert.equal(await cache.get('a'), 'a')
    assert.equal(loads.length, 2)
    answers[0]?.('late')
    await Promise.resolve()
    const next = cache.get('a')
    assert.equal(loads.length, 3)
    t.mock.timers.tick(250)
    assert.equal(await next, 'late')
  })

  it('does not keep a value over a bug, nor where it must not, nor what was forgotten', async () => {
    let failure: Error | undefined
    const load = async (key: string) => {
      if (failure) throw failure
      return key
    }
    const keeping = counting(load, { keepsOnOutage: true })
    const strict = counting(load)
    for (const { cache, clock } of [keeping, strict]) {
      await cache.get('a')
      clock.advance(1000)
    }
    failure = new Unavailable('storage')
    await assert.rejects(strict.cache.get('a'), Unavailable)
    failure = new Error('a bug')
    await assert.rejects(keeping.cache.get('a'), /a bug/)
    failure = undefined
    await keeping.cache.get('a')
    keeping.cache.forget('a')
    failure = new Unavailable('storage')
    await assert.rejects(keeping.cache.get('a'), Unavailable)
  })

  it('keeps no more than it may', async () => {
    const { cache, loads } = counting()
    for (const key of ['a', 'b', 'c', 'a']) await cache.get(key)
    assert.deepEqual(loads, ['a', 'b', 'c', 'a'])
  })
})
