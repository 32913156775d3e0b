import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brandId, type TenantId } from '#kit/ids.ts'
import { actor, tenant } from '#test/support/password-login.ts'
import { openSecondFactors, type SecondFactors } from '#test/support/second-factors.ts'
import { mostMisses } from '../factor-tries/factor-tries.ts'

const minute = 60_000

async function openWithCodes(): Promise<SecondFactors & { readonly codes: readonly string[] }> {
  const world = await openSecondFactors()
  await world.enrol()
  const codes = await world.makeCodes()
  world.told.length = 0
  return { ...world, codes }
}

const verify = ({ recoveryCodes, whose }: SecondFactors, code: string) =>
  recoveryCodes.verify({ ...whose, code })
const left = ({ recoveryCodes, ada }: SecondFactors) => recoveryCodes.count(tenant.id, ada.id)
const first = ({ codes }: { readonly codes: readonly string[] }) => codes[0] ?? assert.fail()
/** In the form of a code, and nobody's. */
const wrong = 'ZZZZ-ZZZZ-ZZZZ-ZZZZ'

describe('recovery codes', () => {
  it('are ten of 16 characters of Crockford’s base32, no two alike (Q46)', async () => {
    const { codes } = await openWithCodes()
    assert.equal(new Set(codes).size, 10)
    assert.equal(new Set(codes.map((code) => code.slice(0, 3))).size, 10, 'selectors')
    for (const code of codes)
      assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/)
  })

  it('are kept as hashes only: neither the store nor the audit holds one', async () => {
    const world = await openWithCodes()
    const events = JSON.stringify(await world.audit.list(tenant.id, { limit: 99 }))
    for (const code of world.codes) {
      const bare = code.replaceAll('-', '')
      const row = await world.codeStore.findUnused(tenant.id, world.ada.id, bare.slice(0, 3))
      assert.equal(row?.phc, `hash of ${bare.slice(3)}`)
      assert.ok(!events.includes(code))
    }
  })

  it('prove their owner, each once, and tell every address (Q46)', async () => {
    const world = await openWithCodes()
    assert.deepEqual(await verify(world, first(world)), {
      kind: 'proved',
      proof: { method: 'recovery_code', accountId: world.ada.id, amr: ['otp'], at: world.now() },
    })
    assert.equal(await left(world), 9)
    assert.deepEqual(
      world.told.map(({ news }) => news),
      [{ kind: 'recovery_code_used', left: 9 }],
    )
    assert.deepEqual(await verify(world, first(world)), { kind: 'refused' })
    const events = await world.eventTypes()
    assert.deepEqual(events.slice(-3), [
      'factor.recovery_code_used',
      'login.succeeded',
      'login.failed',
    ])
  })

  it('prove one of twenty who have the same one at once', async () => {
    const world = await openWithCodes()
    const all = []
    // every one of them is let through: what decides is the code
    for (let at = 0; at < 20; at += 1) {
      all.push(verify(world, first(world)))
      await world.tries.reset({
        tenantId: tenant.id,
        accountId: world.ada.id,
        method: 'recovery_code',
      })
    }
    assert.equal((await Promise.all(all)).filter(({ kind }) => kind === 'proved').length, 1)
    assert.equal(await left(world), 9)
  })

  it('are understood as people type them', async () => {
    const world = await openWithCodes()
    const spellings = [
      (code: string) => code.toLowerCase().replaceAll('-', ' '),
      (code: string) => code.replaceAll('-', '–'),
      (code: string) => code.replaceAll('-', '').replaceAll('0', 'o').replaceAll('1', 'l'),
    ]
    for (const [at, spell] of spellings.entries()) {
      const code = world.codes[at] ?? assert.fail()
      assert.equal((await verify(world, spell(code))).kind, 'proved')
    }
  })

  it('are not counted when they can be none', async () => {
    const world = await openWithCodes()
    for (const text of [
      '',
      '123456',
      wrong.slice(1),
      `${wrong}Z`,
      'U'.repeat(16),
      '0'.repeat(9000),
    ])
      assert.deepEqual(await verify(world, text), { kind: 'malformed' })
    assert.equal(world.hasher.verified.length, 0)
  })

  it('cost one hash each, whether their selector is there or not (Q73)', async () => {
    const world = await openWithCodes()
    await verify(world, wrong)
    await verify(world, `${first(world).slice(0, 3)}${wrong.slice(3)}`)
    assert.equal(world.hasher.verified.length, 2)
    assert.equal(world.hasher.verified[0], 'dummy')
  })

  it('are verified five times, then wait (Q39); a right one ends the wait', async () => {
    const world = await openWithCodes()
    for (let at = 0; at < 5; at += 1) assert.equal((await verify(world, wrong)).kind, 'refused')
    const waiting = { kind: 'throttled', retryAfter: 300 }
    assert.deepEqual(await verify(world, first(world)), waiting)
    world.clock.advance(5 * minute)
    assert.equal((await verify(world, first(world))).kind, 'proved')
    assert.equal((await verify(world, wrong)).kind, 'refused')
  })

  it('are blocked after a hundred misses; the owner is told, and new ones work', async () => {
    const world = await openWithCodes()
    for (let at = 0; at < mostMisses; at += 1) {
      assert.equal((await verify(world, wrong)).kind, 'refused')
      world.clock.advance(24 * 60 * minute)
    }
    const answer = await verify(world, first(world))
    assert.ok(answer.kind === 'throttled' && answer.isLocked)
    assert.equal((await world.recoveryCodes.find(tenant.id, world.ada.id))?.isLocked, true)
    const told = world.told.map(({ news }) => news.kind)
    assert.deepEqual(told, ['recovery_code_locked'])
    const [code = ''] = await world.makeCodes()
    assert.equal((await verify(world, code)).kind, 'proved')
  })

  it('cost no try when the hash could not be made', async () => {
    const world = await openWithCodes()
    world.hasher.failing = new Error('no threads')
    for (let at = 0; at < 10; at += 1) await assert.rejects(verify(world, wrong), /no threads/)
    world.hasher.failing = undefined
    assert.equal((await verify(world, first(world))).kind, 'proved')
  })

  it('say when three are left (Q46)', async () => {
    const world = await openWithCodes()
    for (const code of world.codes) await verify(world, code)
    const few = world.told.filter(({ news }) => news.kind === 'recovery_codes_few')
    assert.deepEqual(
      few.map(({ news }) => news),
      [{ kind: 'recovery_codes_few', left: 3 }],
    )
    assert.equal(world.told.length, 11)
  })

  it('are void once new ones are made, used or not', async () => {
    const world = await openWithCodes()
    const [used = '', unused = ''] = world.codes
    await verify(world, used)
    const fresh = await world.makeCodes()
    assert.equal(await left(world), 10)
    for (const code of [used, unused]) assert.equal((await verify(world, code)).kind, 'refused')
    assert.equal((await verify(world, fresh[0] ?? '')).kind, 'proved')
    assert.ok(world.told.some(({ news }) => news.kind === 'recovery_codes_made'))
  })

  it('are made for a fresh proof, an active account and a factor they back up', async () => {
    const world = await openSecondFactors()
    const make = (provedAt: number) =>
      world.recoveryCodes.make({ ...world.whose, ...world.held, provedAt })
    assert.deepEqual(await make(world.now()), { kind: 'no_factor' })
    await world.enrol()
    assert.deepEqual(await make(world.now() - 301), { kind: 'step_up' })
    const provedAt = world.now()
    await world.accounts.end(tenant.id, world.ada.id, actor)
    assert.deepEqual(await make(provedAt), { kind: 'step_up' })
    world.clock.advance(1000)
    await world.accounts.setStatus(tenant.id, world.ada.id, 'disabled', actor)
    assert.deepEqual(await make(world.now()), { kind: 'over' })
    assert.equal(await left(world), 0)
  })

  it('are not made as often as somebody likes: each time is ten hashes', async () => {
    const world = await openSecondFactors()
    await world.enrol()
    for (let at = 0; at < 5; at += 1) await world.makeCodes()
    const { whose, held } = world
    const more = await world.recoveryCodes.make({ ...whose, ...held, provedAt: world.now() })
    assert.deepEqual(more, { kind: 'throttled', retryAfter: 600 })
  })

  it('prove nobody whose account is disabled (Q18), and nobody of another tenant', async () => {
    const world = await openWithCodes()
    const other = { ...tenant, id: brandId<TenantId>('other') }
    const code = first(world)
    const elsewhere = await world.recoveryCodes.verify({ ...world.whose, tenant: other, code })
    assert.deepEqual(elsewhere, { kind: 'refused' })
    await world.accounts.setStatus(tenant.id, world.ada.id, 'disabled', actor)
    assert.deepEqual(await verify(world, code), { kind: 'refused' })
    assert.equal(await left(world), 10)
  })

  it('know whether their owner has said that they keep them', async () => {
    const world = await openWithCodes()
    const state = () => world.recoveryCodes.find(tenant.id, world.ada.id)
    assert.equal((await state())?.savedAt, undefined)
    assert.equal(await world.recoveryCodes.confirmSaved(world.held), true)
    assert.ok((await state())?.savedAt)
  })

  it('are shown where they were made, for ten minutes or until they are kept, and sealed meanwhile', async () => {
    const world = await openWithCodes()
    const { findShown, confirmSaved } = world.recoveryCodes
    assert.deepEqual(await findShown(world.held), world.codes)
    assert.equal(await findShown({ ...world.held, holder: 'another session' }), undefined)
    const key = JSON.stringify([world.ada.id, 'session'])
    const place = { tenantId: tenant.id, kind: 'recovery_codes_shown', id: key }
    const kept = await world.ephemeral.get(place)
    assert.ok(kept !== undefined && !kept.includes(first(world)))
    await confirmSaved(world.held)
    assert.equal(await findShown(world.held), undefined)
    await world.makeCodes()
    world.clock.advance(10 * minute)
    assert.equal(await findShown(world.held), undefined)
  })

  it('go with a new owner of the address (Q62)', async () => {
    const world = await openWithCodes()
    await world.recoveryCodes.remove(world.ada, actor, undefined)
    assert.equal(await left(world), 0)
    assert.deepEqual(await verify(world, first(world)), { kind: 'refused' })
  })
})
