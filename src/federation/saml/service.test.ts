import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { inflateRawSync } from 'node:zlib'
import { brandId, type AccountId, type ConnectionId, type InteractionUid } from '#kit/ids.ts'
import { createKeyDeriver, createSealer } from '#kit/sealer.ts'
import { createMemoryEphemeral } from '#storage/ephemeral/memory.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { tenant as someTenant } from '#test/support/password-login.ts'
import { pemOf } from '#test/support/saml-keys.ts'
import {
  assertion,
  confirmation,
  encode,
  idp,
  now,
  response,
  situation,
  stranger,
} from '#test/support/saml-messages.ts'
import { sign } from '#test/support/saml-signing.ts'
import { checkConnection } from '../connection/connection.ts'
import { createErrands, createPostedAnswers } from '../errand/service.ts'
import type { Errand, Wishes } from '../federation.ts'
import { createSamlKeyPair } from './key-pair.ts'
import { createSamlOutbound } from './outbound.ts'
import type { KnownPeer, PeerUnknown, SamlConnection, SamlKeyPair } from './saml.ts'
import { createSamlUpstream } from './service.ts'

const tenant = { ...someTenant, issuer: 'https://id.example/t/acme' } // whose addresses the messages name
const errand: Errand = { purpose: 'sign_in', uid: brandId<InteractionUid>('uid') }
const wishes: Wishes = { anew: false }
const browser = 'B'.repeat(43)

const checked = checkConnection(
  {
    id: 'acme',
    type: 'saml',
    name: 'Acme',
    entity_id: situation.peer.entityId,
    sso_url: 'https://idp.example/sso',
    certificates: [pemOf(idp)],
  },
  'seed',
)
assert.ok(checked.outcome === 'valid', JSON.stringify(checked))
const { settings } = checked.connection
const acme = {
  tenantId: tenant.id,
  id: brandId<ConnectionId>('acme'),
  name: 'Acme',
  type: 'saml',
  status: 'active',
  settings,
  version: 3,
} as SamlConnection

const knownPeer: KnownPeer = {
  entityId: situation.peer.entityId,
  ssoEndpoints: [{ binding: 'redirect', url: 'https://idp.example/sso' }],
  sloEndpoints: [],
  certificates: [idp.certificate],
}

describe('a sign-in with a SAML identity provider', () => {
  let keys: SamlKeyPair
  before(async () => {
    keys = await createSamlKeyPair('acme', createFakeClock(now))
  })

  function setUp(peer: KnownPeer | PeerUnknown = knownPeer) {
    const clock = createFakeClock(now)
    const ephemeral = createMemoryEphemeral({ clock })
    const sealer = createSealer(createKeyDeriver([Buffer.alloc(32, 1)]))
    const deps = { ephemeral, sealer, clock }
    const counted: string[] = []
    const upstream = createSamlUpstream({
      ...deps,
      outbound: createSamlOutbound({ clock }),
      peers: { of: async () => peer, refresh: async () => peer },
      errands: createErrands(deps),
      posted: createPostedAnswers(deps),
      keys: async () => keys,
      metrics: { federationRequest: ({ outcome }) => void counted.push(outcome) },
    })
    return { clock, counted, ...driven(upstream) }
  }

  function driven(upstream: ReturnType<typeof createSamlUpstream>) {
    return {
      upstream,

      async leave(what: Errand = errand, connection = acme) {
        const left = await upstream.leave({ tenant, connection, errand: what, browser, wishes })
        assert.ok(left.kind === 'redirect', left.kind)
        const query = new URL(left.url).searchParams
        const xml = inflateRawSync(Buffer.from(query.get('SAMLRequest') ?? '', 'base64')).toString()
        const relayState = query.get('RelayState') ?? ''
        return { requestId: / ID="([^"]+)"/.exec(xml)?.[1] ?? '', relayState }
      },

      /** Posted by the other side, then asked for by our own page. */
      async comeBack(xml: string, relayState: string, options: Partial<Way> = {}) {
        const { by = browser, connection = acme, late = connection } = options
        const encoded = encode(xml)
        const handle = await upstream.receive({ tenant, connection, encoded, relayState })
        const redeeming = { tenant, connection: late, handle: handle ?? 'unknown', browser: by }
        return upstream.redeem(redeeming)
      },
    }
  }

  it('gives who they are there, to the browser that left', async () => {
    const { counted, leave, comeBack } = setUp()
    const { requestId, relayState } = await leave()
    const came = await comeBack(answerTo(requestId), relayState)
    assert.ok(came.kind === 'arrived', JSON.stringify(came))
    const { identity } = came.arrival
    assert.deepEqual(came.arrival.errand, errand)
    assert.equal(identity.issuer, situation.peer.entityId)
    assert.match(identity.subject, /^\["ada-42","urn:oasis/)
    assert.equal(identity.email, 'ada@acme.test')
    assert.equal(identity.emailVerified, false)
    assert.equal(identity.authentication.at, now / 1000 - 60)
    assert.equal(identity.authentication.until, now / 1000 + 8 * 3600)
    assert.equal(identity.session.index, '_session1')
    assert.deepEqual(counted, ['success'])
  })

  for (const other of [undefined, 'C'.repeat(43)])
    it(`is nothing in another browser: ${other} (login CSRF, check 24)`, async () => {
      const { leave, comeBack } = setUp()
      const { requestId, relayState } = await leave()
      const came = await comeBack(answerTo(requestId), relayState, { by: other ?? '' })
      assertFailed(came, 'errand_unknown', 'errand.other_browser')
      assertFailed(await comeBack(answerTo(requestId), relayState), 'errand_unknown')
    })

  it('is one sign-in, however often the answer is posted (check 16)', async () => {
    const { upstream, leave, comeBack } = setUp()
    const { requestId, relayState } = await leave()
    const encoded = encode(answerTo(requestId))
    const posts = Array.from({ length: 20 }, () =>
      upstream.receive({ tenant, connection: acme, encoded, relayState }),
    )
    const handles = await Promise.all(posts)
    const came = await Promise.all(
      handles.map((handle = '') => upstream.redeem({ tenant, connection: acme, handle, browser })),
    )
    assert.ok(came.filter(({ kind }) => kind === 'arrived').length <= 1)
    const { relayState: later, requestId: next } = await leave()
    const rewrapped = answerTo(requestId).replace('ID="_response1"', 'ID="_response2"')
    assert.notEqual(next, requestId)
    assertFailed(await comeBack(rewrapped, later), 'answer_refused', 'replayed')
  })

  it('opens a handle once', async () => {
    const { upstream, leave } = setUp()
    const { requestId, relayState } = await leave()
    const encoded = encode(answerTo(requestId))
    const handle = await upstream.receive({ tenant, connection: acme, encoded, relayState })
    const twice = { tenant, connection: acme, handle: handle ?? '', browser }
    assert.equal((await upstream.redeem(twice)).kind, 'arrived')
    assertFailed(await upstream.redeem(twice), 'errand_unknown', 'answer.handle')
  })

  it('answers what was asked here, not what somebody else asked (check 15)', async () => {
    const { leave, comeBack } = setUp()
    const mine = await leave()
    const theirs = await leave()
    const came = await comeBack(answerTo(theirs.requestId), mine.relayState)
    assertFailed(came, 'answer_refused', 'not_requested')
  })

  it('refuses what the wrong key signed, and says why to the log alone', async () => {
    const { leave, comeBack, counted } = setUp()
    const { requestId, relayState } = await leave()
    const forged = answerTo(requestId, stranger)
    assertFailed(await comeBack(forged, relayState), 'answer_refused', /^signature_invalid/)
    assert.deepEqual(counted, ['failure'])
  })

  it('keeps nothing that nobody waits for', async () => {
    const { upstream } = setUp()
    const encoded = encode(answerTo('_request1'))
    for (const relayState of ['', 'x', 'R'.repeat(43)])
      assert.equal(
        await upstream.receive({ tenant, connection: acme, encoded, relayState }),
        undefined,
      )
  })

  it('is over when the connection is disabled, changed, or a draft meanwhile (Q18)', async () => {
    const changes: readonly (readonly [Partial<SamlConnection>, string])[] = [
      [{ status: 'disabled' }, 'inactive'],
      [{ status: 'draft' }, 'inactive'],
      [{ version: 4 }, 'changed'],
    ]
    for (const [change, detail] of changes) {
      const { leave, comeBack } = setUp()
      const { requestId, relayState } = await leave()
      const late = { ...acme, ...change }
      const came = await comeBack(answerTo(requestId), relayState, { late })
      assertFailed(came, 'connection_inactive', detail)
    }
  })

  it('leaves by an active connection; by a draft only to try it', async () => {
    const { upstream, leave } = setUp()
    const test: Errand = { purpose: 'test', accountId: brandId<AccountId>('admin') }
    const draft: SamlConnection = { ...acme, status: 'draft' }
    assert.ok(await leave(test, draft))
    for (const connection of [draft, { ...acme, status: 'disabled' } as const]) {
      const left = await upstream.leave({ tenant, connection, errand, browser, wishes })
      assert.partialDeepStrictEqual(left, { kind: 'failed', reason: 'connection_inactive' })
    }
  })

  it('goes nowhere when nobody knows who they are', async () => {
    const { upstream } = setUp({ kind: 'unknown', reason: 'metadata_unreachable' })
    const left = await upstream.leave({ tenant, connection: acme, errand, browser, wishes })
    const why = { reason: 'upstream_unavailable', detail: 'metadata_unreachable' }
    assert.deepEqual(left, { kind: 'failed', ...why })
  })

  it('refuses what is not encrypted where that is wanted', async () => {
    const { leave, comeBack } = setUp()
    const connection = { ...acme, settings: { ...acme.settings, want_encrypted: true } }
    const { requestId, relayState } = await leave(errand, connection)
    const came = await comeBack(answerTo(requestId), relayState, { connection })
    assertFailed(came, 'answer_refused', 'not_encrypted')
  })

  it('knows nobody by a name that is another one next time (SAML Core §8.3.8)', async () => {
    const { leave, comeBack } = setUp()
    const { requestId, relayState } = await leave()
    const transient = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'
    const nameId = `<saml:NameID Format="${transient}">_x</saml:NameID>`
    const came = await comeBack(answerTo(requestId, idp, { nameId }), relayState)
    assertFailed(came, 'answer_refused', 'name_id_transient')
  })

  describe('that they begin', () => {
    const unasked = { InResponseTo: undefined }
    const unsolicited = () =>
      signed(assertion({ confirmations: confirmation(unasked) }), { values: unasked }, idp)
    const allowed: SamlConnection = {
      ...acme,
      settings: { ...acme.settings, allow_idp_initiated: true },
    }

    it('is nothing where nobody switched it on', async () => {
      const { comeBack } = setUp()
      assertFailed(await comeBack(unsolicited(), ''), 'errand_unknown', 'answer.handle')
    })

    it('signs nobody in by itself: we ask them then (login CSRF)', async () => {
      const { comeBack } = setUp()
      const came = await comeBack(unsolicited(), 'https://evil.test/', { connection: allowed })
      assert.deepEqual(came, { kind: 'begun_there' })
    })

    it('does not stand for what was asked', async () => {
      const { leave, comeBack } = setUp()
      const { relayState } = await leave(errand, allowed)
      const came = await comeBack(unsolicited(), relayState, { connection: allowed })
      assert.equal(came.kind, 'failed')
    })
  })

  it('tells the other side who we are, until it is disabled', async () => {
    const { upstream } = setUp()
    assert.match((await upstream.metadata({ tenant, connection: acme })) ?? '', /SPSSODescriptor/)
    const connection: SamlConnection = { ...acme, status: 'disabled' }
    assert.equal(await upstream.metadata({ tenant, connection }), undefined)
  })
})

type Way = {
  readonly by: string
  readonly connection: SamlConnection
  readonly late: SamlConnection
}

function answerTo(
  requestId: string,
  by = idp,
  parts: Parameters<typeof assertion>[0] = {},
): string {
  const InResponseTo = requestId
  const inside = assertion({ confirmations: confirmation({ InResponseTo }), ...parts })
  return signed(inside, { values: { InResponseTo } }, by)
}

function signed(inside: string, parts: Parameters<typeof response>[1], key: typeof idp): string {
  return sign(response(inside, parts), '_assertion1', { key })
}

type Came = Awaited<ReturnType<ReturnType<typeof createSamlUpstream>['redeem']>>

function assertFailed(came: Came, reason: string, detail?: string | RegExp): void {
  assert.ok(came.kind === 'failed', JSON.stringify(came))
  assert.equal(came.failure.reason, reason)
  if (typeof detail === 'string') assert.equal(came.failure.detail, detail)
  else if (detail) assert.match(came.failure.detail, detail)
}
