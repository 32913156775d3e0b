import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { brandId, type ConnectionId, type TenantId } from '#kit/ids.ts'
import { checkConnection } from './check.ts'
import type { AnySettings, ConnectionStore, StoredConnection } from './connection.ts'
import { gracePeriod, type ConnectionDomain, type DomainStore } from './domain/domain.ts'

const start = new Date('2030-01-01T00:00:00.000Z')
const later = new Date('2030-01-02T00:00:00.000Z')

export const exampleId = brandId<ConnectionId>('acme')

export const exampleDocument = {
  id: 'acme',
  type: 'oidc',
  name: 'Acme “Inc” – ñ',
  issuer: 'https://id.acme.test',
  client_id: 'signet',
  client_secret: 'a secret of acme',
}

export function exampleSettings(document: object = {}): AnySettings {
  const checked = checkConnection({ ...exampleDocument, ...document }, 'seed')
  assert.equal(checked.outcome, 'valid', JSON.stringify(checked))
  return checked.outcome === 'valid' ? checked.connection.settings : assert.fail()
}

export function exampleConnection(
  tenantId: TenantId,
  init: Partial<StoredConnection> = {},
): StoredConnection {
  return {
    tenantId,
    id: exampleId,
    name: 'Acme “Inc” – ñ',
    type: 'oidc',
    status: 'active',
    settings: exampleSettings(),
    version: 1,
    sealedSecret: 'v1.sealed',
    createdAt: start,
    updatedAt: start,
    ...init,
  }
}

export type OpenConnectionStores = {
  readonly connections: ConnectionStore
  readonly domains: DomainStore
  /** A tenant the stores know, with nothing in it. */
  addTenant(): Promise<TenantId>
} & AsyncDisposable

type Open = () => Promise<OpenConnectionStores>

/** What every store of connections keeps. `open` gives an empty one. */
export function describeConnectionStores(name: string, open: Open): void {
  describe(`the connection store (${name})`, () => {
    let opened: OpenConnectionStores
    before(async () => void (opened = await open()))
    after(() => opened[Symbol.asyncDispose]())

    it('gives back what was inserted, to its own tenant only', async () => {
      const { connections } = opened
      const [tenantId, other] = [await opened.addTenant(), await opened.addTenant()]
      const connection = exampleConnection(tenantId)
      const bare = exampleConnection(tenantId, { id: brandId('bare'), sealedSecret: undefined })
      assert.equal(await connections.insert(connection), true)
      assert.equal(await connections.insert(bare), true)
      assert.deepEqual(await connections.find(tenantId, exampleId), connection)
      assert.deepEqual(await connections.list(tenantId), [connection, bare])
      assert.equal(await connections.find(other, exampleId), undefined)
      assert.deepEqual(await connections.list(other), [])
      assert.equal(await connections.remove(other, exampleId), false)
      assert.equal(await connections.insert({ ...connection, tenantId: other }), true)
    })

    it('lets one of twenty concurrent inserts of an id succeed, and changes nothing later', async () => {
      const { connections } = opened
      const tenantId = await opened.addTenant()
      const connection = exampleConnection(tenantId)
      const tries = Array.from({ length: 20 }, () => connections.insert(connection))
      assert.equal((await Promise.all(tries)).filter(Boolean).length, 1)
      assert.equal(await connections.insert({ ...connection, sealedSecret: 'stolen' }), false)
      assert.deepEqual(await connections.find(tenantId, exampleId), connection)
    })

    it('lets one of twenty concurrent changes of a version succeed', async () => {
      const { connections } = opened
      const tenantId = await opened.addTenant()
      const connection = exampleConnection(tenantId)
      await connections.insert(connection)
      const next: StoredConnection = {
        ...connection,
        name: 'Other',
        status: 'disabled',
        settings: exampleSettings({ scopes: ['openid'] }),
        sealedSecret: undefined,
        version: 2,
        updatedAt: later,
      }
      const tries = Array.from({ length: 20 }, () => connections.update(next))
      assert.equal((await Promise.all(tries)).filter(Boolean).length, 1)
      assert.deepEqual(await connections.find(tenantId, exampleId), next)
      assert.equal(await connections.update({ ...next, tenantId: await opened.addTenant() }), false)
    })

    it('forgets a connection once', async () => {
      const { connections } = opened
      const tenantId = await opened.addTenant()
      await connections.insert(exampleConnection(tenantId))
      assert.equal(await connections.remove(tenantId, exampleId), true)
      assert.equal(await connections.remove(tenantId, exampleId), false)
      assert.equal(await connections.find(tenantId, exampleId), undefined)
    })
  })
}

/** What every store of domains keeps. */
export function describeDomainStores(name: string, open: Open): void {
  describe(`the domain store (${name})`, () => {
    let opened: OpenConnectionStores
    before(async () => void (opened = await open()))
    after(() => opened[Symbol.asyncDispose]())

    const setUp = async (names: readonly string[] = ['acme']) => {
      const tenantId = await opened.addTenant()
      const claims = names.map((id) => claimOf(tenantId, id))
      for (const claim of claims) {
        const { connectionId: id } = claim
        await opened.connections.insert(exampleConnection(tenantId, { id }))
        await opened.domains.claim(claim)
      }
      return { tenantId, claims, claim: claims[0] ?? assert.fail() }
    }
    const proofOf = async ({ tenantId, connectionId }: Omit<ConnectionDomain, 'proof'>) =>
      (await opened.domains.list(tenantId, connectionId))[0]?.proof

    it('keeps the challenge of a claim that is made again', async () => {
      const { claim, tenantId } = await setUp()
      await opened.domains.claim({ ...claim, challenge: 'new', isEnforced: true, claimedAt: later })
      const kept = { ...claim, isEnforced: true, proof: undefined }
      assert.deepEqual(await opened.domains.list(tenantId), [kept])
      assert.deepEqual(await opened.domains.list(await opened.addTenant()), [])
    })

    it('lets one of twenty claims of a domain be the owner, whoever proves at the same time', async () => {
      const names = Array.from({ length: 20 }, (_, at) => `c-${String.fromCharCode(97 + at)}`)
      const { claims, tenantId } = await setUp(names)
      const proof = { by: 'dns', at: start } as const
      const answers = await Promise.all(claims.map((claim) => opened.domains.prove(claim, proof)))
      assert.equal(answers.filter(Boolean).length, 1)
      const proved = (await opened.domains.list(tenantId)).filter((one) => one.proof !== undefined)
      assert.equal(proved.length, 1)
      assert.equal(proved[0]?.connectionId, claims[answers.indexOf(true)]?.connectionId)
    })

    it('gives a domain to another claim only when its proof is gone for seven days', async () => {
      const { claims } = await setUp(['first', 'second'])
      const [first = assert.fail(), second = assert.fail()] = claims
      await opened.domains.prove(first, { by: 'dns', at: start })
      await opened.domains.miss(first, start)
      const before = new Date(start.getTime() + gracePeriod - 1)
      assert.equal(await opened.domains.prove(second, { by: 'dns', at: before }), false)
      const over = new Date(start.getTime() + gracePeriod)
      assert.equal(await opened.domains.prove(second, { by: 'dns', at: over }), true)
      assert.equal(await proofOf(first), undefined)
      assert.equal((await proofOf(second))?.provedAt.getTime(), over.getTime())
    })

    it('remembers since when a proof is missing, until it is found again', async () => {
      const { claim } = await setUp()
      await opened.domains.prove(claim, { by: 'dns', at: start })
      const tries = Array.from({ length: 20 }, () => opened.domains.miss(claim, later))
      assert.equal((await Promise.all(tries)).filter(Boolean).length, 1)
      const last = new Date(later.getTime() + 1000)
      assert.equal(await opened.domains.miss(claim, last), false)
      const missing = { by: 'dns', provedAt: start, checkedAt: last, missingSince: later }
      assert.deepEqual(await proofOf(claim), missing)
      assert.equal(await opened.domains.prove(claim, { by: 'dns', at: last }), true)
      assert.deepEqual(await proofOf(claim), { ...missing, missingSince: undefined })
    })

    it('proves no claim that nobody made, and forgets proof and claim together', async () => {
      const { claim, tenantId } = await setUp()
      const stranger = { ...claim, domain: 'other.test' }
      assert.equal(await opened.domains.prove(stranger, { by: 'dns', at: start }), false)
      assert.equal(await opened.domains.disprove(claim), false)
      await opened.domains.prove(claim, { by: 'operator', at: start })
      assert.equal(await opened.domains.disprove(claim), true)
      assert.equal(await proofOf(claim), undefined)
      await opened.domains.prove(claim, { by: 'operator', at: start })
      assert.equal(await opened.domains.release(claim), true)
      assert.equal(await opened.domains.release(claim), false)
      await opened.domains.claim(claim)
      assert.deepEqual(await opened.domains.list(tenantId), [{ ...claim, proof: undefined }])
    })

    it('tells which proofs are to be looked at, never those of the operator', async () => {
      const due = async (before: Date) =>
        (await opened.domains.due(before, 100)).map(({ tenantId }) => tenantId)
      const [dns, operator] = [await setUp(), await setUp()]
      await opened.domains.prove(dns.claim, { by: 'dns', at: later })
      await opened.domains.prove(operator.claim, { by: 'operator', at: later })
      assert.equal((await due(later)).includes(dns.tenantId), false)
      const after = await due(new Date(later.getTime() + 1))
      assert.deepEqual(
        [after.includes(dns.tenantId), after.includes(operator.tenantId)],
        [true, false],
      )
    })
  })
}

function claimOf(tenantId: TenantId, id: string): Omit<ConnectionDomain, 'proof'> {
  return {
    tenantId,
    connectionId: brandId(id),
    domain: 'acme.test',
    challenge: `challenge of ${id}`,
    isEnforced: false,
    claimedAt: start,
  }
}
