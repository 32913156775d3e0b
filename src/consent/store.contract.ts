import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { AccountId, ClientId, TenantId } from '#kit/ids.ts'
import type { Consent, ConsentStore } from './consent.ts'

export type ConsentOwners = {
  readonly tenantId: TenantId
  readonly accountId: AccountId
  readonly clientId: ClientId
}

export type OpenConsentStore = {
  readonly store: ConsentStore
  /** An account and a client of a fresh tenant, without consent. */
  addOwners(): Promise<ConsentOwners>
} & AsyncDisposable

export function exampleConsent(owners: ConsentOwners, init: Partial<Consent> = {}): Consent {
  return {
    ...owners,
    scopes: ['openid', 'email'],
    claims: ['picture'],
    resources: { 'https://api.example.test': ['read', 'write'] },
    grantedAt: new Date('2030-01-01T00:00:00.000Z'),
    ...init,
  }
}

/** What every store of consents keeps. `open` gives an empty one. */
export function describeConsentStore(name: string, open: () => Promise<OpenConsentStore>): void {
  describe(`the consent store (${name})`, () => {
    let opened: OpenConsentStore
    before(async () => void (opened = await open()))
    after(() => opened[Symbol.asyncDispose]())

    const find = ({ tenantId, accountId, clientId }: ConsentOwners) =>
      opened.store.find(tenantId, accountId, clientId)

    it('finds what was put, under its tenant, account and client only', async () => {
      const [owners, others] = [await opened.addOwners(), await opened.addOwners()]
      const consent = exampleConsent(owners)
      await opened.store.put(consent)
      assert.deepEqual(await find(owners), consent)
      for (const part of ['tenantId', 'accountId', 'clientId'] as const)
        assert.equal(await find({ ...owners, [part]: others[part] }), undefined, part)
    })

    it('lists what one account has allowed, and nobody else', async () => {
      const [owners, others] = [await opened.addOwners(), await opened.addOwners()]
      await opened.store.put(exampleConsent(owners))
      await opened.store.put(exampleConsent(others))
      const { tenantId, accountId } = owners
      assert.deepEqual(await opened.store.listOf(tenantId, accountId), [exampleConsent(owners)])
      assert.deepEqual(await opened.store.listOf(others.tenantId, accountId), [])
    })

    it('replaces the whole row: what is no longer allowed is gone', async () => {
      const owners = await opened.addOwners()
      await opened.store.put(exampleConsent(owners))
      const less = exampleConsent(owners, {
        scopes: ['openid'],
        claims: [],
        resources: {},
        grantedAt: new Date('2030-02-01T00:00:00.000Z'),
      })
      await opened.store.put(less)
      assert.deepEqual(await find(owners), less)
    })

    it('keeps one row when two tabs answer at once', async () => {
      const owners = await opened.addOwners()
      await Promise.all([1, 2, 3].map(() => opened.store.put(exampleConsent(owners))))
      assert.deepEqual(await find(owners), exampleConsent(owners))
      const { tenantId, accountId, clientId } = owners
      assert.equal(await opened.store.remove(tenantId, accountId, clientId), true)
      assert.equal(await find(owners), undefined)
    })

    it('removes once, and only its own', async () => {
      const [owners, others] = [await opened.addOwners(), await opened.addOwners()]
      await opened.store.put(exampleConsent(owners))
      const { tenantId, accountId, clientId } = owners
      assert.equal(await opened.store.remove(others.tenantId, accountId, clientId), false)
      assert.equal(await opened.store.remove(tenantId, accountId, clientId), true)
      assert.equal(await opened.store.remove(tenantId, accountId, clientId), false)
    })
  })
}
