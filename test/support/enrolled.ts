import assert from 'node:assert/strict'
import { epochSeconds } from '#kit/clock.ts'
import { brandId, type RequestId } from '#kit/ids.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { codeAt } from './authenticator-app.ts'
import { createAuthenticator, type Authenticator } from './authenticator.ts'
import type { Person, World } from './world.ts'

const requester = {
  ip: '192.0.2.1',
  userAgent: undefined,
  requestId: brandId<RequestId>('test'),
  deviceCookie: undefined,
}

/** Who has everything that can be had besides a password. */
export type Enrolled = {
  readonly person: Person
  readonly secret: string
  /** What the app shows, each time another code. */
  code(): Promise<string>
  readonly recoveryCodes: readonly string[]
  readonly authenticator: Authenticator
}

/** A new person of the tenant with an app, recovery codes and a passkey, made by the services that make them. */
export async function enrolledPerson(world: World, tenant: Tenant = world.main): Promise<Enrolled> {
  const person = await world.addAccount(undefined, tenant)
  const { totp, recoveryCodes, passkeys } = world.app
  const provedAt = epochSeconds(world.clock)
  const whose = { tenant, accountId: person.account.id, requester, provedAt, holder: 'test' }

  const begun = await totp.begin(whose)
  assert.ok(begun.kind === 'begun')
  const { secret } = begun.pending
  const code = codeAt(secret, provedAt)
  const confirmed = await totp.confirm({ ...whose, code })
  assert.equal(confirmed.kind, 'enrolled')

  const made = await recoveryCodes.make(whose)
  assert.ok(made.kind === 'made')

  const authenticator = createAuthenticator({ origin: new URL(tenant.issuer).origin })
  const binding = 'test'
  const options = await passkeys.offer({ tenant, account: person.account, binding })
  const credential = authenticator.create(options)
  assert.equal((await passkeys.add({ ...whose, binding, credential })).kind, 'added')

  return {
    person,
    secret,
    async code() {
      await world.pass(30)
      return codeAt(secret, epochSeconds(world.clock))
    },
    recoveryCodes: made.codes,
    authenticator,
  }
}
