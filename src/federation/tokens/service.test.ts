import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { createPostgresAccountStore } from '#account/postgres.ts'
import { exampleAccount } from '#account/store.contract.ts'
import { epochSeconds } from '#kit/clock.ts'
import { brandId, type ClientId } from '#kit/ids.ts'
import { createKeyDeriver, createSealer } from '#kit/sealer.ts'
import { createMemoryThrottle } from '#login/throttle/memory.ts'
import { addConnection, addTenant, availableDatabases } from '#test/support/databases.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { connectionOf } from '#test/support/oidc-upstream.ts'
import { tenant } from '#test/support/password-login.ts'
import { createRecordingAudit } from '#test/support/recording-audit.ts'
import type { Connection } from '../federation.ts'
import type { IdentityKey } from '../identity/identity.ts'
import { createPostgresIdentityStore } from '../identity/postgres.ts'
import { createPostgresTokenStore } from './postgres.ts'
import { createTokenSafe } from './safe.ts'
import { createTokenAccess } from './service.ts'
import type { Refreshed, TokenStore, UpstreamTokens } from './tokens.ts'

const settings = { issuer: 'https://id.peer.test', client_id: 'signet', stores_tokens: true }
const active = connectionOf('oidc', settings)
const accountId = exampleAccount(tenant.id, 'ada').id
const clientId = brandId<ClientId>('app')
const requester = { ip: '198.51.100.7', userAgent: 'Browser/1', requestId: 'request' }
const asked = { tenant, accountId, clientId, connectionId: active.id, requester }
const key: IdentityKey = {
  tenantId: tenant.id,
  connectionId: active.id,
  issuer: settings.issuer,
  subject: 'ada',
}
const sealer = createSealer(createKeyDeriver([Buffer.alloc(32, 1)]))
const safe = createTokenSafe(sealer)

for (const kind of availableDatabases()) {
  describe(`access to kept tokens on ${kind.name}`, () => {
    let database: Awaited<ReturnType<typeof kind.open>>
    let store: TokenStore
    before(async () => {
      database = await kind.open()
      store = createPostgresTokenStore({ database })
      await addTenant(database, tenant.id)
      await addConnection(database, tenant.id, active.id)
      await createPostgresAccountStore({ database }).insert(exampleAccount(tenant.id, 'ada'))
      const times = { createdAt: new Date(0), lastUsedAt: undefined }
      const identities = createPostgresIdentityStore({ database })
      await identities.insert({ ...key, ...times, accountId, email: undefined })
    })
    beforeEach(async () => {
      await database.knex('connections').update({ version: 1 })
      await store.dropAll(tenant.id, active.id)
    })
    after(() => database[Symbol.asyncDispose]())

    /** As a process; several of them share the database. */
    function open() {
      const [clock, audit] = [createFakeClock(), createRecordingAudit()]
      const state = { connection: active as Connection | undefined, asked: 0, pauses: 0 }
      let answer: (tokens: UpstreamTokens) => Promise<Refreshed> = async (tokens) => ({
        kind: 'refreshed',
        tokens: { ...tokens, accessToken: 'new', refreshToken: 'second', expiresAt: good() },
      })
      const good = () => epochSeconds(clock) + 3600
      const process = () =>
        createTokenAccess({
          store,
          safe,
          clock,
          audit,
          throttle: createMemoryThrottle({ clock }),
          connections: { find: async () => state.connection },
          refresh: async (_, __, tokens) => {
            state.asked += 1
            return answer(tokens)
          },
          pause: async () => void (state.pauses += 1),
        })
      const { access } = process()
      const fresh: UpstreamTokens = {
        accessToken: 'old',
        refreshToken: 'first',
        expiresAt: good(),
        scope: 'openid',
        server: settings.issuer,
        clientId: settings.client_id,
      }
      const stale = { ...fresh, expiresAt: epochSeconds(clock) + 30 }
      const keep = (tokens: UpstreamTokens) =>
        store.keep(key, safe.seal(key, tokens), { version: 1 })
      const kept = async () => {
        const found = await store.find({ tenantId: tenant.id, accountId, connectionId: active.id })
        return found && safe.open(key, found.sealed)
      }
      const answers = (next: typeof answer) => void (answer = next)
      const calls = { access: () => access(asked), process, keep, kept, answers }
      return { ...calls, clock, audit, state, fresh, stale }
    }

    it('gives what is good, asks nobody, and tells of it in the audit log', async () => {
      const { access, keep, fresh, state, audit } = open()
      await keep(fresh)
      const { accessToken, expiresAt, scope } = fresh
      assert.deepEqual(await access(), { kind: 'given', accessToken, expiresAt, scope })
      assert.equal(state.asked, 0)
      const [event] = audit.events
      assert.partialDeepStrictEqual(event, {
        type: 'federation.token_given',
        accountId,
        clientId,
        detail: { connection: active.id },
      })
    })

    it('refreshes what is over, once, and keeps what came of it', async () => {
      const { access, keep, kept, stale, state } = open()
      await keep(stale)
      assert.partialDeepStrictEqual(await access(), { kind: 'given', accessToken: 'new' })
      assert.partialDeepStrictEqual(await access(), { kind: 'given', accessToken: 'new' })
      assert.equal(state.asked, 1)
      assert.equal((await kept())?.refreshToken, 'second')
    })

    it('asks once, however many ask in however many processes (RFC 9700 §4.14.2)', async () => {
      const { process, keep, stale, state, answers } = open()
      await keep(stale)
      const { promise, resolve } = Promise.withResolvers<void>()
      answers(async (tokens) => {
        await promise
        return { kind: 'refreshed', tokens: { ...tokens, accessToken: 'new', expiresAt: 2e9 } }
      })
      const all = Array.from({ length: 20 }, () => process().access(asked))
      setImmediate(resolve)
      const given = await Promise.all(all)
      assert.equal(state.asked, 1)
      const kinds = given.map((one) => (one.kind === 'given' ? one.accessToken : one.kind))
      // who has looked long enough, with a pause of nothing, is told to come again
      assert.deepEqual(
        kinds.filter((one) => one !== 'new' && one !== 'unavailable'),
        [],
      )
      assert.ok(kinds.includes('new'))
    })

    it('waits for another one’s refresh, but not for ever', async () => {
      const { access, keep, stale, state, clock } = open()
      await keep(stale)
      const now = new Date(clock.now())
      const kept = { key, sealed: (await store.find({ ...key, accountId }))?.sealed ?? '' }
      const until = new Date(clock.now() + 15_000)
      assert.ok(await store.claim(kept, { by: 'another', now, until }))
      assert.deepEqual(await access(), { kind: 'unavailable', retryAfter: 1 })
      assert.deepEqual([state.asked, state.pauses], [0, 20])
      clock.advance(15_000) // it died
      assert.equal((await access()).kind, 'given')
    })

    it('lets who did not answer alone for half a minute, and loses nothing', async () => {
      const { access, keep, kept, stale, state, clock, answers } = open()
      await keep(stale)
      answers(async () => ({ kind: 'failed', reason: 'upstream_unavailable', detail: 'd' }))
      const down = { kind: 'unavailable', retryAfter: 30 }
      assert.deepEqual(await access(), down)
      assert.deepEqual(await access(), down)
      assert.equal(state.asked, 1)
      assert.equal((await kept())?.refreshToken, 'first')
      clock.advance(30_000)
      await access()
      assert.equal(state.asked, 2)
    })

    it('drops what the other side takes no more, once, and says so', async () => {
      const { access, keep, kept, stale, audit, answers } = open()
      await keep(stale)
      answers(async () => ({ kind: 'ended', reason: 'invalid_grant' }))
      assert.deepEqual(await access(), { kind: 'over' })
      assert.equal(await kept(), undefined)
      assert.deepEqual(await access(), { kind: 'unknown' })
      const events = audit.events.map(({ type, detail }) => [type, detail?.['reason']])
      assert.deepEqual(events, [['federation.tokens_dropped', 'invalid_grant']])
    })

    it('drops what is over and cannot be refreshed, or does not open', async () => {
      const { access, keep, stale, fresh } = open()
      await keep({ ...stale, refreshToken: undefined })
      assert.deepEqual(await access(), { kind: 'over' })
      // SECURITY: copied from another identity of the same person
      const elsewhere = safe.seal({ ...key, subject: 'eve' }, fresh)
      await store.keep(key, elsewhere, { version: 1 })
      assert.deepEqual(await access(), { kind: 'over' })
      assert.deepEqual(await access(), { kind: 'unknown' })
    })

    it('drops nothing that came by a sign-in meanwhile', async () => {
      const { access, keep, kept, stale, fresh, answers } = open()
      await keep(stale)
      answers(async () => {
        await keep({ ...fresh, accessToken: 'signed in' })
        return { kind: 'ended', reason: 'invalid_grant' }
      })
      assert.partialDeepStrictEqual(await access(), { kind: 'given', accessToken: 'signed in' })
      assert.equal((await kept())?.accessToken, 'signed in')
    })

    it('loses no rotated one when the connection is renamed meanwhile', async () => {
      const { access, keep, kept, stale, state, answers } = open()
      await keep(stale)
      answers(async (tokens) => {
        await database.knex('connections').update({ version: 2 })
        state.connection = { ...active, version: 2 }
        return { kind: 'refreshed', tokens: { ...tokens, accessToken: 'new', expiresAt: 2e9 } }
      })
      assert.partialDeepStrictEqual(await access(), { kind: 'given', accessToken: 'new' })
      assert.equal((await kept())?.accessToken, 'new')
    })

    it('gives and keeps nothing that was refreshed for who keeps it no more (Q18)', async () => {
      const { access, keep, kept, stale, state, answers } = open()
      await keep(stale)
      answers(async (tokens) => {
        await database.knex('connections').update({ version: 2 })
        await store.dropAll(tenant.id, active.id)
        state.connection = connectionOf(
          'oidc',
          { ...settings, stores_tokens: false },
          { version: 2 },
        )
        return { kind: 'refreshed', tokens: { ...tokens, accessToken: 'new', expiresAt: 2e9 } }
      })
      assert.deepEqual(await access(), { kind: 'unknown' })
      assert.equal(await kept(), undefined)
    })

    it('gives nothing of a connection that is gone, off, or keeps nothing', async () => {
      const { access, keep, fresh, state } = open()
      await keep(fresh)
      const off = [
        undefined,
        { ...active, status: 'disabled' as const },
        { ...active, status: 'draft' as const },
        connectionOf('oidc', { ...settings, stores_tokens: false }),
        connectionOf('saml', { metadata_url: 'https://idp.test' }),
      ]
      for (const connection of off) {
        state.connection = connection
        assert.deepEqual(await access(), { kind: 'unknown' })
      }
    })

    it('lets nobody fill the audit log (CWE-770)', async () => {
      const { access, keep, fresh, audit } = open()
      await keep(fresh)
      for (let at = 0; at < 30; at += 1) assert.equal((await access()).kind, 'given')
      assert.partialDeepStrictEqual(await access(), { kind: 'too_many' })
      assert.equal(audit.events.length, 30)
    })
  })
}
