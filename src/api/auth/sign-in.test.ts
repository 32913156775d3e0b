import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Account } from '#account/account.ts'
import type { Client } from '#client/client.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, ClientId, RequestId } from '#kit/ids.ts'
import type { MethodId, Proof, Verdict } from '#login/login.ts'
import { createMemoryEphemeral } from '#storage/ephemeral/memory.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { email, right, tenant } from '#test/support/password-login.ts'
import type { SignInDeps, SignInPolicy } from './auth.ts'
import { createPendingSignIns } from './pending-sign-ins.ts'
import { createSignIn } from './sign-in.ts'

const accountId = brandId<AccountId>('ada')
const client = { clientId: brandId<ClientId>('app') } as Client // nothing else of it is looked at
const proof: Proof = { method: 'password', accountId, amr: ['pwd'], at: 1_900_000_000 }
const requester = {
  ip: '192.0.2.1',
  userAgent: undefined,
  requestId: brandId<RequestId>('r'),
  deviceCookie: 'a device',
}
const attempt = { tenant, email, password: right, requester }

function open(
  options: {
    readonly verdict?: Verdict
    readonly account?: Partial<Account>
    readonly missing?: readonly MethodId[]
  } = {},
) {
  const { verdict = { kind: 'proved', proof }, account = {}, missing = [] } = options
  const pending = createPendingSignIns(createMemoryEphemeral({ clock: createFakeClock() }))
  const told: Parameters<SignInDeps['noticeNewDevice']>[0][] = []
  const asked: Parameters<SignInPolicy['missing']>[0][] = []
  const glass: string[] = []
  const known = { id: accountId, status: 'active', ...account } as Account // of a store that holds no other
  const signIn = createSignIn({
    password: { verify: async () => verdict },
    emailCode: { send: unused, verify: unused },
    accounts: { find: async () => known },
    policy: {
      missing: async (situation) => {
        asked.push(situation)
        return missing.length === 0 ? undefined : { ways: missing, enrollable: [] }
      },
    },
    pending,
    enforcement: { ofEmail: async () => undefined },
    issueDevice: () => 'device',
    tellOfGlass: async ({ id }) => void glass.push(id),
    noticeNewDevice: async (signIn) => void told.push(signIn),
  })
  return { signIn: signIn.byPassword, pending, asked, told, glass, known }
}

function unused(): never {
  throw new Error('no code was mailed')
}

describe('signing in by the API', () => {
  it('ends in a sign-in when nothing is missing', async () => {
    const { signIn, asked, told, glass, known } = open()
    assert.deepEqual(await signIn(client, attempt), {
      kind: 'sign_in',
      accountId,
      acr: 'urn:signet:acr:password',
      amr: ['pwd'],
      at: proof.at,
      via: undefined,
      until: undefined,
    })
    assert.deepEqual(asked, [{ tenant, account: known, client, proofs: [proof], requester }])
    assert.deepEqual(
      told.map(({ account, device }) => [account, device]),
      [[known, 'a device']],
    )
    assert.deepEqual(glass, [accountId], 'whether it broke the glass is asked here too')
  })

  it('names what is missing and hands out a name for what was proved, not the proof', async () => {
    const { signIn, pending, told, glass } = open({ missing: ['totp'] })
    const outcome = await signIn(client, attempt)
    assert.ok(outcome.kind === 'done')
    const { refused, details } = outcome.result
    const { handle, ...rest } = details as { handle: string }
    assert.deepEqual([refused, rest], ['api.mfa_required', { methods: ['totp'], expires_in: 300 }])
    assert.deepEqual(await pending.take(tenant, client.clientId, handle), [proof])
    assert.equal(await pending.take(tenant, client.clientId, handle), undefined)
    assert.deepEqual([told, glass], [[], []])
  })

  it('asks the policy nothing about who did not prove anything', async () => {
    const invalid = { refused: 'api.invalid_credentials' }
    for (const [verdict, expected] of [
      [{ kind: 'refused' }, invalid],
      [{ kind: 'malformed' }, invalid],
      [
        { kind: 'throttled', retryAfter: 4 },
        { refused: 'api.throttled', retryAfter: 4 },
      ],
    ] as const) {
      const { signIn, asked } = open({ verdict, missing: ['totp'] })
      assert.deepEqual(await signIn(client, attempt), { kind: 'done', result: expected })
      assert.deepEqual(asked, [])
    }
  })

  it('opens nothing when the account ended between the proof and here (Q17, Q18)', async () => {
    for (const account of [
      { status: 'disabled' },
      { status: 'deleted' },
      { endedAt: new Date(proof.at * 1000) },
    ] as const) {
      const { signIn, asked } = open({ account })
      assert.deepEqual(await signIn(client, attempt), {
        kind: 'done',
        result: { refused: 'api.invalid_credentials' },
      })
      assert.deepEqual(asked, [])
    }
  })
})
