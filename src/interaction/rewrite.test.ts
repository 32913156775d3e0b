import assert from 'node:assert/strict'
import { it } from 'node:test'
import { AppError } from '#kit/errors.ts'
import { createMemoryEphemeral } from '#storage/ephemeral/memory.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { rewrite } from './rewrite.ts'

it('tells whoever answers a hundred times at once to wait, and loses none it took (Q92)', async () => {
  const ephemeral = createMemoryEphemeral({ clock: createFakeClock() })
  const key = { tenantId: 'main', kind: 'test', id: 'one' }
  const place = { ephemeral, key, lifetime: 60 }
  const count = (before = '0') => String(Number(before) + 1)
  const all = await Promise.allSettled(Array.from({ length: 100 }, () => rewrite(place, count)))
  const refused = all.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
  assert.ok(refused.length > 0 && refused.length <= 80)
  for (const error of refused) {
    assert.ok(error instanceof AppError)
    assert.deepEqual([error.code, error.status], ['interaction.too_many_at_once', 429])
  }
  assert.equal(await ephemeral.get(key), String(100 - refused.length))
})
