import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { acrOf } from '../login.ts'
import { acrPassword, acrPhishingResistant } from '#client/client.ts'
import type { Lies } from '#test/support/authenticator.ts'
import {
  authenticatorHere,
  interaction,
  openPasskeys,
  requester,
  session,
} from '#test/support/passkeys.ts'
import { actor, tenant } from '#test/support/password-login.ts'

const refused = { kind: 'refused' }
const failure = ({ audit }: Awaited<ReturnType<typeof openPasskeys>>) => audit.events.at(-1)

describe('a passkey', () => {
  test('proves who somebody is, and says how (RFC 8176 §2)', async () => {
    const world = await openPasskeys()
    const bound = authenticatorHere()
    const synced = authenticatorHere({ synced: true })
    await world.enrolled(bound)
    await world.enrolled(synced)
    const expected = {
      method: 'passkey',
      accountId: world.ada.id,
      at: world.now(),
      userVerified: true,
    }
    assert.deepEqual(await world.prove(bound), {
      kind: 'proved',
      proof: { ...expected, amr: ['hwk', 'user'] },
    })
    assert.deepEqual(await world.prove(synced), {
      kind: 'proved',
      proof: { ...expected, amr: ['swk', 'user'] },
    })
    assert.equal(failure(world)?.type, 'login.succeeded')
    assert.deepEqual(failure(world)?.detail, { method: 'passkey' })
    assert.deepEqual(world.measured, ['success', 'success'])
  })

  test('that was not unlocked is one factor, and no strong method by itself', async () => {
    const world = await openPasskeys()
    const authenticator = authenticatorHere({ userVerified: false })
    const { credentialId } = await world.enrolled(authenticator)
    const verdict = await world.prove(authenticator)
    assert.ok(verdict.kind === 'proved')
    assert.equal(verdict.proof.userVerified, false)
    assert.equal(acrOf([verdict.proof]), acrPassword)
    assert.equal(await world.passkeys.wasUsed(tenant.id, world.ada.id, undefined), false)
    const unlocked = await world.prove(authenticator, { userVerified: true })
    assert.ok(unlocked.kind === 'proved')
    assert.equal(acrOf([unlocked.proof]), acrPhishingResistant)
    assert.equal(await world.passkeys.wasUsed(tenant.id, world.ada.id, undefined), true)
    const kept = await world.store.find(tenant.id, credentialId)
    assert.equal(kept?.lastUsedAt?.getTime(), world.now() * 1000)
  })

  test('is asked for without naming one, whoever asks (Q53, Q73)', async () => {
    const world = await openPasskeys()
    await world.enrolled(authenticatorHere())
    const options = await world.passkeys.request({ tenant, binding: interaction })
    const { allowCredentials, rpId, userVerification } = options as Record<string, unknown>
    assert.deepEqual(
      [allowCredentials, rpId, userVerification],
      [[], 'login.acme.test', 'preferred'],
    )
  })

  test('is named to whoever has proved to be its owner', async () => {
    const world = await openPasskeys()
    const { credentialId } = await world.enrolled(authenticatorHere())
    const accountId = world.ada.id
    const options = await world.passkeys.request({ tenant, binding: interaction, accountId })
    const { allowCredentials } = options as { allowCredentials: { id: string }[] }
    assert.deepEqual(
      allowCredentials.map(({ id }) => id),
      [credentialId],
    )
  })

  const wrong: readonly (readonly [what: string, lies: Lies, why: string])[] = [
    ['on another origin', { origin: 'https://evil.test' }, 'page'],
    ['on a subdomain', { origin: 'https://x.login.acme.test' }, 'page'],
    ['in the other ceremony', { type: 'webauthn.create' }, 'page'],
    ['in a frame without a named top', { crossOrigin: true }, 'page'],
    ['in a frame', { crossOrigin: true, topOrigin: 'https://evil.test' }, 'page'],
    ['for another RP id', { rpId: 'evil.test' }, 'signature'],
    ['without anybody present', { userPresent: false }, 'signature'],
    ['with a wrong signature', { wrongSignature: true }, 'signature'],
    ['copied though it cannot be (BS without BE)', { backedUp: true }, 'signature'],
    ['copyable all of a sudden (BE changed)', { backupEligible: true }, 'backup_eligibility'],
    ['of another user handle', { userHandle: 'AAAA' }, 'user_handle'],
    ['of no user handle', { userHandle: null }, 'user_handle'],
  ]
  for (const [what, lies, reason] of wrong) {
    test(`${what} proves nothing (L3 §7.2, Q51, Q53)`, async () => {
      const world = await openPasskeys()
      const authenticator = authenticatorHere()
      await world.enrolled(authenticator)
      assert.deepEqual(await world.prove(authenticator, lies), refused)
      const { type, accountId, detail } = failure(world) ?? {}
      assert.deepEqual([type, accountId], ['login.failed', world.ada.id])
      assert.deepEqual(detail, { method: 'passkey', reason })
      assert.equal((await world.prove(authenticator)).kind, 'proved', 'and nothing is broken')
    })
  }

  test('whose signature is another passkey’s proves nothing', async () => {
    const world = await openPasskeys()
    const [hers, theirs] = [authenticatorHere(), authenticatorHere()]
    const { credentialId } = await world.enrolled(hers)
    await world.enrolled(theirs, await world.addAccount('grace@example.test'))
    const options = await world.passkeys.request({ tenant, binding: interaction })
    const answer = JSON.parse(theirs.get(options))
    const stolen = JSON.stringify({ ...answer, id: credentialId, rawId: credentialId })
    assert.deepEqual(await world.verify(stolen), refused)
  })

  test('answers one challenge once: of twenty at once one signs in', async () => {
    const world = await openPasskeys()
    const authenticator = authenticatorHere({ synced: true })
    await world.enrolled(authenticator)
    const options = await world.passkeys.request({ tenant, binding: interaction })
    const credential = authenticator.get(options)
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => world.verify(credential)))
    assert.equal(verdicts.filter(({ kind }) => kind === 'proved').length, 1)
    assert.equal(verdicts.filter(({ kind }) => kind === 'expired').length, 19)
  })

  test('answers no challenge of another interaction or tenant, of a registration, or its own', async () => {
    const world = await openPasskeys()
    const authenticator = authenticatorHere({ synced: true })
    await world.enrolled(authenticator)
    const options = await world.passkeys.request({ tenant, binding: interaction })
    const credential = authenticator.get(options)
    const other = { ...tenant, id: 'other' as typeof tenant.id }
    const expired = { kind: 'expired' }
    assert.deepEqual(await world.verify(credential, { binding: 'interaction:two' }), expired)
    assert.deepEqual(await world.verify(credential, { tenant: other }), expired)
    const offer = await world.passkeys.offer({ tenant, account: world.ada, binding: interaction })
    assert.deepEqual(await world.verify(authenticator.get(offer)), expired)
    const own = { challenge: Buffer.alloc(32, 7).toString('base64url') }
    assert.deepEqual(await world.prove(authenticator, own), expired)
    assert.equal((await world.verify(credential)).kind, 'proved')
  })

  test('answers within five minutes', async () => {
    const world = await openPasskeys()
    const authenticator = authenticatorHere()
    await world.enrolled(authenticator)
    const options = await world.passkeys.request({ tenant, binding: interaction })
    world.clock.advance(300_001)
    assert.deepEqual(await world.verify(authenticator.get(options)), { kind: 'expired' })
  })

  test('that is device-bound may not count back: a copy of it is about', async () => {
    const world = await openPasskeys()
    const authenticator = authenticatorHere()
    await world.enrolled(authenticator)
    assert.equal((await world.prove(authenticator, { count: 9 })).kind, 'proved')
    for (const count of [9, 8, 0]) {
      assert.deepEqual(await world.prove(authenticator, { count }), refused)
      assert.deepEqual(failure(world)?.detail, { method: 'passkey', reason: 'counter' })
    }
    assert.equal((await world.prove(authenticator, { count: 10 })).kind, 'proved')
  })

  test('that counts once twice at once proves once', async () => {
    const world = await openPasskeys()
    const authenticator = authenticatorHere()
    await world.enrolled(authenticator)
    const requests = Array.from({ length: 20 }, () =>
      world.passkeys.request({ tenant, binding: interaction }),
    )
    const answers = (await Promise.all(requests)).map((one) => authenticator.get(one, { count: 5 }))
    const verdicts = await Promise.all(answers.map((credential) => world.verify(credential)))
    assert.equal(verdicts.filter(({ kind }) => kind === 'proved').length, 1)
  })

  test('that is synced may count back, and that is noted', async () => {
    const world = await openPasskeys()
    const authenticator = authenticatorHere({ synced: true })
    await world.enrolled(authenticator)
    await world.prove(authenticator, { count: 9 })
    assert.equal((await world.prove(authenticator, { count: 3 })).kind, 'proved')
    const types = world.audit.events.slice(-2).map(({ type }) => type)
    assert.deepEqual(types, ['factor.passkey_counter_gone_back', 'login.succeeded'])
  })

  test('of a paused account, or one that ended since the challenge, proves nothing (Q17, Q18)', async () => {
    const world = await openPasskeys()
    const authenticator = authenticatorHere()
    await world.enrolled(authenticator)
    const before = await world.passkeys.request({ tenant, binding: interaction })
    await world.accounts.end(tenant.id, world.ada.id, actor)
    world.clock.advance(1000)
    assert.deepEqual(await world.verify(authenticator.get(before)), refused)
    assert.equal((await world.prove(authenticator)).kind, 'proved')
    for (const status of ['disabled', 'deleted'] as const) {
      await world.accounts.setStatus(tenant.id, world.ada.id, status, actor)
      assert.deepEqual(await world.prove(authenticator), refused)
    }
  })

  test('of somebody else than was expected signs nobody in', async () => {
    const world = await openPasskeys()
    const authenticator = authenticatorHere()
    await world.enrolled(authenticator)
    const isExpected = ({ email }: { email: string }) => email === 'grace@example.test'
    const verdict = await world.prove(authenticator, {}, { isExpected })
    assert.deepEqual(verdict, { kind: 'other_account' })
  })

  test('nobody knows may be forgotten, unless a neighbour on this host knows it', async () => {
    const world = await openPasskeys()
    const authenticator = authenticatorHere()
    const passkey = await world.enrolled(authenticator)
    const neighbour = { ...tenant, id: 'neighbour' as typeof tenant.id }
    const there = { tenant: neighbour, binding: interaction }
    const ask = async () =>
      world.passkeys.verify({
        ...there,
        requester,
        credential: authenticator.get(await world.passkeys.request(there)),
      })
    const unknown = { kind: 'unknown', credentialId: passkey.credentialId }
    assert.deepEqual(await ask(), { ...unknown, isGone: false })
    await world.store.removeAll(passkey)
    assert.deepEqual(await ask(), { ...unknown, isGone: true })
    assert.deepEqual(await world.prove(authenticator), { ...unknown, isGone: true })
  })

  test('is not made of nonsense', async () => {
    const world = await openPasskeys()
    const authenticator = authenticatorHere()
    await world.enrolled(authenticator)
    const options = await world.passkeys.request({ tenant, binding: interaction })
    const good = JSON.parse(authenticator.get(options))
    const bad = { ...good.response, authenticatorData: 'AAAA' }
    const created = authenticator.create(
      await world.passkeys.offer({ tenant, account: world.ada, binding: session }),
    )
    for (const credential of ['', '0', '{}', created, JSON.stringify({ ...good, id: 'x' })])
      assert.deepEqual(await world.verify(credential), { kind: 'malformed' }, credential)
    const short = JSON.stringify({ ...good, response: bad })
    assert.deepEqual(await world.verify(short), refused)
  })
})
