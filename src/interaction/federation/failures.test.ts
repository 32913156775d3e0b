import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Context } from 'koa'
import { brandId } from '#kit/ids.ts'
import type { ConnectionId, RequestId, TenantId } from '#kit/ids.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createRecordingAudit } from '#test/support/recording-audit.ts'
import { createRecordingLogger } from '#test/support/recording-logger.ts'
import { createTellOfFailure } from './failures.ts'

const tenant = { id: brandId<TenantId>('t') } as Tenant
const connection = {
  tenantId: tenant.id,
  id: brandId<ConnectionId>('acme'),
  name: 'Acme',
  type: 'saml',
  status: 'active',
  settings: {},
  version: 1,
} as const

function setUp() {
  const audit = createRecordingAudit()
  const clock = createFakeClock()
  const lines: string[] = []
  let ip = '203.0.113.1'
  const tell = createTellOfFailure({
    audit,
    clock,
    logger: createRecordingLogger(lines),
    metrics: { signIn: () => undefined },
    requesterOf: () => ({ ip, userAgent: undefined, requestId: brandId<RequestId>('r') }),
  })
  const fail = (reason: 'answer_refused' | 'errand_unknown') =>
    tell({} as Context, { tenant, connection, reason, detail: 'signature_invalid' })
  return { audit, clock, lines, fail, from: (other: string) => void (ip = other) }
}

describe('telling of a sign-in elsewhere that came to nothing', () => {
  for (const [reason, most] of [
    ['errand_unknown', 20],
    ['answer_refused', 100],
  ] as const)
    it(`lets nobody fill the audit with ${reason}, and logs what it does not keep (CWE-770)`, async () => {
      const { audit, clock, lines, fail, from } = setUp()
      for (let tries = 0; tries < 300; tries += 1) await fail(reason)
      assert.equal(audit.events.length, most)
      assert.equal(lines.length, 300)
      from('203.0.113.2')
      await fail(reason)
      assert.equal(audit.events.length, most + 1)
      from('203.0.113.1')
      clock.advance(60_000)
      await fail(reason)
      assert.equal(audit.events.length, most + 2)
    })
})
