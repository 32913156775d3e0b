import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brandId, type AccountId, type TenantId } from '#kit/ids.ts'
import { randomToken } from '#kit/random.ts'
import { openEmailCodes, otherThan } from '#test/support/email-codes.ts'
import { actor, email, requesterFrom, tenant } from '#test/support/password-login.ts'

const race = <T>(run: () => Promise<T>) => Promise.all(Array.from({ length: 20 }, run))

describe('a code by mail', () => {
  it('proves the address once, and brings back what its caller gave along (Q47)', async () => {
    const { ada, issue, verify, last } = await openEmailCodes()
    const { handle } = await issue({ data: { uid: 'one' } })
    const verdict = await verify(handle, last().code)
    const { issuedAt, ...rest } = verdict.kind === 'proved' ? verdict : { issuedAt: 0 }
    assert.deepEqual(rest, { kind: 'proved', email, accountId: ada.id, data: { uid: 'one' } })
    assert.equal(issuedAt, Date.UTC(2030, 0, 1) / 1000)
    assert.deepEqual(await verify(handle, last().code), { kind: 'expired' })
  })

  it('is six digits, typed in any way and any script', async () => {
    const { issue, verify, last, clock } = await openEmailCodes()
    const ways: ((code: string) => string)[] = [
      (code) => ` ${code.slice(0, 3)} ${code.slice(3)} `,
      (code) => code.replace(/^.../, '$&-'),
      (code) => code.replace(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit))), // Arabic
      (code) => code.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))), // full width
    ]
    for (const way of ways) {
      const { handle } = await issue()
      assert.match(last().code, /^\d{6}$/)
      assert.equal((await verify(handle, way(last().code))).kind, 'proved')
      clock.advance(601_000)
    }
  })

  it('is over after ten minutes (Q47)', async () => {
    const { issue, verify, last, clock } = await openEmailCodes()
    const { handle } = await issue()
    clock.advance(600_000)
    assert.deepEqual(await verify(handle, last().code), { kind: 'expired' })
  })

  it('gets five tries, then not even the right one helps (Q47)', async () => {
    const { issue, verify, last } = await openEmailCodes()
    const { handle } = await issue()
    for (const left of [4, 3, 2, 1]) {
      assert.deepEqual(await verify(handle, otherThan(last().code)), { kind: 'wrong', left })
    }
    assert.deepEqual(await verify(handle, otherThan(last().code)), { kind: 'too_many' })
    assert.deepEqual(await verify(handle, last().code), { kind: 'too_many' })
  })

  it('does not count what cannot be a code', async () => {
    const { issue, verify, last } = await openEmailCodes()
    const { handle } = await issue()
    for (const text of ['', '12345', '1234567', 'abcdef', '12345x', '1'.repeat(100_000)]) {
      assert.deepEqual(await verify(handle, text), { kind: 'wrong', left: 5 })
    }
    assert.equal((await verify(handle, last().code)).kind, 'proved')
  })

  it('counts each of many tries at once: five are looked at (Q34)', async () => {
    const { issue, verify, last } = await openEmailCodes()
    const { handle } = await issue()
    const verdicts = await race(() => verify(handle, otherThan(last().code)))
    assert.equal(verdicts.filter(({ kind }) => kind === 'wrong').length, 4)
    assert.equal(verdicts.filter(({ kind }) => kind === 'too_many').length, 16)
  })

  it('of twenty right ones at once one is taken (Q56)', async () => {
    const { issue, verify, last } = await openEmailCodes()
    const { handle } = await issue()
    const verdicts = await race(() => verify(handle, last().code))
    assert.equal(verdicts.filter(({ kind }) => kind === 'proved').length, 1)
  })

  it('is void once the same browser has a newer one', async () => {
    const { issue, verify, last, clock, codes, link, token } = await openEmailCodes()
    const older = await issue()
    const code = last().code
    const olderToken = token()
    clock.advance(60_000)
    const newer = await issue()
    assert.notEqual(newer.handle, older.handle)
    assert.deepEqual(await verify(older.handle, code), { kind: 'expired' })
    assert.deepEqual(await codes.look(link({ token: olderToken })), { kind: 'over' })
    assert.equal((await verify(newer.handle, last().code)).kind, 'proved')
  })

  it('stays good when another browser asks for the same address: asking is no weapon', async () => {
    const { issue, verify, last } = await openEmailCodes()
    const mine = await issue()
    const { code } = last()
    await issue({ browser: randomToken() })
    assert.equal((await verify(mine.handle, code)).kind, 'proved')
  })

  it('is not asked for again within a minute: the browser gets back what it has', async () => {
    const { issue, verify, last, mailed, clock } = await openEmailCodes()
    const first = await issue()
    clock.advance(59_000)
    assert.deepEqual(await issue(), { ...first, fresh: false })
    assert.equal(mailed.length, 1)
    assert.equal((await verify(first.handle, last().code)).kind, 'proved')
  })

  it('is kept as keyed hashes only: nobody reads it, its link or its browser from the store (Q56)', async () => {
    const { issue, last, token, browser, ephemeral } = await openEmailCodes()
    const written: string[] = []
    const put = ephemeral.put.bind(ephemeral)
    ephemeral.put = async (key, value, ttl) => {
      written.push(JSON.stringify(key), value)
      await put(key, value, ttl)
    }
    const { handle } = await issue()
    const all = written.join('\n')
    assert.ok(written.length >= 6)
    for (const secret of [last().code, token(), browser, handle]) assert.ok(!all.includes(secret))
  })
})

describe('a code is taken for nothing else (CVE-2026-4282)', () => {
  it('another purpose, tenant, browser or handle is as if there were none', async () => {
    const { codes, issue, verify, last, browser } = await openEmailCodes()
    const { handle } = await issue()
    const { code } = last()
    const over = { kind: 'expired' }
    assert.deepEqual(await verify(handle, code, { purpose: 'reset_password' }), over)
    assert.deepEqual(await verify(handle, code, { browser: randomToken() }), over)
    assert.deepEqual(await verify(randomToken(), code), over)
    const elsewhere = { ...tenant, id: brandId<TenantId>('other') }
    const requester = requesterFrom('10.9.9.9')
    const input = {
      tenant: elsewhere,
      purpose: 'sign_in',
      handle,
      browser,
      code,
      requester,
    } as const
    assert.deepEqual(await codes.verify(input), over)
    assert.deepEqual(await codes.verify({ ...input, tenant, browser: undefined }), over)
    assert.equal((await verify(handle, code)).kind, 'proved', 'and none of that used it up')
  })

  it('a code moved to another account, address or purpose in the store fits no more', async () => {
    const { issue, verify, last, ephemeral } = await openEmailCodes()
    const moves: Readonly<Record<string, string>>[] = [
      { accountId: 'grace' },
      { email: 'ADA@example.test' }, // the same owner, and still another text
    ]
    for (const move of moves) {
      const puts: [Parameters<typeof ephemeral.put>[0], string][] = []
      const put = ephemeral.put.bind(ephemeral)
      ephemeral.put = async (key, value, ttl) => {
        puts.push([key, value])
        await put(key, value, ttl)
      }
      const browser = randomToken()
      const { handle } = await issue({ browser })
      ephemeral.put = put
      const [key, value] = puts[0] ?? assert.fail('nothing was put')
      await put(key, JSON.stringify({ ...(JSON.parse(value) as object), ...move }), 600)
      const verdict = await verify(handle, last().code, { browser })
      assert.deepEqual(verdict, { kind: 'wrong', left: 4 })
    }
  })

  it('one for an address of an account is void once the account has another (Q56)', async () => {
    const { issue, verify, last, ada } = await openEmailCodes()
    const { handle } = await issue({ email: 'ada.before@example.test', accountId: ada.id })
    assert.deepEqual(await verify(handle, last().code), { kind: 'expired' })
  })

  it('one for a new address of an account is not', async () => {
    const { issue, verify, last, ada } = await openEmailCodes()
    const to = 'ada.new@example.test'
    const { handle } = await issue({ purpose: 'change_email', email: to })
    const verdict = await verify(handle, last().code, { purpose: 'change_email' })
    assert.partialDeepStrictEqual(verdict, { kind: 'proved', email: to, accountId: ada.id })
  })

  it('is refused for an account that was disabled, deleted or ended meanwhile (Q18, Q62)', async () => {
    const ends = ['disabled', 'deleted', 'ended', 'unknown'] as const
    for (const end of ends) {
      const { accounts, issue, verify, last, ada, codes, link } = await openEmailCodes()
      const accountId = end === 'unknown' ? brandId<AccountId>('nobody at all') : ada.id
      const { handle } = await issue({ accountId })
      if (end === 'ended') await accounts.end(tenant.id, ada.id, actor)
      else if (end !== 'unknown') await accounts.setStatus(tenant.id, ada.id, end, actor)
      if (end === 'ended') assert.deepEqual(await codes.consume(link()), { kind: 'over' })
      else assert.deepEqual(await verify(handle, last().code), { kind: 'expired' }, end)
    }
  })
})

describe('a decoy', () => {
  it('answers as a real one does, and never fits (Q73)', async () => {
    const { issue, verify, last, codes, link, mailed } = await openEmailCodes()
    const real = await issue()
    const decoy = await issue({ email: 'nobody@example.test', accountId: undefined, decoy: true })
    assert.equal(mailed.length, 2)
    assert.deepEqual(Object.keys(decoy), Object.keys(real))
    assert.equal(decoy.nextAt, real.nextAt)
    assert.equal(decoy.handle.length, real.handle.length)
    assert.deepEqual(await codes.look(link()), { kind: 'over' })
    assert.deepEqual(await codes.consume(link()), { kind: 'over' })
    for (const left of [4, 3, 2, 1]) {
      assert.deepEqual(await verify(decoy.handle, last().code), { kind: 'wrong', left })
    }
    assert.deepEqual(await verify(decoy.handle, last().code), { kind: 'too_many' })
  })
})
