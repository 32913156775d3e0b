import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Lies } from '#test/support/authenticator.ts'
import { authenticatorHere, openPasskeys, requester, session } from '#test/support/passkeys.ts'
import { actor, tenant } from '#test/support/password-login.ts'
import { longestCredentialId, mostPasskeys } from './passkey.ts'
import { examplePasskey } from './store.contract.ts'

type World = Awaited<ReturnType<typeof openPasskeys>>

type CreationOptions = {
  readonly challenge: string
  readonly rp: { readonly id: string }
  readonly user: { readonly id: string; readonly name: string }
  readonly pubKeyCredParams: readonly { readonly alg: number }[]
  readonly excludeCredentials: readonly { readonly id: string }[]
  readonly authenticatorSelection: Readonly<Record<string, unknown>>
  readonly attestation: string
}

async function offered({ passkeys, ada }: World, account = ada): Promise<CreationOptions> {
  const options = await passkeys.offer({ tenant, account, binding: session })
  return options as CreationOptions // WebAuthn L3 §5.4, as JSON
}

const listOf = ({ passkeys, ada }: World) =>
  passkeys.list({ tenantId: tenant.id, accountId: ada.id })

describe('a new passkey', () => {
  test('is asked for as a discoverable one of ours, and not twice on one device', async () => {
    const world = await openPasskeys()
    const { credentialId } = await world.enrolled(authenticatorHere())
    const options = await offered(world)
    assert.equal(Buffer.from(options.challenge, 'base64url').length, 32)
    assert.equal(options.rp.id, 'login.acme.test')
    assert.deepEqual(
      options.pubKeyCredParams.map(({ alg }) => alg),
      [-8, -7, -257],
    )
    const { residentKey, userVerification } = options.authenticatorSelection
    assert.deepEqual([residentKey, userVerification], ['required', 'preferred'])
    assert.equal(options.attestation, 'none')
    assert.deepEqual(
      options.excludeCredentials.map(({ id }) => id),
      [credentialId],
    )
  })

  test('names its owner by 32 random bytes that stay, not by the address (L3 §14.6.1)', async () => {
    const world = await openPasskeys()
    const [one, two] = [await offered(world), await offered(world)]
    assert.equal(Buffer.from(one.user.id, 'base64url').length, 32)
    assert.equal(one.user.id, two.user.id)
    assert.notEqual(one.challenge, two.challenge)
    const grace = await world.addAccount('grace@example.test')
    assert.notEqual((await offered(world, grace)).user.id, one.user.id)
  })

  for (const algorithm of ['ES256', 'EdDSA', 'RS256'] as const) {
    test(`may sign by ${algorithm}, and opens the account then; owner and audit hear of it`, async () => {
      const world = await openPasskeys()
      const aaguid = 'bada5566-a7aa-401f-bd96-45619a55120d'
      const authenticator = authenticatorHere({ algorithm, aaguid, synced: true })
      const passkey = await world.enrolled(authenticator)
      assert.equal(passkey.aaguid, aaguid)
      assert.deepEqual([passkey.backupEligible, passkey.backedUp], [true, true])
      assert.deepEqual(passkey.transports, ['internal', 'hybrid'])
      assert.deepEqual(world.told, ['added ada@example.test'])
      assert.equal(world.audit.events.at(-1)?.type, 'factor.passkey_added')
      assert.equal((await world.prove(authenticator)).kind, 'proved')
    })
  }

  const wrong: readonly (readonly [what: string, lies: Lies, settings?: object])[] = [
    ['of another origin', { origin: 'https://evil.test' }],
    ['of another port', { origin: `${tenant.issuer}:444` }],
    ['of another scheme', { origin: tenant.issuer.replace('https', 'http') }],
    ['of a subdomain', { origin: 'https://x.login.acme.test' }],
    ['for another RP id', { rpId: 'acme.test' }],
    ['of the other ceremony', { type: 'webauthn.get' }],
    ['in a frame of another site', { crossOrigin: true }],
    ['in a frame that names its top', { crossOrigin: true, topOrigin: 'https://evil.test' }],
    ['below a top that is no frame', { topOrigin: 'https://evil.test' }],
    ['without anybody present', { userPresent: false }],
    ['that is copied though it cannot be (BS without BE)', { backedUp: true }],
    ['by an algorithm that was not offered', {}, { algorithm: 'ES384' }],
    ['with an id of 1024 bytes', {}, { idLength: longestCredentialId + 1 }],
  ]
  for (const [what, lies, settings] of wrong) {
    test(`${what} is refused (L3 §7.1, Q51, Q52)`, async () => {
      const world = await openPasskeys()
      const result = await world.enrol(authenticatorHere(settings), { lies })
      assert.deepEqual(result, { kind: 'refused' })
      assert.deepEqual(await listOf(world), [])
      assert.deepEqual(world.told, [])
    })
  }

  test('may have an id of 1023 bytes', async () => {
    const world = await openPasskeys()
    await world.enrolled(authenticatorHere({ idLength: longestCredentialId }))
  })

  test('brings an attestation nobody asked for: it is not believed, and no address in it followed', async () => {
    const world = await openPasskeys()
    const x5c = Buffer.from('a certificate that names a revocation list')
    const attStmt = new Map([['x5c', x5c]])
    for (const fmt of ['packed', 'tpm', 'apple', 'made-up']) {
      const lies = { attestation: { fmt, attStmt } }
      assert.equal((await world.enrol(authenticatorHere(), { lies })).kind, 'added', fmt)
    }
  })

  test('answers one challenge once, of twenty answers too', async () => {
    const world = await openPasskeys()
    const credential = authenticatorHere().create(await offered(world))
    const asked = { tenant, accountId: world.ada.id, binding: session, requester, credential }
    const provedAt = world.now()
    const results = await Promise.all(
      Array.from({ length: 20 }, () => world.passkeys.add({ ...asked, provedAt })),
    )
    assert.equal(results.filter(({ kind }) => kind === 'added').length, 1)
    assert.equal(results.filter(({ kind }) => kind === 'expired').length, 19)
  })

  test('answers no challenge of another session, another tenant, or a sign-in (Q51)', async () => {
    const world = await openPasskeys()
    const { passkeys, ada } = world
    const credential = authenticatorHere().create(await offered(world))
    const asked = { tenant, accountId: ada.id, binding: session, requester, credential }
    const provedAt = world.now()
    const other = { ...tenant, id: 'other' as typeof tenant.id }
    const foreign = [
      { ...asked, binding: 'account:two' },
      { ...asked, tenant: other },
      {
        ...asked,
        credential: authenticatorHere().create(
          await passkeys.request({ tenant, binding: session }),
        ),
      },
    ]
    for (const one of foreign)
      assert.deepEqual(await passkeys.add({ ...one, provedAt }), { kind: 'expired' })
    assert.equal((await passkeys.add({ ...asked, provedAt })).kind, 'added')
  })

  test('is put into no account but the one its authenticator was told (Q52)', async () => {
    const world = await openPasskeys()
    const grace = await world.addAccount('grace@example.test')
    const credential = authenticatorHere().create(await offered(world, grace))
    const asked = { tenant, binding: session, requester, credential, provedAt: world.now() }
    const result = await world.passkeys.add({ ...asked, accountId: world.ada.id })
    assert.deepEqual(result, { kind: 'expired' })
    assert.equal((await world.passkeys.add({ ...asked, accountId: grace.id })).kind, 'added')
  })

  test('answers within five minutes', async () => {
    const world = await openPasskeys()
    const credential = authenticatorHere().create(await offered(world))
    world.clock.advance(300_001)
    const asked = { tenant, accountId: world.ada.id, binding: session, requester, credential }
    const result = await world.passkeys.add({ ...asked, provedAt: world.now() })
    assert.deepEqual(result, { kind: 'expired' })
  })

  test('needs a proof of five minutes (Q52, Q64)', async () => {
    const world = await openPasskeys()
    const provedAt = world.now() - 301
    assert.deepEqual(await world.enrol(authenticatorHere(), { provedAt }), { kind: 'step_up' })
    assert.deepEqual(await listOf(world), [])
  })

  test('needs an account that is alive, and was not ended since the challenge (Q17)', async () => {
    const world = await openPasskeys()
    const credential = authenticatorHere().create(await offered(world))
    const late = authenticatorHere().create(await offered(world))
    await world.accounts.end(tenant.id, world.ada.id, actor)
    world.clock.advance(1000)
    const asked = { tenant, accountId: world.ada.id, binding: session, requester }
    const provedAt = world.now()
    assert.deepEqual(await world.passkeys.add({ ...asked, credential, provedAt }), { kind: 'over' })
    await world.accounts.setStatus(tenant.id, world.ada.id, 'disabled', actor)
    const disabled = await world.passkeys.add({ ...asked, credential: late, provedAt })
    assert.deepEqual(disabled, { kind: 'over' })
  })

  test('is nobody else’s already (Q52)', async () => {
    const world = await openPasskeys()
    const { credentialId } = await world.enrolled(authenticatorHere())
    const grace = await world.addAccount('grace@example.test')
    const result = await world.enrol(authenticatorHere(), {
      account: grace,
      lies: { credentialId },
    })
    assert.deepEqual(result, { kind: 'taken' })
    assert.equal((await listOf(world)).length, 1)
  })

  test('is the twentieth at most', async () => {
    const world = await openPasskeys()
    for (let count = 0; count < mostPasskeys; count += 1)
      await world.store.insert(examplePasskey(tenant.id, world.ada.id, String(count)))
    assert.deepEqual(await world.enrol(authenticatorHere()), { kind: 'too_many' })
  })

  test('is not made of nonsense', async () => {
    const world = await openPasskeys()
    const good = JSON.parse(authenticatorHere().create(await offered(world)))
    const nonsense = [
      '',
      'null',
      '[]',
      '{}',
      '{"id":1}',
      JSON.stringify({ ...good, type: 'password' }),
      JSON.stringify({ ...good, id: `${good.id}=` }),
      JSON.stringify({ ...good, response: { ...good.response, clientDataJSON: 'bnVsbA' } }),
      JSON.stringify({ ...good, response: { ...good.response, clientDataJSON: '%' } }),
    ]
    const asked = { tenant, accountId: world.ada.id, binding: session, requester }
    for (const credential of nonsense) {
      const result = await world.passkeys.add({ ...asked, credential, provedAt: world.now() })
      assert.deepEqual(result, { kind: 'malformed' }, credential)
    }
    const broken = { ...good, response: { ...good.response, attestationObject: 'AAAA' } }
    const result = await world.passkeys.add({
      ...asked,
      credential: JSON.stringify(broken),
      provedAt: world.now(),
    })
    assert.deepEqual(result, { kind: 'refused' })
  })
})
