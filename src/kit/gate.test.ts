import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Unavailable } from './errors.ts'
import { createGate } from './gate.ts'

function task() {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  return { run: () => promise, resolve, reject }
}

function isRefusal(error: unknown): boolean {
  if (!(error instanceof Unavailable) || error.retryAfter === undefined) return false
  return error.status === 503 && error.retryAfter >= 1 && error.retryAfter <= 5
}

describe('a gate (R14)', () => {
  it('runs as many as it is wide, lets the next wait, and refuses what is beyond the queue', async () => {
    const gate = createGate({ name: 'password', width: 1, queue: 1 })
    const [first, second] = [task(), task()]
    const running = gate.run(first.run)
    const waiting = gate.run(second.run)
    assert.equal(gate.waiting, 1)
    await assert.rejects(
      gate.run(async () => 'never'),
      isRefusal,
    )
    assert.throws(() => gate.admit(), isRefusal)
    first.resolve('one')
    second.resolve('two')
    assert.deepEqual(await Promise.all([running, waiting]), ['one', 'two'])
    assert.equal(gate.waiting, 0)
    gate.admit()
  })

  it('tells those it refuses to come back at different times', () => {
    const gate = createGate({ name: 'password', width: 0, queue: 0 })
    const told = new Set<unknown>()
    const hear = (error: unknown) => {
      if (error instanceof Unavailable) told.add(error.retryAfter)
      return isRefusal(error)
    }
    for (let turn = 0; turn < 200; turn += 1) assert.throws(() => gate.admit(), hear)
    assert.deepEqual(told, new Set([1, 2, 3, 4, 5]))
  })

  it('lets nobody wait longer than anybody would, and the others keep their place', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const gate = createGate({ name: 'password', width: 1, queue: 2, patience: 1000 })
    const [first, second, third] = [task(), task(), task()]
    const running = gate.run(first.run)
    const tired = assert.rejects(gate.run(second.run), Unavailable)
    t.mock.timers.tick(999)
    const waiting = gate.run(third.run)
    assert.equal(gate.waiting, 2)
    t.mock.timers.tick(1)
    await tired
    assert.equal(gate.waiting, 1)
    first.resolve('one')
    third.resolve('three')
    assert.deepEqual(await Promise.all([running, waiting]), ['one', 'three'])
    t.mock.timers.tick(5000)
    assert.equal(await gate.run(async () => 'next'), 'next')
  })

  it('gives the place back when a task fails', async () => {
    const gate = createGate({ name: 'password', width: 1, queue: 0 })
    await assert.rejects(
      gate.run(async () => Promise.reject(new Error('broken'))),
      /broken/,
    )
    assert.equal(await gate.run(async () => 'next'), 'next')
  })

  it('serves those who wait in the order they came', async () => {
    const gate = createGate({ name: 'password', width: 1, queue: 10 })
    const order: number[] = []
    await Promise.all([1, 2, 3, 4].map((n) => gate.run(async () => void order.push(n))))
    assert.deepEqual(order, [1, 2, 3, 4])
  })
})
