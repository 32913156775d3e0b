import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newId } from '#kit/random.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createAccountRulesOf } from './account-rules.ts'
import { gracePeriod } from './domain/domain.ts'
import { createMemoryDomainStore } from './domain/memory.ts'
import { exampleConnection, exampleId, exampleSettings } from './store.contract.ts'

async function setUp(settings: object = {}) {
  const clock = createFakeClock()
  const domains = createMemoryDomainStore()
  const tenantId = newId<never>()
  const at = new Date(clock.now())
  for (const domain of ['acme.test', 'only-claimed.test']) {
    const key = { tenantId, connectionId: exampleId, domain }
    await domains.claim({ ...key, challenge: 'c', isEnforced: true, claimedAt: at })
    if (domain === 'acme.test') await domains.prove(key, { by: 'dns', at })
  }
  const rulesOf = createAccountRulesOf({ domains, clock })
  const connection = exampleConnection(tenantId, { settings: exampleSettings(settings) })
  const acme = { tenantId, connectionId: exampleId, domain: 'acme.test' }
  return { clock, domains, acme, at, rules: () => rulesOf(connection) }
}

describe('what a connection decides about accounts', () => {
  it('counts the domains that are proved, and makes accounts for their people', async () => {
    const { justInTime, justInTimeDomains, domains } = await (await setUp()).rules()
    assert.deepEqual(domains, [{ name: 'acme.test', isEnforced: true }])
    assert.deepEqual([justInTime, justInTimeDomains], ['domains', ['acme.test']])
  })

  it('makes them for nobody when the proof is lost', async () => {
    const { clock, domains, acme, at, rules } = await setUp()
    await domains.miss(acme, at)
    assert.equal((await rules()).domains.length, 1)
    clock.advance(gracePeriod)
    const after = await rules()
    assert.deepEqual([after.domains, after.justInTimeDomains], [[], []])
  })

  it('takes the domains it is told before its own', async () => {
    const { rules } = await setUp({ just_in_time_domains: ['Partner.test'] })
    assert.deepEqual((await rules()).justInTimeDomains, ['partner.test'])
  })

  it('believes a second factor over there only when it was told to (CVE-2026-15616)', async () => {
    const values = { multi_factor_values: ['mfa', 'hwk'] }
    assert.deepEqual((await (await setUp(values)).rules()).multiFactorValues, [])
    const trusting = await setUp({ ...values, trusts_multi_factor: true })
    assert.deepEqual((await trusting.rules()).multiFactorValues, ['mfa', 'hwk'])
  })
})
