import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { randomToken } from '#kit/random.ts'
import { openEmailCodes, otherThan } from '#test/support/email-codes.ts'
import { email, requesterFrom, tenant } from '#test/support/password-login.ts'

const race = <T>(run: () => Promise<T>) => Promise.all(Array.from({ length: 20 }, run))

describe('a link by mail', () => {
  it('stands below the issuer, on the page of its purpose (Q56, CVE-2025-64101)', async () => {
    const { issue, last } = await openEmailCodes()
    await issue()
    assert.match(last().link, /^https:\/\/login\.acme\.test\/email\/sign-in\/[\w-]{43}$/)
    await issue({ purpose: 'reset_password' })
    assert.match(last().link, /^https:\/\/login\.acme\.test\/email\/reset-password\/[\w-]{43}$/)
  })

  it('may be looked at as often as a scanner likes, and still works (Q57)', async () => {
    const { issue, codes, link, ada } = await openEmailCodes()
    await issue({ data: { uid: 'one' } })
    for (const view of await race(() => codes.look(link()))) {
      assert.deepEqual(view, { kind: 'here', email, data: { uid: 'one' } })
    }
    assert.partialDeepStrictEqual(await codes.consume(link()), {
      kind: 'proved',
      accountId: ada.id,
      data: { uid: 'one' },
    })
    assert.deepEqual(await codes.look(link()), { kind: 'over' })
  })

  it('is used by one of twenty at once', async () => {
    const { issue, codes, link } = await openEmailCodes()
    await issue()
    const ends = await race(() => codes.consume(link()))
    assert.equal(ends.filter(({ kind }) => kind === 'proved').length, 1)
  })

  it('of link and code only one is used', async () => {
    const { issue, codes, link, verify, last } = await openEmailCodes()
    const { handle } = await issue()
    const ends = await Promise.all([codes.consume(link()), verify(handle, last().code)])
    assert.equal(ends.filter(({ kind }) => kind === 'proved').length, 1)
  })

  it('gives another browser the code to type back, and never the proof (Q57)', async () => {
    const { issue, codes, link, verify, last } = await openEmailCodes()
    const { handle } = await issue()
    for (const browser of [undefined, randomToken()]) {
      assert.deepEqual(await codes.look(link({ browser })), {
        kind: 'elsewhere',
        code: last().code,
      })
      assert.deepEqual(await codes.consume(link({ browser })), { kind: 'over' })
    }
    assert.equal((await verify(handle, last().code)).kind, 'proved')
    assert.deepEqual(await codes.look(link({ browser: undefined })), { kind: 'over' })
  })

  it('of another purpose, or made up, leads nowhere (CVE-2026-4282)', async () => {
    const { issue, codes, link } = await openEmailCodes()
    await issue()
    for (const other of [
      { purpose: 'register' },
      { token: randomToken() },
      { token: '' },
    ] as const) {
      assert.deepEqual(await codes.look(link(other)), { kind: 'over' })
      assert.deepEqual(await codes.consume(link(other)), { kind: 'over' })
    }
  })

  it('is over after ten minutes, and with the last try of its code (Q56)', async () => {
    const { issue, codes, link, verify, last, clock } = await openEmailCodes()
    const { handle } = await issue()
    for (let n = 0; n < 5; n += 1) await verify(handle, otherThan(last().code))
    assert.deepEqual(await codes.look(link()), { kind: 'over' })
    clock.advance(60_000)
    await issue()
    clock.advance(600_000)
    assert.deepEqual(await codes.consume(link()), { kind: 'over' })
  })
})

describe('mails with codes are few (Q40)', () => {
  it('three in ten minutes to one address, however it is written, and the answer does not tell', async () => {
    const { issue, mailed, clock } = await openEmailCodes()
    const writings = [email, 'ADA@example.test', 'Ada@EXAMPLE.test', email, 'aDA@example.test']
    for (const to of writings) {
      const issued = await issue({ email: to, browser: randomToken() })
      assert.deepEqual([issued.fresh, issued.handle.length], [true, 43])
    }
    assert.equal(mailed.length, 3)
    clock.advance(600_000)
    await issue({ browser: randomToken() })
    assert.equal(mailed.length, 4)
  })

  it('ten a day', async () => {
    const { issue, mailed, clock } = await openEmailCodes()
    for (let n = 0; n < 14; n += 1) {
      await issue({ browser: randomToken() })
      clock.advance(601_000)
    }
    assert.equal(mailed.length, 10)
  })

  it('twenty an hour asked for from one network address', async () => {
    const { issue, mailed } = await openEmailCodes()
    const requester = requesterFrom('203.0.113.7')
    for (let n = 0; n < 25; n += 1) {
      await issue({ email: `p${n}@example.test`, accountId: undefined, decoy: true, requester })
    }
    assert.equal(mailed.length, 20)
  })

  it('nobody else’s asking keeps a person’s own device from its mail (Q37)', async () => {
    const { issue, mailed, devices, ada } = await openEmailCodes()
    for (let n = 0; n < 5; n += 1) await issue({ browser: randomToken() })
    const deviceCookie = devices.issue(ada.tenantId, ada.id)
    const requester = { ...requesterFrom('203.0.113.8'), deviceCookie }
    await issue({ browser: randomToken(), requester })
    assert.equal(mailed.length, 4)
  })

  it('nor does asking from the same network: a known device has no part in its count (Q37, Q38)', async () => {
    const { issue, mailed, devices, ada } = await openEmailCodes()
    const requester = requesterFrom('203.0.113.7')
    for (let n = 0; n < 25; n += 1) {
      await issue({ email: `p${n}@example.test`, accountId: undefined, decoy: true, requester })
    }
    const before = mailed.length
    const deviceCookie = devices.issue(ada.tenantId, ada.id)
    await issue({ requester: { ...requester, deviceCookie } })
    assert.equal(mailed.length, before + 1)
  })

  it('guesses from one network address are bounded across codes (Q38)', async () => {
    const { codes, issue, last, browser } = await openEmailCodes()
    const requester = requesterFrom('203.0.113.9')
    const { handle } = await issue()
    const input = { purpose: 'sign_in', browser, requester } as const
    for (let n = 0; n < 30; n += 1) {
      await codes.verify({ ...input, tenant, handle: randomToken(), code: '000000' })
    }
    const verdict = await codes.verify({ ...input, tenant, handle, code: last().code })
    assert.deepEqual(verdict, { kind: 'throttled', retryAfter: 20 })
  })
})
