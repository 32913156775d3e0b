import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { errorOf, mainOf, withMain } from '#test/support/command-line.ts'

describe('signing keys', () => {
  test('are rotated once the next was published for a day, or when told to (Q88)', async () => {
    const commandLine = await withMain()
    const { json, run, services } = commandLine
    const main = await mainOf(commandLine)
    await services.keys.keySet(main.id)
    const young = await json(['key', 'rotate'])
    assert.equal(errorOf(young.document).code, 'key.too_young')
    services.clock.advance(24 * 3600 * 1000)
    const next = (await services.keys.list(main.id)).find(({ state }) => state === 'next')
    assert.equal((await run(['key', 'rotate'])).exitCode, 0)
    const { stdout } = await run(['key', 'list'])
    assert.match(stdout, new RegExp(`${next?.kid} +\\S+ +current`))
    assert.match(stdout, /retired/)
    assert.equal((await run(['key', 'rotate', '--now'])).exitCode, 0)
  })

  test('are all forgotten in an emergency, at once (Q88)', async () => {
    const commandLine = await withMain()
    const { run, services } = commandLine
    const main = await mainOf(commandLine)
    const before = (await services.keys.keySet(main.id)).keys.map(({ kid }) => kid)
    const { exitCode, stdout, stderr } = await run(['key', 'rotate', '--emergency'])
    assert.equal(exitCode, 0)
    assert.match(stderr, /refused from now on/)
    for (const kid of before) assert.ok(!stdout.includes(kid))
  })
})
