import { randomBytes } from 'node:crypto'
import { createMemoryAccountStore } from '#account/memory.ts'
import { createAccounts } from '#account/service.ts'
import { createMemoryAudit } from '#audit/memory.ts'
import { epochSeconds } from '#kit/clock.ts'
import { createKeyDeriver, createSealer } from '#kit/sealer.ts'
import type { FactorNotice } from '#login/factor-notice/factor-notice.ts'
import { createMemoryFactorTries } from '#login/factor-tries/memory.ts'
import { createMemoryRecoveryCodeStore } from '#login/recovery-code/memory.ts'
import { createRecoveryCodes } from '#login/recovery-code/service.ts'
import { createMemoryThrottle } from '#login/throttle/memory.ts'
import { createMemoryTotpStore } from '#login/totp/memory.ts'
import { createTotp } from '#login/totp/service.ts'
import type { PasswordHasher } from '#login/password/password.ts'
import { createMemoryEphemeral } from '#storage/ephemeral/memory.ts'
import { codeAt } from './authenticator-app.ts'
import { createFakeClock } from './fake-clock.ts'
import { actor, requesterFrom, tenant } from './password-login.ts'
import { createRecordingLogger } from './recording-logger.ts'

/** Counts what a real one would spend 30 ms on each. */
function createCountingHasher() {
  const hasher = {
    verified: [] as string[],
    failing: undefined as Error | undefined,
    admit: () => undefined,
    hash: async (secret: string) => `hash of ${secret}`,
    async verify(phc: string, secret: string) {
      if (hasher.failing) throw hasher.failing
      hasher.verified.push(phc)
      return phc === `hash of ${secret}`
    },
    needsRehash: () => false,
    dummy: 'dummy',
  }
  return hasher satisfies PasswordHasher
}

export type SecondFactors = Awaited<ReturnType<typeof openSecondFactors>>

/** The rooms of the second step in memory, and one person, `ada`. */
export async function openSecondFactors() {
  const clock = createFakeClock()
  const audit = createMemoryAudit({ clock })
  const sealer = createSealer(createKeyDeriver([randomBytes(32)]))
  const transactor = {
    transaction: <T>(work: (within: undefined) => Promise<T>) => work(undefined),
  }
  const ended: string[] = []
  const accounts = createAccounts({
    store: createMemoryAccountStore(),
    clock,
    audit,
    ender: { endAccount: async (_, id) => void ended.push(id) },
    transactor,
  })
  const told: FactorNotice[] = []
  const lines: string[] = []
  const common = {
    accounts,
    audit,
    clock,
    sealer,
    logger: createRecordingLogger(lines),
    tries: createMemoryFactorTries({ clock }),
    notices: { tell: async (notice: FactorNotice) => void told.push(notice) },
  }
  /** What stands beside the app. */
  const circumstances = { demanded: false, passkeys: 0 }
  const hasher = createCountingHasher()
  const codeStore = createMemoryRecoveryCodeStore()
  const totpStore = createMemoryTotpStore()
  const ephemeral = createMemoryEphemeral({ clock })
  const recoveryCodes = createRecoveryCodes({
    ...common,
    hasher,
    store: codeStore,
    ephemeral,
    throttle: createMemoryThrottle({ clock }),
    backedUp: {
      count: async (tenantId, id) =>
        circumstances.passkeys + ((await totpStore.find(tenantId, id)) ? 1 : 0),
    },
  })
  const totp = createTotp({
    ...common,
    store: totpStore,
    ephemeral,
    others: {
      isDemanded: async () => circumstances.demanded,
      count: async () => circumstances.passkeys,
      backups: recoveryCodes,
    },
  })
  const made = await accounts.create({
    tenantId: tenant.id,
    email: 'ada@example.test',
    emailVerified: true,
    profile: {},
    actor,
  })
  if (made.outcome !== 'created') throw new Error(made.outcome)
  const ada = made.account
  const whose = { tenant, accountId: ada.id, requester: requesterFrom('192.0.2.1') }
  const held = { tenant, accountId: ada.id, holder: 'session' }

  const now = () => epochSeconds(clock)

  /** Sets an app up and lets its step pass; its secret. */
  async function enrol(): Promise<string> {
    const begun = await totp.begin({ ...held, provedAt: now() })
    if (begun.kind !== 'begun') throw new Error(begun.kind)
    const { secret } = begun.pending
    const { requester } = whose
    const done = await totp.confirm({ ...held, requester, code: codeAt(secret, now()) })
    if (done.kind !== 'enrolled') throw new Error(done.kind)
    clock.advance(60_000)
    return secret
  }

  async function makeCodes(): Promise<readonly string[]> {
    const made = await recoveryCodes.make({ ...whose, ...held, provedAt: now() })
    if (made.kind !== 'made') throw new Error(made.kind)
    return made.codes
  }

  const eventTypes = async () =>
    (await audit.list(tenant.id, { limit: 1000 })).map(({ type }) => type).toReversed()

  return {
    clock,
    now,
    accounts,
    audit,
    eventTypes,
    sealer,
    ephemeral,
    totp,
    totpStore,
    recoveryCodes,
    codeStore,
    hasher,
    tries: common.tries,
    circumstances,
    ended,
    told,
    lines,
    ada,
    whose,
    held,
    enrol,
    makeCodes,
  }
}
