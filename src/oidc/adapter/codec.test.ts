import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { errors } from 'oidc-provider'
import { brandId } from '#kit/ids.ts'
import type { TenantId } from '#kit/ids.ts'
import { createKeyDeriver, createSealer, SealBroken } from '#kit/sealer.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import type { ArtifactModel } from '../oidc.ts'
import { createCodec, retention } from './codec.ts'

const sealer = createSealer(createKeyDeriver([randomBytes(32)]))
const clock = createFakeClock(1_000_000_000_000)
const now = 1_000_000_000
const codecOf = (model: ArtifactModel, tenant = 'main') =>
  createCodec(model, { tenantId: brandId<TenantId>(tenant), sealer, clock })

const secret = 'the-bearer-secret'

describe('artifacts at rest (DESIGN §4)', () => {
  it('never hold the bearer secret, and give it back to who shows it', () => {
    const codec = codecOf('RefreshToken')
    const artifact = codec.encode(secret, { jti: secret, accountId: 'ada', grantId: 'g' }, 60)
    assert.equal(JSON.stringify(artifact).includes(secret), false)
    const found = { id: artifact.id, payload: artifact.payload, consumedAt: undefined }
    assert.deepEqual(codec.decode(found, secret), { jti: secret, accountId: 'ada', grantId: 'g' })
  })

  it('are sealed whole where the payload carries the secret of something alive', () => {
    for (const model of ['DeviceCode', 'Interaction'] as const) {
      const codec = codecOf(model)
      const payload = {
        jti: secret,
        session: { cookie: 'a-live-session', uid: 'u', accountId: 'ada' },
      }
      const artifact = codec.encode(secret, payload, 60)
      assert.equal(JSON.stringify(artifact).includes('a-live-session'), false)
      const found = { id: artifact.id, payload: artifact.payload, consumedAt: undefined }
      assert.deepEqual(codec.decode(found, undefined), payload)
      assert.throws(() => codecOf(model, 'acme').decode(found, undefined), SealBroken)
      assert.throws(() => codec.decode({ ...found, id: 'another-row' }, undefined), SealBroken)
    }
  })

  it('tell when they were used', () => {
    const codec = codecOf('AuthorizationCode')
    const { id, payload } = codec.encode(secret, {}, 60)
    assert.equal(codec.decode({ id, payload, consumedAt: 7 }, secret).consumed, 7)
  })

  it('refuse text that no store can keep (F11)', () => {
    for (const state of ['\0', '\ud800']) {
      assert.throws(
        () => codecOf('Interaction').encode(secret, { params: { state } }, 60),
        errors.InvalidRequest,
      )
    }
  })

  it('live whole seconds and no longer than is sane, whatever is asked for (F3)', () => {
    const lifeOf = (model: ArtifactModel, ttl: number | undefined) => {
      const { expiresAt } = codecOf(model).encode(secret, {}, ttl)
      return expiresAt === undefined ? undefined : expiresAt - now - retention
    }
    assert.equal(lifeOf('ReplayDetection', 75.5), 76)
    assert.equal(lifeOf('ReplayDetection', 1e15), 600)
    assert.equal(lifeOf('ReplayDetection', Number.NaN), 600)
    assert.equal(lifeOf('Session', -5), 1)
    assert.equal(lifeOf('Grant', Infinity), 400 * 24 * 3600)
    assert.equal(lifeOf('InitialAccessToken', undefined), undefined)
  })

  it('of a Grant hang on the Grant itself', () => {
    assert.equal(codecOf('Grant').encode('grant-1', {}, 60).grantId, 'grant-1')
  })
})
