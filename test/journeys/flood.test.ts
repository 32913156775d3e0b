import assert from 'node:assert/strict'
import { it } from 'node:test'
import { openWorld } from '#test/support/world.ts'

it('lets one address begin 300 conversations, and every other go on (CWE-770)', async () => {
  await using world = await openWorld()
  const rp = await world.relyingParty('web')
  const { url } = await rp.start()
  const ask = (from: string) =>
    world.transport.fetch(url.href, { headers: { accept: 'text/html' }, from })
  const statuses: number[] = []
  for (let n = 0; n < 302; n += 1) statuses.push((await ask('203.0.113.9')).status)
  assert.equal(statuses.filter((status) => status === 303).length, 300)
  const refused = await ask('203.0.113.9')
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('retry-after'), '1')
  assert.match(await refused.text(), /Too many tries/)
  assert.equal((await ask('203.0.113.10')).status, 303)
  await world.pass(10)
  assert.equal((await ask('203.0.113.9')).status, 303)
})
