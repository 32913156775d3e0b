import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { brandId } from '#kit/ids.ts'
import type { AccountId, ConnectionId, InteractionUid, TenantId } from '#kit/ids.ts'
import { createMemoryEphemeral } from '#storage/ephemeral/memory.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { emptyProgress, emptyRegistering } from './interaction.ts'
import { createProgressStore } from './progress.ts'

const tenant = brandId<TenantId>('main')
const uid = brandId<InteractionUid>('uid')
const acme = { id: brandId<ConnectionId>('acme'), name: 'Acme', type: 'saml' } as const
const proofOf = (name: string) => ({
  method: 'password' as const,
  accountId: brandId<AccountId>(name),
  amr: ['pwd'],
  at: 1,
})

function open() {
  const clock = createFakeClock()
  const ephemeral = createMemoryEphemeral({ clock })
  const get = mock.method(ephemeral, 'get')
  return { clock, progress: createProgressStore(ephemeral), reads: () => get.mock.callCount() }
}

describe('the progress of an interaction', () => {
  it('is empty before the first answer and after the end', async () => {
    const { progress } = open()
    assert.deepEqual(await progress.read(tenant, uid), emptyProgress)
    await progress.change(tenant, uid, (before) => ({ ...before, email: 'ada@example.test' }))
    await progress.clear(tenant, uid)
    assert.deepEqual(await progress.read(tenant, uid), emptyProgress)
  })

  it('gives back what was written, whole', async () => {
    const { progress } = open()
    const full = {
      email: 'ada@example.test',
      another: true,
      chosen: brandId<AccountId>('ada'),
      proofs: [proofOf('ada')],
      method: 'email_code',
      registering: {
        ...emptyRegistering,
        email: 'ada@example.test',
        applicant: {
          email: 'ada@example.test',
          name: 'Ada',
          locale: 'en',
          agreements: [{ document: 'terms', version: '1' }],
          agreedAt: 7,
          invitationId: undefined,
        },
      },
      mailed: { email: 'ada@example.test', handle: 'h', nextAt: 60 },
      way: 'totp',
      enrolling: 'passkey',
      newCodes: true,
      provesAnew: true,
      isPutOff: true,
      isGivenUp: true,
      confirming: { email: 'ada@example.test', handle: 'c', nextAt: 61 },
      doubt: {
        accountId: brandId<AccountId>('ada'),
        level: 'medium',
        reasons: ['new_country'],
        isTold: true,
      },
      trusting: brandId<AccountId>('ada'),
      connection: acme.id,
      staysHere: true,
      linking: { connection: acme, email: 'ada@acme.test', handle: 'w', isTold: true },
      verifying: {
        connection: acme,
        email: 'ada@acme.test',
        handle: 'v',
        mailed: { email: 'ada@acme.test', handle: 'm', nextAt: 61 },
      },
      freshFrom: 7,
      failure: { connection: acme, reason: 'upstream_cancelled', reference: '7K3F-9QZD' },
      canMakePasskey: true,
      isNudged: true,
      notice: { kind: 'throttled', until: 99 },
    } as const
    await progress.change(tenant, uid, () => full)
    assert.deepEqual(await progress.read(tenant, uid), full)
  })

  it('goes on from what this request read, without reading it again', async () => {
    const { progress, reads } = open()
    const before = await progress.read(tenant, uid)
    const first = await progress.change(tenant, uid, (one) => ({ ...one, another: true }), before)
    const second = await progress.change(tenant, uid, (one) => ({ ...one, newCodes: true }), first)
    assert.equal(reads(), 1)
    assert.deepEqual(second, { ...emptyProgress, another: true, newCodes: true })
    assert.deepEqual(await progress.read(tenant, uid), second)
  })

  it('loses nothing where somebody else changed what this request read', async () => {
    const { progress } = open()
    const before = await progress.read(tenant, uid)
    for (const known of [before, await progress.read(tenant, uid)]) {
      await progress.change(tenant, uid, (one) => ({
        ...one,
        proofs: [...one.proofs, proofOf('ada')],
      }))
      const left = await progress.change(tenant, uid, (one) => ({ ...one, another: true }), known)
      assert.deepEqual(await progress.read(tenant, uid), left)
    }
    assert.equal((await progress.read(tenant, uid)).proofs.length, 2)
    await progress.clear(tenant, uid)
    const late = await progress.change(tenant, uid, (one) => ({ ...one, another: true }), before)
    assert.deepEqual(late, { ...emptyProgress, another: true })
  })

  it('loses none of many answers given at once', async () => {
    const { progress } = open()
    const names = Array.from({ length: 10 }, (_, index) => `person-${index}`)
    const append = (name: string) =>
      progress.change(tenant, uid, (before) => ({
        ...before,
        proofs: [...before.proofs, proofOf(name)],
      }))
    await Promise.all(names.map(append))
    const { proofs } = await progress.read(tenant, uid)
    assert.deepEqual(proofs.map(({ accountId }) => accountId).toSorted(), names)
  })

  it('belongs to one tenant and one interaction', async () => {
    const { progress } = open()
    await progress.change(tenant, uid, (before) => ({ ...before, email: 'ada@example.test' }))
    assert.deepEqual(await progress.read(brandId<TenantId>('acme'), uid), emptyProgress)
    assert.deepEqual(await progress.read(tenant, brandId<InteractionUid>('other')), emptyProgress)
  })

  it('is gone when the interaction is', async () => {
    const { clock, progress } = open()
    await progress.change(tenant, uid, (before) => ({ ...before, another: true }))
    clock.advance(30 * 60 * 1000)
    assert.deepEqual(await progress.read(tenant, uid), emptyProgress)
  })
})
