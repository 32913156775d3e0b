import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newId } from '#kit/random.ts'
import { tenantSettings } from './tenant.ts'
import type { TenantRecord, TenantStore } from './tenant.ts'

export function exampleTenant(slug: string, init: Partial<TenantRecord> = {}): TenantRecord {
  return {
    id: newId(),
    slug,
    name: slug.toUpperCase(),
    issuer: undefined,
    status: 'active',
    settings: tenantSettings.parse({}),
    version: 1,
    ...init,
  }
}

export type OpenTenantStore = { readonly store: TenantStore } & AsyncDisposable

/** What every store of tenants keeps. `open` gives an empty one. */
export function describeTenantStore(name: string, open: () => Promise<OpenTenantStore>): void {
  describe(`the tenant store (${name})`, () => {
    it('finds what was inserted by id, slug and issuer of its own', async () => {
      await using opened = await open()
      const { store } = opened
      const acme = exampleTenant('acme', {
        issuer: 'https://id.acme.test',
        settings: tenantSettings.parse({ registration: 'open', support_email: 'it@acme.test' }),
      })
      assert.equal(await store.insert(acme), true)
      assert.deepEqual(await store.findById(acme.id), acme)
      assert.deepEqual(await store.findBySlug('acme'), acme)
      assert.deepEqual(await store.findByIssuer('https://id.acme.test'), acme)
    })

    it('finds nothing under unknown names', async () => {
      await using opened = await open()
      const { store } = opened
      await store.insert(exampleTenant('acme'))
      assert.equal(await store.findById(newId()), undefined)
      assert.equal(await store.findBySlug('Acme'), undefined)
      assert.equal(await store.findByIssuer('https://id.acme.test'), undefined)
    })

    it('refuses a second tenant with a taken slug or issuer', async () => {
      await using opened = await open()
      const { store } = opened
      await store.insert(exampleTenant('acme', { issuer: 'https://id.acme.test' }))
      assert.equal(await store.insert(exampleTenant('acme')), false)
      const thief = exampleTenant('thief', { issuer: 'https://id.acme.test' })
      assert.equal(await store.insert(thief), false)
      assert.equal(await store.findById(thief.id), undefined)
    })

    it('lets exactly one of many concurrent inserts of a slug succeed', async () => {
      await using opened = await open()
      const { store } = opened
      const tries = await Promise.all(
        Array.from({ length: 5 }, () => store.insert(exampleTenant('main'))),
      )
      assert.equal(tries.filter(Boolean).length, 1)
      assert.equal((await store.list()).length, 1)
    })

    it('replaces what may change and adds one to the version', async () => {
      await using opened = await open()
      const { store } = opened
      const acme = exampleTenant('acme', { issuer: 'https://id.acme.test' })
      await store.insert(acme)
      const changed = {
        ...acme,
        slug: 'renamed',
        name: 'Acme Ltd',
        issuer: undefined,
        status: 'disabled' as const,
        settings: tenantSettings.parse({ default_locale: 'de' }),
        version: 40,
      }
      assert.equal(await store.update(changed), true)
      assert.deepEqual(await store.findById(acme.id), { ...changed, slug: 'acme', version: 2 })
      assert.equal(await store.update(acme), true)
      assert.deepEqual(await store.findById(acme.id), { ...acme, version: 3 })
    })

    it('refuses an update of nothing, and to the issuer of another tenant', async () => {
      await using opened = await open()
      const { store } = opened
      const acme = exampleTenant('acme', { issuer: 'https://id.acme.test' })
      const other = exampleTenant('other')
      await store.insert(acme)
      await store.insert(other)
      assert.equal(await store.update(exampleTenant('ghost')), false)
      assert.equal(await store.update({ ...other, issuer: 'https://id.acme.test' }), false)
      assert.deepEqual(await store.findById(other.id), other)
      assert.equal(await store.update({ ...other, issuer: 'https://id.other.test' }), true)
    })

    it('counts every one of concurrent updates in the version', async () => {
      await using opened = await open()
      const { store } = opened
      const acme = exampleTenant('acme')
      await store.insert(acme)
      await Promise.all(Array.from({ length: 5 }, () => store.update(acme)))
      assert.equal((await store.findById(acme.id))?.version, 6)
    })

    it('lists all in the order of their slugs', async () => {
      await using opened = await open()
      const { store } = opened
      for (const slug of ['main', 'b-2', 'acme', 'b2']) await store.insert(exampleTenant(slug))
      assert.deepEqual(
        (await store.list()).map((tenant) => tenant.slug),
        ['acme', 'b-2', 'b2', 'main'],
      )
    })
  })
}
