import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brandId, type AccountId, type TenantId } from '#kit/ids.ts'
import { actor, tenant } from '#test/support/password-login.ts'
import { codeAt, wrongCode } from '#test/support/authenticator-app.ts'
import { openSecondFactors, type SecondFactors } from '#test/support/second-factors.ts'
import { mostMisses } from '../factor-tries/factor-tries.ts'

const minute = 60_000

async function begin({ totp, held, now }: SecondFactors) {
  const begun = await totp.begin({ ...held, provedAt: now() })
  assert.ok(begun.kind === 'begun')
  return begun.pending.secret
}

const confirm = ({ totp, held, whose }: SecondFactors, code: string) =>
  totp.confirm({ ...held, requester: whose.requester, code })

const verify = ({ totp, whose }: SecondFactors, code: string) => totp.verify({ ...whose, code })

describe('setting an authenticator app up', () => {
  it('opens nothing before a code has confirmed it (Q45)', async () => {
    const world = await openSecondFactors()
    const secret = await begin(world)
    const { totp, ada } = world
    assert.equal(await totp.isEnrolled(ada.tenantId, ada.id), false)
    assert.deepEqual(await verify(world, codeAt(secret, world.now())), { kind: 'refused' })
    assert.deepEqual(await world.eventTypes(), ['account.created'])
  })

  it('takes the first code, tells the owner, and never shows the secret again', async () => {
    const world = await openSecondFactors()
    const secret = await begin(world)
    assert.equal((await world.totp.findPending(world.held))?.secret, secret)
    const result = await confirm(world, codeAt(secret, world.now()))
    assert.deepEqual(result, { kind: 'enrolled', replaced: false })
    assert.equal(await world.totp.findPending(world.held), undefined)
    assert.equal(await world.totp.isEnrolled(tenant.id, world.ada.id), true)
    assert.deepEqual(
      world.told.map(({ news }) => news.kind),
      ['totp_added'],
    )
    assert.ok((await world.eventTypes()).includes('factor.totp_enrolled'))
    assert.deepEqual(world.ended, [], 'a first factor ends nothing')
  })

  it('uses up the step of its code (Q44)', async () => {
    const world = await openSecondFactors()
    const secret = await begin(world)
    const code = codeAt(secret, world.now())
    await confirm(world, code)
    assert.deepEqual(await verify(world, code), { kind: 'used' })
    assert.deepEqual(await verify(world, codeAt(secret, world.now(), -1)), { kind: 'used' })
    assert.equal((await verify(world, codeAt(secret, world.now(), 1))).kind, 'proved')
  })

  it('succeeds once of twenty at a time', async () => {
    const world = await openSecondFactors()
    const secret = await begin(world)
    const code = codeAt(secret, world.now())
    const all = await Promise.all(Array.from({ length: 20 }, () => confirm(world, code)))
    assert.equal(all.filter(({ kind }) => kind === 'enrolled').length, 1)
    assert.equal(all.filter(({ kind }) => kind === 'expired').length, 19)
  })

  it('is over after ten minutes (Q45)', async () => {
    const world = await openSecondFactors()
    const secret = await begin(world)
    world.clock.advance(10 * minute)
    assert.deepEqual(await confirm(world, codeAt(secret, world.now())), { kind: 'expired' })
    assert.equal(await world.totp.findPending(world.held), undefined)
  })

  it('belongs to who began it: no other session, person or tenant confirms it', async () => {
    const world = await openSecondFactors()
    const secret = await begin(world)
    const code = codeAt(secret, world.now())
    const { requester } = world.whose
    const strangers = [
      { ...world.held, holder: 'another' },
      { ...world.held, accountId: brandId<AccountId>('bob') },
      { ...world.held, tenant: { ...tenant, id: brandId<TenantId>('other') } },
    ]
    for (const stranger of strangers) {
      const answer = await world.totp.confirm({ ...stranger, requester, code })
      assert.deepEqual(answer, { kind: 'expired' })
    }
    assert.equal((await confirm(world, code)).kind, 'enrolled')
  })

  it('wants a proof of five minutes (Q64), and an active account (Q18)', async () => {
    const world = await openSecondFactors()
    const stale = { ...world.held, provedAt: world.now() - 301 }
    assert.deepEqual(await world.totp.begin(stale), { kind: 'step_up' })
    const fresh = { ...world.held, provedAt: world.now() }
    const secret = await begin(world)
    await world.accounts.setStatus(tenant.id, world.ada.id, 'disabled', actor)
    assert.deepEqual(await world.totp.begin(fresh), { kind: 'over' })
    assert.deepEqual(await confirm(world, codeAt(secret, world.now())), { kind: 'expired' })
  })

  it('is void once everything ended: a stolen session sets nothing up (Q17)', async () => {
    const world = await openSecondFactors()
    const secret = await begin(world)
    const { provedAt } = { provedAt: world.now() }
    await world.accounts.end(tenant.id, world.ada.id, actor)
    assert.deepEqual(await confirm(world, codeAt(secret, world.now())), { kind: 'expired' })
    assert.deepEqual(await world.totp.begin({ ...world.held, provedAt }), { kind: 'step_up' })
  })

  it('says what is wrong with a code, and keeps the secret for the next', async () => {
    const world = await openSecondFactors()
    const secret = await begin(world)
    assert.deepEqual(await confirm(world, wrongCode(secret, world.now())), { kind: 'wrong' })
    assert.deepEqual(await confirm(world, 'abc'), { kind: 'wrong' })
    const off = await confirm(world, codeAt(secret, world.now(), 4))
    assert.deepEqual(off, { kind: 'clock_off', ahead: true, by: 120 })
    assert.equal((await confirm(world, codeAt(secret, world.now()))).kind, 'enrolled')
  })

  it('is forgotten when it is given up, or begun anew', async () => {
    const world = await openSecondFactors()
    const first = await begin(world)
    const second = await begin(world)
    assert.notEqual(first, second)
    assert.deepEqual(await confirm(world, codeAt(first, world.now())), { kind: 'wrong' })
    await world.totp.cancel(world.held)
    assert.deepEqual(await confirm(world, codeAt(second, world.now())), { kind: 'expired' })
  })

  it('replaces the app there was, and ends everything (Q17)', async () => {
    const world = await openSecondFactors()
    const old = await world.enrol()
    const secret = await begin(world)
    const result = await confirm(world, codeAt(secret, world.now()))
    assert.deepEqual(result, { kind: 'enrolled', replaced: true })
    assert.deepEqual(world.ended, [world.ada.id])
    assert.equal(world.told.at(-1)?.news.kind, 'totp_replaced')
    world.clock.advance(minute)
    assert.deepEqual(await verify(world, codeAt(old, world.now())), { kind: 'refused' })
    assert.equal((await verify(world, codeAt(secret, world.now()))).kind, 'proved')
  })

  it('replaces no app that was not there when it was begun: a password alone replaces none', async () => {
    const world = await openSecondFactors()
    const late = { ...world.held, holder: 'a thief’s' }
    const begun = await world.totp.begin({ ...late, provedAt: world.now() })
    assert.ok(begun.kind === 'begun')
    const secret = await world.enrol()
    const code = codeAt(begun.pending.secret, world.now())
    const { requester } = world.whose
    assert.deepEqual(await world.totp.confirm({ ...late, requester, code }), { kind: 'expired' })
    assert.equal((await verify(world, codeAt(secret, world.now()))).kind, 'proved')
  })

  it('keeps no secret where it can be read: neither waiting nor set up (Q87)', async () => {
    const world = await openSecondFactors()
    const secret = await begin(world)
    const key = JSON.stringify([world.ada.id, 'session'])
    const id = { tenantId: tenant.id, kind: 'totp_pending', id: key }
    const waiting = await world.ephemeral.get(id)
    assert.ok(waiting !== undefined && !waiting.includes(secret))
    await confirm(world, codeAt(secret, world.now()))
    const kept = await world.totpStore.find(tenant.id, world.ada.id)
    assert.ok(kept && !JSON.stringify(kept).includes(secret))
    const place = [tenant.id, 'totp_factors', world.ada.id]
    assert.equal(world.sealer.open(kept.sealedSecret, place), secret)
    assert.throws(() => world.sealer.open(kept.sealedSecret, [...place.slice(0, 2), 'bob']))
  })
})

describe('a code of an authenticator app', () => {
  it('proves its owner once (Q44), as it is typed', async () => {
    const world = await openSecondFactors()
    const secret = await world.enrol()
    const code = codeAt(secret, world.now())
    const typed = ` ${code.slice(0, 3)}–${code.slice(3)} `
    assert.deepEqual(await verify(world, typed), {
      kind: 'proved',
      proof: { method: 'totp', accountId: world.ada.id, amr: ['otp'], at: world.now() },
    })
    assert.deepEqual(await verify(world, code), { kind: 'used' })
  })

  it('proves exactly one of twenty at once', async () => {
    const world = await openSecondFactors()
    const secret = await world.enrol()
    const code = codeAt(secret, world.now())
    const all = await Promise.all(Array.from({ length: 20 }, () => verify(world, code)))
    assert.equal(all.filter(({ kind }) => kind === 'proved').length, 1)
  })

  it('is verified five times, then waits, whatever is tried meanwhile (Q39)', async () => {
    const world = await openSecondFactors()
    const secret = await world.enrol()
    for (let at = 0; at < 5; at += 1)
      assert.deepEqual(await verify(world, wrongCode(secret, world.now())), { kind: 'refused' })
    const right = codeAt(secret, world.now())
    assert.deepEqual(await verify(world, right), { kind: 'throttled', retryAfter: 300 })
    world.clock.advance(5 * minute)
    assert.equal((await verify(world, codeAt(secret, world.now()))).kind, 'proved')
    assert.deepEqual(await verify(world, wrongCode(secret, world.now())), { kind: 'refused' })
  })

  it('is not counted when it can be none', async () => {
    const world = await openSecondFactors()
    const secret = await world.enrol()
    for (const text of ['', '12345', '1234567', 'abcdef', '9'.repeat(5000), '\0'])
      assert.deepEqual(await verify(world, text), { kind: 'malformed' })
    assert.equal((await verify(world, codeAt(secret, world.now()))).kind, 'proved')
  })

  it('says that a clock is off and accepts nothing, then or later', async () => {
    const world = await openSecondFactors()
    const secret = await world.enrol()
    const future = codeAt(secret, world.now(), 5)
    const off = { kind: 'clock_off', by: 150 }
    assert.deepEqual(await verify(world, future), { ...off, ahead: true })
    world.clock.advance(5 * 30_000)
    assert.deepEqual(await verify(world, future), { kind: 'used' }, 'no oracle of codes to come')
    world.clock.advance(minute)
    const past = codeAt(secret, world.now(), -5)
    assert.deepEqual(await verify(world, past), { ...off, ahead: false })
    assert.equal((await verify(world, codeAt(secret, world.now()))).kind, 'proved')
  })

  it('that was used a while ago was used: no clock is blamed for it', async () => {
    const world = await openSecondFactors()
    const secret = await world.enrol()
    const code = codeAt(secret, world.now())
    assert.equal((await verify(world, code)).kind, 'proved')
    world.clock.advance(2 * minute)
    assert.deepEqual(await verify(world, code), { kind: 'used' })
  })

  it('opens nothing after a hundred misses, until the app is set up anew; the owner is told', async () => {
    const world = await openSecondFactors()
    let secret = await world.enrol()
    for (let at = 0; at < mostMisses; at += 1) {
      assert.deepEqual(await verify(world, wrongCode(secret, world.now())), { kind: 'refused' })
      world.clock.advance(24 * 60 * minute)
    }
    const answer = await verify(world, codeAt(secret, world.now()))
    assert.ok(answer.kind === 'throttled' && answer.isLocked)
    assert.equal((await world.totp.find(tenant.id, world.ada.id))?.isLocked, true)
    assert.equal(world.told.filter(({ news }) => news.kind === 'totp_locked').length, 1)
    assert.ok((await world.eventTypes()).includes('factor.totp_locked'))
    secret = await world.enrol()
    assert.equal((await verify(world, codeAt(secret, world.now()))).kind, 'proved')
  })

  it('proves nobody whose account is disabled (Q18), and nobody of another tenant', async () => {
    const world = await openSecondFactors()
    const secret = await world.enrol()
    const code = codeAt(secret, world.now())
    const other = { ...tenant, id: brandId<TenantId>('other') }
    const elsewhere = await world.totp.verify({ ...world.whose, tenant: other, code })
    assert.deepEqual(elsewhere, { kind: 'refused' })
    await world.accounts.setStatus(tenant.id, world.ada.id, 'disabled', actor)
    assert.deepEqual(await verify(world, code), { kind: 'refused' })
  })

  it('is refused, and logged, where the secret does not open: a row copied from another account', async () => {
    const world = await openSecondFactors()
    const secret = await world.enrol()
    const row = await world.totpStore.find(tenant.id, world.ada.id)
    const sealed = world.sealer.seal(secret, [tenant.id, 'totp_factors', 'bob'])
    await world.totpStore.put({ ...(row ?? assert.fail()), sealedSecret: sealed })
    assert.deepEqual(await verify(world, codeAt(secret, world.now())), { kind: 'refused' })
    assert.match(world.lines.join(), /does not open/)
  })

  it('leaves a trace of each try, and no code in any (Q90)', async () => {
    const world = await openSecondFactors()
    const secret = await world.enrol()
    const wrong = wrongCode(secret, world.now())
    const right = codeAt(secret, world.now())
    await verify(world, wrong)
    await verify(world, right)
    const events = await world.audit.list(tenant.id, { limit: 2 })
    assert.deepEqual(
      events.map(({ type, detail }) => [type, detail]),
      [
        ['login.succeeded', { method: 'totp' }],
        ['login.failed', { method: 'totp', reason: 'wrong_code' }],
      ],
    )
    const all = JSON.stringify([await world.audit.list(tenant.id, { limit: 99 }), world.lines])
    for (const text of [wrong, right, secret]) assert.ok(!all.includes(`"${text}"`))
  })
})

describe('turning an authenticator app off', () => {
  const turnOff = ({ totp, whose, now }: SecondFactors, provedAt = now()) =>
    totp.turnOff({ ...whose, provedAt })

  it('ends everything, takes the codes along, and tells the owner', async () => {
    const world = await openSecondFactors()
    const secret = await world.enrol()
    await world.makeCodes()
    assert.deepEqual(await turnOff(world), { kind: 'turned_off' })
    assert.equal(await world.totp.isEnrolled(tenant.id, world.ada.id), false)
    assert.equal(await world.recoveryCodes.count(tenant.id, world.ada.id), 0)
    assert.deepEqual(world.ended, [world.ada.id])
    assert.equal(world.told.at(-1)?.news.kind, 'totp_removed')
    assert.deepEqual(await verify(world, codeAt(secret, world.now())), { kind: 'refused' })
    world.clock.advance(1000)
    assert.deepEqual(await turnOff(world), { kind: 'not_enrolled' })
  })

  it('leaves the codes where they still back something up', async () => {
    const world = await openSecondFactors()
    await world.enrol()
    await world.makeCodes()
    world.circumstances.passkeys = 1
    world.circumstances.demanded = true
    assert.deepEqual(await turnOff(world), { kind: 'turned_off' })
    assert.equal(await world.recoveryCodes.count(tenant.id, world.ada.id), 10)
  })

  it('is refused where a second factor is demanded and it is the only one', async () => {
    const world = await openSecondFactors()
    await world.enrol()
    world.circumstances.demanded = true
    assert.deepEqual(await turnOff(world), { kind: 'demanded' })
    assert.equal(await world.totp.isEnrolled(tenant.id, world.ada.id), true)
  })

  it('wants a proof of five minutes that is not void (Q64)', async () => {
    const world = await openSecondFactors()
    await world.enrol()
    assert.deepEqual(await turnOff(world, world.now() - 301), { kind: 'step_up' })
    const provedAt = world.now()
    await world.accounts.end(tenant.id, world.ada.id, actor)
    assert.deepEqual(await turnOff(world, provedAt), { kind: 'step_up' })
    world.clock.advance(1000)
    await world.accounts.setStatus(tenant.id, world.ada.id, 'disabled', actor)
    assert.deepEqual(await turnOff(world), { kind: 'over' })
  })

  it('goes with a new owner of the address (Q62)', async () => {
    const world = await openSecondFactors()
    await world.enrol()
    await world.totp.remove(world.ada, actor, undefined)
    assert.equal(await world.totp.isEnrolled(tenant.id, world.ada.id), false)
    assert.equal((await world.eventTypes()).at(-1), 'factor.totp_removed')
    await world.totp.remove(world.ada, actor, undefined)
    assert.equal((await world.eventTypes()).filter((type) => /removed/.test(type)).length, 1)
  })
})
