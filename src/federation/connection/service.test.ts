import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { brandId, type ConnectionId } from '#kit/ids.ts'
import { newId } from '#kit/random.ts'
import { createKeyDeriver, createSealer } from '#kit/sealer.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createRecordingAudit } from '#test/support/recording-audit.ts'
import type { ConnectionOrigin, SaveConnectionResult } from './connection.ts'
import { isOfType, mayServe, sharedSettingsOf } from './connection.ts'
import { createMemoryDomainStore } from './domain/memory.ts'
import { createMemoryConnectionStore } from './memory.ts'
import { createConnections } from './service.ts'
import { exampleDocument as document, exampleId as id } from './store.contract.ts'

const actor = { kind: 'cli' } as const

function setUp() {
  const [clock, audit, tenantId] = [createFakeClock(), createRecordingAudit(), newId<never>()]
  const store = createMemoryConnectionStore()
  const dropped: string[] = []
  const deps = {
    store,
    domains: createMemoryDomainStore(),
    sealer: createSealer(createKeyDeriver([randomBytes(32)])),
    audit,
    clock,
    dropTokens: async (_: unknown, of: string) => void dropped.push(of),
    resolver: async () => ({ kind: 'none' as const }),
    tellAdministrators: async () => async () => undefined,
    transactor: { transaction: <T>(work: (within: undefined) => Promise<T>) => work(undefined) },
  }
  const { connections } = createConnections(deps)
  return {
    clock,
    audit,
    dropped,
    store,
    tenantId,
    connections,
    startProcess: () => createConnections(deps).connections,
    create: (other: object = {}, origin: ConnectionOrigin = 'seed') =>
      connections.create({ tenantId, document: { ...document, ...other }, origin, actor }),
    change: (changes: unknown, version?: number, origin: ConnectionOrigin = 'api') =>
      connections.update({
        tenantId,
        id,
        origin,
        actor,
        version,
        write: { kind: 'changes', changes },
      }),
    replace: (other: object = {}) =>
      connections.update({
        tenantId,
        id,
        origin: 'seed',
        actor,
        write: { kind: 'document', document: { ...document, ...other } },
      }),
  }
}

function saved(result: SaveConnectionResult) {
  assert.equal(result.outcome, 'saved', JSON.stringify(result))
  return result.outcome === 'saved' ? result : assert.fail()
}

function problems(result: SaveConnectionResult) {
  assert.equal(result.outcome, 'invalid', JSON.stringify(result))
  const list = result.outcome === 'invalid' ? result.problems : []
  return list.map(({ field, message }) => `${field} ${message}`)
}

describe('connections', () => {
  it('are made with every default, and hold no secret in their settings', async () => {
    const { create, connections, tenantId } = setUp()
    const { connection } = saved(await create())
    assert.equal(connection.hasSecret, true)
    assert.ok(!JSON.stringify(connection).includes('a secret of acme'))
    const found = await connections.find(tenantId, id)
    assert.ok(found && isOfType(found, 'oidc'))
    assert.equal(found.settings.id_token_signed_response_alg, 'RS256')
    assert.deepEqual(sharedSettingsOf(found).just_in_time, 'domains')
    assert.equal('sealedSecret' in found, false)
    assert.equal(await connections.secretOf(found), 'a secret of acme')
  })

  it('are drafts until somebody activates them, but where who runs the installation wrote them', async () => {
    const outcomes = []
    for (const origin of ['seed', 'cli', 'api'] as const) {
      const { connection } = saved(await setUp().create({}, origin))
      outcomes.push(connection.status)
    }
    assert.deepEqual(outcomes, ['active', 'draft', 'draft'])
  })

  it('serve by their status alone: a draft only the test of an administrator', () => {
    const serving = (['draft', 'active', 'disabled'] as const).map((status) =>
      (['sign_in', 'link', 'test'] as const).map((purpose) => mayServe({ status }, { purpose })),
    )
    assert.deepEqual(serving, [
      [false, false, true],
      [true, true, true],
      [false, false, false],
    ])
  })

  it('are dead at once on every path when they are disabled or removed', async () => {
    const { create, change, connections, tenantId, startProcess, clock } = setUp()
    await create()
    const other = startProcess()
    const before = await connections.find(tenantId, id)
    assert.ok(before)
    assert.equal((await other.listOffered(tenantId)).length, 1)
    saved(await change({ status: 'disabled' }))
    assert.equal((await connections.find(tenantId, id))?.status, 'disabled')
    assert.equal((await other.find(tenantId, id))?.status, 'disabled')
    assert.deepEqual(await connections.listOffered(tenantId), [])
    assert.equal(await connections.secretOf(before), undefined)
    clock.advance(1000)
    assert.deepEqual(await other.listOffered(tenantId), [])

    assert.equal(await connections.remove({ tenantId, id, actor }), true)
    assert.equal(await connections.remove({ tenantId, id, actor }), false)
    assert.equal(await other.find(tenantId, id), undefined)
    assert.equal(await other.secretOf(before), undefined)
  })

  it('are unknown in another tenant', async () => {
    const { create, connections } = setUp()
    await create()
    const tenantId = newId<never>()
    assert.equal(await connections.find(tenantId, id), undefined)
    assert.equal(await connections.show(tenantId, id), undefined)
    assert.deepEqual(await connections.list(tenantId), [])
    const write = { kind: 'changes', changes: { name: 'Theirs' } } as const
    const stranger = { tenantId, id, origin: 'api', actor, write } as const
    assert.equal((await connections.update(stranger)).outcome, 'unknown')
    assert.equal(await connections.remove({ tenantId, id, actor }), false)
  })

  it('are offered in the order of the administrator', async () => {
    const { create, connections, tenantId } = setUp()
    await create({ id: 'late', position: 101 })
    await create({ id: 'by-link-only', button: false })
    await create({ id: 'early' })
    await create({ id: 'also-early' })
    await create({ id: 'draft', status: 'draft' })
    const offered = await connections.listOffered(tenantId)
    assert.deepEqual(
      offered.map((one) => one.id),
      ['also-early', 'early', 'late'],
    )
  })

  it('fall with their audit event (Q91), which names what changed and no value', async () => {
    const { create, change, audit } = setUp()
    await create()
    await change({ name: 'Other', client_secret: 'another secret', scopes: ['openid'] })
    await change({ status: 'disabled' })
    const [made, changed, disabled] = audit.events
    assert.deepEqual(
      [made?.type, changed?.type, disabled?.type],
      ['connection.created', 'connection.updated', 'connection.disabled'],
    )
    const detail = { connection: 'acme', fields: ['name', 'scopes', 'secret'] }
    assert.deepEqual(changed?.detail, detail)
    assert.ok(!JSON.stringify(audit.events).includes('another secret'))
    audit.fail = true
    await assert.rejects(change({ name: 'Unseen' }))
  })
})

describe('changing a connection', () => {
  it('changes what is named, and gives null its default back (RFC 7396)', async () => {
    const { create, change } = setUp()
    const made = saved(await create({ position: 3, button: false, domains: ['acme.test'] }))
    const { connection } = saved(await change({ position: null, scopes: ['openid', 'groups'] }))
    const { position, button, scopes } = connection.settings as Record<string, unknown>
    assert.deepEqual(
      { position, button, scopes },
      {
        position: 100,
        button: false,
        scopes: ['openid', 'groups'],
      },
    )
    assert.equal(connection.version, made.connection.version + 1)
    assert.equal(connection.domains[0]?.domain, 'acme.test')
  })

  it('is refused where somebody else changed it meanwhile', async () => {
    const { create, change } = setUp()
    const { version } = saved(await create()).connection
    saved(await change({ name: 'First' }, version))
    assert.equal((await change({ name: 'Second' }, version)).outcome, 'overtaken')
  })

  it('writes nothing when a seed repeats itself', async () => {
    const { create, replace, audit } = setUp()
    const made = saved(await create({ domains: [{ domain: 'acme.test', proved: true }] }))
    const before = audit.events.length
    const again = saved(await replace({ domains: [{ domain: 'acme.test', proved: true }] }))
    assert.equal(again.isChanged, false)
    assert.equal(again.connection.version, made.connection.version)
    assert.equal(audit.events.length, before)
  })

  it('never enables by a seed what was disabled since', async () => {
    const { create, change, replace } = setUp()
    await create()
    await change({ status: 'disabled' })
    assert.equal(saved(await replace({ status: 'active' })).connection.status, 'disabled')
    assert.equal(saved(await change({ status: 'active' })).connection.status, 'active')
    assert.equal(saved(await replace({ status: 'disabled' })).connection.status, 'disabled')
  })

  it('changes neither id nor type', async () => {
    const { create, change } = setUp()
    await create()
    const message = 'never changes: what people have is bound to it'
    assert.deepEqual(problems(await change({ id: 'other' })), [`id ${message}`])
    const google = { type: 'google', issuer: null, client_secret: 'x', scopes: null }
    const refused = problems(
      await change({
        ...google,
        token_endpoint_auth_method: null,
        token_endpoint_auth_signing_alg: null,
        client_assertion_audience: null,
        id_token_signed_response_alg: null,
      }),
    )
    assert.deepEqual(refused, [`type ${message}`])
  })

  it('sends a kept secret to nobody it was not given for', async () => {
    const { create, change, connections, tenantId } = setUp()
    await create()
    for (const changes of [{ issuer: 'https://evil.test' }, { client_id: 'other' }])
      assert.deepEqual(problems(await change(changes)), [
        'client_secret is asked for again: it was given for somebody else',
      ])
    const before = await connections.find(tenantId, id)
    saved(await change({ issuer: 'https://new.acme.test', client_secret: 'new' }))
    const after = await connections.find(tenantId, id)
    assert.ok(before && after)
    assert.equal(await connections.secretOf(before), undefined)
    assert.equal(await connections.secretOf(after), 'new')
  })

  it('has never the version of one that was removed: nothing kept of that is taken for it', async () => {
    const { create, connections, tenantId } = setUp()
    const versions = new Set<number>()
    for (const _ of Array.from({ length: 20 })) {
      versions.add(saved(await create()).connection.version)
      await connections.remove({ tenantId, id, actor })
    }
    assert.equal(versions.size, 20)
  })

  it('forgets a secret that is of no use any more', async () => {
    const { create, change } = setUp()
    await create()
    const { connection } = saved(await change({ token_endpoint_auth_method: 'none' }))
    assert.equal(connection.hasSecret, false)
    assert.deepEqual(problems(await change({ token_endpoint_auth_method: null })), [
      'client_secret is missing',
    ])
  })

  it('forgets what people let us do elsewhere when it keeps it no more, or is another client by now', async () => {
    const { create, change, replace, dropped } = setUp()
    await create({ stores_tokens: true })
    await change({ name: 'Other', button: false, status: 'disabled' })
    assert.deepEqual(dropped, [])
    await change({ client_id: 'another', client_secret: 'new' })
    await replace() // a seed that does not say it
    await change({ client_id: 'a third', client_secret: 'new' })
    assert.deepEqual(dropped, [id, id])
  })

  describe('a key of ours (private_key_jwt)', () => {
    const keyed = { client_secret: undefined, token_endpoint_auth_method: 'private_key_jwt' }
    const keyOf = (result: SaveConnectionResult) => saved(result).connection.publicKeys[0]

    it('is drawn here, sealed, and only its public half is shown', async () => {
      const { create, connections, store, tenantId } = setUp()
      const made = await create(keyed)
      const { x, d, alg } = keyOf(made) as Record<string, unknown>
      assert.deepEqual([typeof x, d, alg], ['string', undefined, 'ES256'])
      const { connection } = saved(made)
      assert.deepEqual([connection.hasSecret, connection.status], [true, 'active'])
      const secret = (await connections.secretOf(connection)) ?? ''
      assert.equal((JSON.parse(secret) as Record<string, unknown>)['x'], x)
      const { sealedSecret = '' } = (await store.find(tenantId, id)) ?? {}
      assert.match(sealedSecret, /^v1\./)
      const shown = [
        connection,
        await connections.show(tenantId, id),
        await connections.list(tenantId),
      ]
      const { d: secretPart } = JSON.parse(secret) as { d: string }
      assert.ok(!JSON.stringify(shown).includes(secretPart))
      assert.deepEqual(await connections.publicKeysOf(connection), connection.publicKeys)
    })

    it('is another one for another connection, another server, client or algorithm; else it stays', async () => {
      const { create, change, replace } = setUp()
      const keys = [keyOf(await create(keyed))]
      assert.notDeepEqual(keyOf(await create({ ...keyed, id: 'other' })), keys[0])
      assert.deepEqual(keyOf(await change({ name: 'New', scopes: ['openid'] })), keys[0])
      assert.deepEqual(keyOf(await replace(keyed)), keys[0], 'as the seed says at every start')
      for (const changes of [
        { issuer: 'https://other.test' },
        { client_id: 'another' },
        { token_endpoint_auth_signing_alg: 'PS256' },
      ]) {
        const next = keyOf(await change(changes))
        assert.ok(next && !keys.some((key) => key?.['kid'] === next['kid']))
        keys.push(next)
      }
    })

    it('is never sent as a secret: whoever goes back to one brings it', async () => {
      const { create, change, connections } = setUp()
      await create(keyed)
      const back = { token_endpoint_auth_method: 'client_secret_post' }
      assert.deepEqual(problems(await change(back)), ['client_secret is missing'])
      const { connection } = saved(await change({ ...back, client_secret: 'theirs' }))
      assert.equal(await connections.secretOf(connection), 'theirs')
      assert.deepEqual(connection.publicKeys, [])
      assert.deepEqual(await connections.publicKeysOf(connection), [])
    })

    it('takes the place of a secret, and is not brought along', async () => {
      const { create, change, connections } = setUp()
      await create()
      const method = { token_endpoint_auth_method: 'private_key_jwt' }
      const { connection } = saved(await change(method))
      assert.equal(connection.publicKeys.length, 1)
      assert.match((await connections.secretOf(connection)) ?? '', /"kty":"EC"/)
      assert.deepEqual(problems(await change({ client_secret: '{"kty":"EC"}' })), [
        'client_secret has no use: token_endpoint_auth_method is private_key_jwt',
      ])
    })

    it('is not there while the connection is disabled', async () => {
      const { create, change, connections } = setUp()
      await create(keyed)
      const { connection } = saved(await change({ status: 'disabled' }))
      assert.deepEqual(await connections.publicKeysOf(connection), [])
    })
  })

  it('opens no secret in the row of another connection (Q87)', async () => {
    const { create, store, connections, tenantId } = setUp()
    await create()
    await create({ id: 'other', client_secret: 'of the other' })
    const [own, other] = [
      await store.find(tenantId, id),
      await store.find(tenantId, brandId('other')),
    ]
    assert.ok(own && other)
    const { sealedSecret } = other
    await store.update({ ...own, sealedSecret, version: own.version + 1 })
    const moved = await connections.find(tenantId, brandId<ConnectionId>('acme'))
    assert.ok(moved)
    await assert.rejects(connections.secretOf(moved), /does not open/)
  })
})
