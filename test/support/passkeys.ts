import assert from 'node:assert/strict'
import type { Account } from '#account/account.ts'
import { createMemoryAccountStore } from '#account/memory.ts'
import { createAccounts } from '#account/service.ts'
import { epochSeconds } from '#kit/clock.ts'
import { brandId, type RequestId } from '#kit/ids.ts'
import { createMemoryPasskeyStore } from '#login/passkey/memory.ts'
import type { Passkey, VerifyPasskey } from '#login/passkey/passkey.ts'
import { createPasskeys } from '#login/passkey/service.ts'
import { createMemoryEphemeral } from '#storage/ephemeral/memory.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { createAuthenticator, type Authenticator, type Lies } from './authenticator.ts'
import { createFakeClock } from './fake-clock.ts'
import { actor, tenant } from './password-login.ts'
import { createRecordingAudit } from './recording-audit.ts'

export const requester = {
  ip: '198.51.100.7',
  userAgent: 'Browser/1',
  requestId: brandId<RequestId>('request'),
}

/** Where people sign in, and where they are signed in. */
export const interaction = 'interaction:one'
export const session = 'account:one'

/** The room of passkeys with everything in memory, and Ada. */
export async function openPasskeys() {
  const clock = createFakeClock()
  const audit = createRecordingAudit()
  const store = createMemoryPasskeyStore()
  const transactor = {
    transaction: <T>(work: (within: undefined) => Promise<T>) => work(undefined),
  }
  const ender = { endAccount: async () => undefined }
  const accountStore = createMemoryAccountStore()
  const accounts = createAccounts({ store: accountStore, clock, audit, ender, transactor })
  const told: string[] = []
  const measured: string[] = []
  const ways = { another: true, needed: false, gone: 0 }
  const passkeys = createPasskeys({
    store,
    accounts,
    clock,
    audit,
    ephemeral: createMemoryEphemeral({ clock }),
    otherWays: {
      isThereAnother: async () => ways.another,
      isNeeded: async () => ways.needed,
      lastIsGone: async () => void (ways.gone += 1),
    },
    tell: async ({ what, account }) => void told.push(`${what} ${account.email}`),
    metrics: { signIn: ({ outcome, reason }) => void measured.push(reason ?? outcome) },
  })

  async function addAccount(email: string, where: Tenant = tenant): Promise<Account> {
    const made = await accounts.create({
      tenantId: where.id,
      email,
      emailVerified: true,
      profile: { name: 'Ada' },
      actor,
    })
    assert.ok(made.outcome === 'created')
    return made.account
  }

  const now = () => epochSeconds(clock)
  const ada = await addAccount('ada@example.test')

  /** What My account does; `lies` are told by the authenticator. */
  async function enrol(
    authenticator: Authenticator,
    { account = ada, lies, ...other }: { account?: Account; lies?: Lies; provedAt?: number } = {},
  ) {
    const options = await passkeys.offer({ tenant, account, binding: session })
    const credential = authenticator.create(options, lies)
    const provedAt = other.provedAt ?? now()
    const asked = { tenant, accountId: account.id, binding: session, requester }
    return passkeys.add({ ...asked, provedAt, credential })
  }

  async function enrolled(authenticator: Authenticator, account = ada): Promise<Passkey> {
    const added = await enrol(authenticator, { account })
    assert.ok(added.kind === 'added', added.kind)
    return added.passkey
  }

  const verify = (credential: string, other: Partial<VerifyPasskey> = {}) =>
    passkeys.verify({ tenant, binding: interaction, requester, credential, ...other })

  /** What a sign-in does. */
  async function prove(
    authenticator: Authenticator,
    lies: Lies = {},
    other: Partial<VerifyPasskey> = {},
  ) {
    const options = await passkeys.request({ tenant, binding: interaction })
    return verify(authenticator.get(options, lies), other)
  }

  const world = { clock, audit, store, accounts, told, measured, ways, passkeys }
  return { ...world, ada, addAccount, now, enrol, enrolled, verify, prove }
}

/** On the page of the tenant everybody here belongs to. */
export const authenticatorHere = (settings: object = {}): Authenticator =>
  createAuthenticator({ origin: tenant.issuer, ...settings })
