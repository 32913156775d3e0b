import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newId } from '#kit/random.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createMemoryTenantStore } from './memory.ts'
import { createTenants } from './service.ts'
import { exampleTenant } from './store.contract.ts'
import { tenantSettings, type CreateTenant, type Tenant, type Tenants } from './tenant.ts'

const issuer = 'https://signet.test'

function setup() {
  const store = createMemoryTenantStore()
  const clock = createFakeClock()
  return { store, clock, tenants: createTenants({ store, clock, issuer }) }
}

async function created(tenants: Tenants, input: CreateTenant): Promise<Tenant> {
  const result = await tenants.create(input)
  assert.equal(result.outcome, 'created')
  return result.outcome === 'created' ? result.tenant : assert.fail()
}

describe('the issuer of a tenant', () => {
  it('is the configured one, byte for byte, for the main tenant', async () => {
    const { tenants } = setup()
    const main = await tenants.ensureMain()
    assert.equal(main.issuer, issuer)
    assert.equal((await tenants.findByIssuer(issuer))?.id, main.id)
    assert.equal(await tenants.findByIssuer(`${issuer}/`), undefined)
    assert.equal(await tenants.findByIssuer(`${issuer}/t/main`), undefined)
  })

  it('is below the main one for the others', async () => {
    const { tenants } = setup()
    const acme = await created(tenants, { slug: 'acme', name: 'Acme' })
    assert.equal(acme.issuer, 'https://signet.test/t/acme')
    assert.equal((await tenants.findByIssuer('https://signet.test/t/acme'))?.id, acme.id)
    assert.equal(await tenants.findByIssuer('https://signet.test/t/ACME'), undefined)
    assert.equal(await tenants.findByIssuer('https://signet.test/t/acme/'), undefined)
    assert.equal(await tenants.findByIssuer('https://signet.test/t/'), undefined)
  })

  it('is its own where it brings one, and then no longer the derived one', async () => {
    const { tenants } = setup()
    const own = 'https://id.acme.test'
    const acme = await created(tenants, { slug: 'acme', name: 'Acme', issuer: own })
    assert.equal((await tenants.findByIssuer(own))?.id, acme.id)
    assert.equal(await tenants.findByIssuer('https://signet.test/t/acme'), undefined)
    assert.equal(await tenants.findByIssuer('https://id.acme.test\0'), undefined)
  })

  it('follows a new ISSUER setting where it is derived', async () => {
    const { tenants, store, clock } = setup()
    await created(tenants, { slug: 'acme', name: 'Acme' })
    const moved = createTenants({ store, clock, issuer: 'https://login.test' })
    assert.equal((await moved.findBySlug('acme'))?.issuer, 'https://login.test/t/acme')
  })
})

describe('ensureMain', () => {
  it('makes one main tenant however many processes start at once', async () => {
    const { store, clock } = setup()
    const processes = Array.from({ length: 4 }, () => createTenants({ store, clock, issuer }))
    const mains = await Promise.all(processes.map((tenants) => tenants.ensureMain()))
    assert.equal(new Set(mains.map((main) => main.id)).size, 1)
    assert.equal((await store.list()).length, 1)
  })

  it('agrees with the process that was first between its look and its insert', async () => {
    const { store, clock } = setup()
    const winner = exampleTenant('main')
    let looks = 0
    const late = {
      ...store,
      findBySlug: async (slug: string) => {
        looks += 1
        return looks === 1 ? undefined : store.findBySlug(slug)
      },
    }
    await store.insert(winner)
    const main = await createTenants({ store: late, clock, issuer }).ensureMain()
    assert.equal(main.id, winner.id)
  })
})

describe('creating a tenant', () => {
  it('fills in the default settings', async () => {
    const { tenants } = setup()
    const acme = await created(tenants, { slug: 'acme', name: 'Acme', settings: {} })
    assert.deepEqual(acme.settings, tenantSettings.parse({}))
    const { registration, default_locale, password_min_length } = acme.settings
    assert.deepEqual([registration, default_locale, password_min_length], ['closed', 'en', 15])
  })

  it('says taken for a slug or issuer that is used', async () => {
    const { tenants } = setup()
    await created(tenants, { slug: 'acme', name: 'Acme', issuer: 'https://id.acme.test' })
    for (const input of [
      { slug: 'acme', name: 'Other' },
      { slug: 'other', name: 'Other', issuer: 'https://id.acme.test' },
    ])
      assert.deepEqual(await tenants.create(input), { outcome: 'taken' })
  })

  it('reports all problems at once, unknown settings among them (Q80)', async () => {
    const { tenants } = setup()
    const result = await tenants.create({
      slug: '../main',
      name: ' ',
      issuer: 'http://id.acme.test',
      settings: { registration: 'sometimes', is_admin: true },
    })
    assert.equal(result.outcome, 'invalid')
    const problems = result.outcome === 'invalid' ? result.problems.join('\n') : ''
    for (const part of [/^slug/m, /^name/m, /^issuer/m, /settings\.registration/, /is_admin/])
      assert.match(problems, part)
  })

  it('refuses an issuer for the main tenant: the operator decides it', async () => {
    const { tenants } = setup()
    const result = await tenants.create({ slug: 'main', name: 'M', issuer: 'https://evil.test' })
    assert.equal(result.outcome, 'invalid')
  })
})

describe('the cache of tenants', () => {
  it('shows a change of this process at once', async () => {
    const { tenants } = setup()
    assert.equal(await tenants.findBySlug('acme'), undefined)
    const acme = await created(tenants, { slug: 'acme', name: 'Acme' })
    assert.equal((await tenants.findBySlug('acme'))?.name, 'Acme')
    await tenants.findById(acme.id)
    await tenants.update({ ...acme, name: 'Acme Ltd', status: 'disabled' })
    const after = await tenants.findById(acme.id)
    assert.equal(after?.name, 'Acme Ltd')
    assert.equal(after?.status, 'disabled')
    assert.equal(after?.version, acme.version + 1)
    assert.deepEqual(
      (await tenants.list()).map((tenant) => tenant.name),
      ['Acme Ltd'],
    )
  })

  it('shows the change of another process within a second', async () => {
    const { tenants, store, clock } = setup()
    const acme = await created(tenants, { slug: 'acme', name: 'Acme' })
    await tenants.findById(acme.id)
    await store.update({ ...acme, issuer: undefined, status: 'disabled' })
    clock.advance(1000)
    assert.equal((await tenants.findById(acme.id))?.status, 'disabled')
  })
})

describe('updating a tenant', () => {
  it('stores no issuer where it is the derived one', async () => {
    const { tenants, store } = setup()
    const acme = await created(tenants, { slug: 'acme', name: 'Acme' })
    await tenants.update({ ...acme, name: 'Acme Ltd' })
    assert.equal((await store.findById(acme.id))?.issuer, undefined)
  })

  it('refuses an issuer that is not allowed or is another tenant’s', async () => {
    const { tenants } = setup()
    await created(tenants, { slug: 'acme', name: 'Acme', issuer: 'https://id.acme.test' })
    const other = await created(tenants, { slug: 'other', name: 'Other' })
    await assert.rejects(tenants.update({ ...other, issuer: 'http://id.other.test' }), {
      code: 'tenant.invalid',
      status: 400,
    })
    await assert.rejects(tenants.update({ ...other, issuer: 'https://id.acme.test' }), {
      code: 'tenant.issuer_taken',
      status: 409,
    })
    await assert.rejects(tenants.update(await main(tenants, 'https://evil.test')), {
      code: 'tenant.invalid',
    })
    assert.equal((await tenants.findById(other.id))?.issuer, 'https://signet.test/t/other')
  })

  it('finds nothing under a malformed name, without asking the store (F11)', async () => {
    const { tenants } = setup()
    assert.equal(await tenants.findBySlug('a\0'), undefined)
    assert.equal(await tenants.findBySlug('constructor/'), undefined)
    assert.equal(await tenants.findById(newId()), undefined)
  })
})

async function main(tenants: Tenants, own: string): Promise<Tenant> {
  return { ...(await tenants.ensureMain()), issuer: own }
}
