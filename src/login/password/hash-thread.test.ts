import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Unavailable } from '#kit/errors.ts'
import { createHashThread } from './hash-thread.ts'
import type { HashJob } from './hashing.ts'

const cheap = { memory: 64, time: 2, parallelism: 1 }
const dear = { memory: 19_456, time: 2, parallelism: 1 }
const hashed = (password: string, parameters = cheap) =>
  ({ kind: 'hash', password, parameters }) as const
const verified = (phc: unknown, password: string) =>
  ({ kind: 'verify', phc: String(phc), password }) as const

describe('a thread that hashes', () => {
  test('tells the right password from any other, and what it took', async () => {
    const run = createHashThread(1)
    const { result: phc, seconds } = await run(hashed('grumpy tea cups'))
    assert.match(String(phc), /^\$argon2id\$v=19\$.*m=64/)
    assert.ok(seconds > 0)
    assert.equal((await run(verified(phc, 'grumpy tea cups'))).result, true)
    assert.equal((await run(verified(phc, 'grumpy tea cup'))).result, false)
  })

  test('answers each with its own, whichever is done first', async () => {
    const run = createHashThread(2)
    const { result: phc } = await run(hashed('grumpy tea cups'))
    const order: string[] = []
    const noted = async (name: string, job: HashJob) => {
      const { result } = await run(job)
      order.push(name)
      return result
    }
    const [slow, right, wrong] = await Promise.all([
      noted('slow', hashed('slow', dear)),
      noted('right', verified(phc, 'grumpy tea cups')),
      noted('wrong', verified(phc, 'wrong')),
    ])
    assert.match(String(slow), /m=19456/)
    assert.deepEqual([right, wrong], [true, false])
    assert.deepEqual(order, ['right', 'wrong', 'slow'])
  })

  test('fails what cannot be done, and nothing beside it', async () => {
    const run = createHashThread(1)
    const impossible = run(hashed('x', { ...cheap, memory: 1 }))
    const possible = run(hashed('x'))
    await assert.rejects(impossible, Unavailable)
    assert.match(String((await possible).result), /^\$argon2id/)
  })

  test('refuses what it had in hand as it died, and begins again', async () => {
    const fatal = new URL(
      "data:text/javascript,import { parentPort } from 'node:worker_threads'; let left = 1;" +
        'parentPort.on("message", ({ id, job }) => job.password === "die" ? process.exit() :' +
        'parentPort.postMessage({ id, done: { result: String(left++), seconds: 1 } }))',
    )
    const run = createHashThread(1, fatal)
    assert.equal((await run(hashed('x'))).result, '1')
    assert.equal((await run(hashed('x'))).result, '2')
    const lost = await Promise.allSettled([run(hashed('die')), run(hashed('x'))])
    for (const one of lost)
      assert.ok(one.status === 'rejected' && one.reason instanceof Unavailable)
    assert.equal((await run(hashed('x'))).result, '1', 'another thread')
  })
})
