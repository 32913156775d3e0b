import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brandId, type AccountId, type TenantId } from '#kit/ids.ts'
import { createMemoryEphemeral } from '#storage/ephemeral/memory.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createRecoveryStore, recoveryLifetime } from './progress.ts'
import { emptyRecovery, recoveryStep, type Recovery, type RecoveryStep } from './recovery.ts'

const email = 'ada@example.test'
const code = { handle: 'handle', nextAt: 60 }
const proof = {
  method: 'email_code',
  accountId: brandId<AccountId>('ada'),
  email,
  askedAt: 1,
} as const

const table: readonly {
  readonly when: string
  readonly recovery: Partial<Recovery>
  readonly step: RecoveryStep
}[] = [
  { when: 'nothing was answered', recovery: {}, step: { kind: 'identifier' } },
  {
    when: 'an address is known but no code was asked for',
    recovery: { email },
    step: { kind: 'identifier' },
  },
  {
    when: 'a code was asked for',
    recovery: { email, code },
    step: { kind: 'code', email, handle: 'handle' },
  },
  {
    when: 'the mailbox is proved',
    recovery: { email, code, proofs: [proof] },
    step: { kind: 'new_password', proof },
  },
  { when: 'the password is set', recovery: { email, isDone: true }, step: { kind: 'done' } },
]

describe('the next step of a recovery (Q55)', () => {
  for (const { when, recovery, step } of table) {
    it(`is ${step.kind} when ${when}`, () => {
      assert.deepEqual(recoveryStep({ ...emptyRecovery, ...recovery }), step)
    })
  }
})

describe('the progress of a recovery', () => {
  const main = brandId<TenantId>('main')

  function open() {
    const clock = createFakeClock()
    return { clock, recoveries: createRecoveryStore(createMemoryEphemeral({ clock })) }
  }

  it('gives back what was written, whole, in its tenant and to its key alone', async () => {
    const { recoveries } = open()
    const full: Recovery = {
      email,
      code,
      proofs: [proof],
      isDone: false,
      interaction: 'uid',
      notice: { kind: 'password_refused', reason: 'common' },
    }
    await recoveries.change(main, 'key', () => full)
    assert.deepEqual(await recoveries.read(main, 'key'), full)
    assert.deepEqual(await recoveries.read(main, 'other'), emptyRecovery)
    assert.deepEqual(await recoveries.read(brandId<TenantId>('acme'), 'key'), emptyRecovery)
  })

  it('is finished once of twenty at once, and only where something is proved', async () => {
    const { recoveries } = open()
    assert.equal(await recoveries.finish(main, 'key'), false)
    await recoveries.change(main, 'key', () => ({ ...emptyRecovery, email, proofs: [proof] }))
    const all = await Promise.all(Array.from({ length: 20 }, () => recoveries.finish(main, 'key')))
    assert.equal(all.filter(Boolean).length, 1)
    assert.deepEqual(recoveryStep(await recoveries.read(main, 'key')), { kind: 'done' })
    assert.equal(await recoveries.finish(main, 'key'), false)
  })

  it('is over after half an hour, however often it changed (Q56)', async () => {
    const { recoveries, clock } = open()
    await recoveries.change(main, 'key', () => ({ ...emptyRecovery, email }))
    clock.advance((recoveryLifetime - 1) * 1000)
    await recoveries.change(main, 'key', (before) => ({ ...before, code }))
    clock.advance(1000)
    assert.deepEqual(await recoveries.read(main, 'key'), emptyRecovery)
  })
})
