import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { acrMultiFactor, acrPassword, acrPhishingResistant } from '#client/client.ts'
import { brandId } from '#kit/ids.ts'
import type { ConnectionId, TenantId } from '#kit/ids.ts'
import type { Connection, Connections, HomeRealms, SignInFacts } from './federation.ts'
import { createEnforcement } from './service.ts'

const tenantId = brandId<TenantId>('t')
const idOf = (id: string) => brandId<ConnectionId>(id)
const connection: Connection = {
  tenantId,
  id: idOf('acme'),
  name: 'Acme',
  type: 'saml',
  status: 'active',
  settings: {},
  version: 1,
}

const realms = (isEnforced: boolean): HomeRealms & Pick<Connections, 'isActive'> => ({
  isActive: async (_tenant, id) => id !== 'off',
  ofEmail: async (_tenant, email) =>
    email.endsWith('@acme.test') ? { connection, domain: 'acme.test', isEnforced } : undefined,
})

const ada = { tenantId, email: 'ada@acme.test', roles: [] as readonly string[] }
const owner = { ...ada, roles: ['owner'] }
const password: SignInFacts = { acr: acrPassword, amr: ['pwd'], via: undefined }
const passkey: SignInFacts = { acr: acrPhishingResistant, amr: ['hwk', 'mfa'], via: undefined }

type Row = readonly [who: string, account: typeof ada, signIn: SignInFacts, isLetIn: boolean]

const table: readonly Row[] = [
  ['a password', ada, password, false],
  ['two factors of ours', ada, { ...password, acr: acrMultiFactor }, false],
  ['a passkey', ada, passkey, false],
  ['the connection of the domain', ada, { ...password, via: idOf('acme') }, true],
  ['another connection', ada, { ...password, amr: ['fed'], via: idOf('google') }, false],
  ['a token of a sign-in elsewhere', ada, { ...password, amr: ['fed'] }, true],
  ['an owner’s passkey', owner, passkey, true],
  ['an owner’s password', owner, password, false],
  ['an owner’s app', owner, { ...password, acr: acrMultiFactor }, false],
  ['an owner through another connection', owner, { ...password, via: idOf('google') }, false],
  ['somebody of another domain', { ...ada, email: 'ada@other.test' }, password, true],
]

describe('single sign-on that is enforced for a domain (reference/federation.md §3.7)', () => {
  for (const [who, account, signIn, isLetIn] of table)
    it(`${isLetIn ? 'lets in' : 'sends away'} ${who}`, async () => {
      const instead = await createEnforcement(realms(true)).instead(account, signIn)
      assert.equal(instead, isLetIn ? undefined : connection)
    })

  it('is nobody’s where the domain may sign in anyhow', async () => {
    const enforcement = createEnforcement(realms(false))
    assert.equal(await enforcement.instead(ada, password), undefined)
    assert.equal(await enforcement.ofEmail(tenantId, ada.email), undefined)
  })

  it('lets nothing stand of a connection that nobody comes in by any more (Q18)', async () => {
    const enforcement = createEnforcement(realms(true))
    const other = { ...ada, email: 'ada@other.test' }
    const through = (id: string) => ({ ...password, amr: ['fed'], via: idOf(id) })
    assert.equal(await enforcement.stands(other, through('google')), true)
    assert.equal(await enforcement.stands(other, through('off')), false)
    assert.equal(await enforcement.stands(other, password), true)
    assert.equal(await enforcement.stands(ada, through('acme')), true)
    assert.equal(await enforcement.stands(ada, through('google')), false)
  })

  it('is known from the address alone', async () => {
    const enforcement = createEnforcement(realms(true))
    assert.equal(await enforcement.ofEmail(tenantId, ada.email), connection)
    assert.equal(await enforcement.ofEmail(tenantId, 'ada@other.test'), undefined)
  })
})
