import { mayProve, type Account, type Accounts, type HeldAccount } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import type { Logger, Metrics } from '#telemetry/telemetry.ts'
import type { FactorNotices } from '../factor-notice/factor-notice.ts'
import type { CountedTry, FactorTries } from '../factor-tries/factor-tries.ts'
import type { Verdict } from '../login.ts'
import type { PasswordHasher } from '../password/password.ts'
import { readCode, type RecoveryCode } from './code.ts'
import { eventOf, method } from './record.ts'
import {
  fewCodes,
  type RecoveryCodeLogin,
  type RecoveryCodeStore,
  type StoredRecoveryCode,
  type VerifyRecoveryCode,
} from './recovery-code.ts'

export type RecoveryCodeVerifyDeps = {
  readonly store: RecoveryCodeStore
  readonly tries: FactorTries
  readonly hasher: PasswordHasher
  readonly accounts: Pick<Accounts, 'find' | 'hold'>
  readonly audit: Pick<Audit, 'append'>
  readonly notices: FactorNotices
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics?: Pick<Metrics, 'signIn' | 'rateLimited'> | undefined
}

const refused = { kind: 'refused' } as const

export function createRecoveryCodeVerify(
  deps: RecoveryCodeVerifyDeps,
): RecoveryCodeLogin['verify'] {
  const { store, tries, hasher, accounts, clock } = deps
  const record = createRecorder(deps)
  const use = createUse(deps)

  /** SECURITY: one hash whatever is found, so that its time does not tell which selectors there are. */
  async function find(
    { tenant, accountId }: VerifyRecoveryCode,
    { selector, secret }: RecoveryCode,
  ): Promise<StoredRecoveryCode | undefined> {
    const found = await store.findUnused(tenant.id, accountId, selector)
    const matches = await hasher.verify(found?.phc ?? hasher.dummy, secret)
    return matches ? found : undefined
  }

  return async (input) => {
    const code = readCode(input.code)
    if (!code) return { kind: 'malformed' }
    hasher.admit()
    const { tenant, accountId } = input
    const account = await accounts.find(tenant.id, accountId)
    if (!account || !mayProve(account)) return refused
    const tried = { tenantId: tenant.id, accountId, method } as const
    const counted = await tries.count(tried)
    if (!counted.allowed) return record.throttled(input, counted)
    const at = epochSeconds(clock) // whatever ends the account from here on voids the proof (Q54)
    const found = await find(input, code).catch(async (error: unknown) => {
      await tries.withdraw(tried).catch(() => undefined) // the first failure tells more
      throw error
    })
    const isUsed =
      found && (await accounts.hold(tenant.id, accountId, (held) => use(input, found, held)))
    if (isUsed) {
      await tries.accept(tried)
      return { kind: 'proved', proof: { method, accountId, amr: ['otp'], at } } // RFC 8176 §2
    }
    await record.refused(input, account)
    if (counted.isLast) await record.locked(input, account)
    return refused
  }
}

/** The use, its event and its mails are one: whoever loses a code to somebody else is told. */
function createUse({ store, audit, notices, clock, metrics }: RecoveryCodeVerifyDeps) {
  return async (
    { tenant, requester }: VerifyRecoveryCode,
    code: StoredRecoveryCode,
    { account, within }: HeldAccount,
  ): Promise<boolean> => {
    if (!mayProve(account)) return false
    if (!(await store.use(code, new Date(clock.now()), within))) return false
    const left = await store.count(account.tenantId, account.id, within)
    const used = eventOf('factor.recovery_code_used', account, requester)
    await audit.append({ ...used, detail: { left } }, within)
    const { type: _, ...facts } = used
    await audit.append({ ...facts, type: 'login.succeeded', detail: { method } }, within)
    const about = { tenant, account, ip: requester.ip }
    await notices.tell({ ...about, news: { kind: 'recovery_code_used', left } }, within)
    if (left === fewCodes)
      await notices.tell({ ...about, news: { kind: 'recovery_codes_few', left } }, within)
    metrics?.signIn({ method, outcome: 'success' })
    return true
  }
}

function createRecorder({ audit, notices, logger, metrics }: RecoveryCodeVerifyDeps) {
  return {
    /** Not audited: a flood must not become as many rows, and each try that was allowed is. */
    throttled(
      { tenant, requester }: VerifyRecoveryCode,
      { retryAfter, isLocked }: Extract<CountedTry, { allowed: false }>,
    ): Verdict {
      const rule = 'recovery_code.account'
      metrics?.rateLimited(rule)
      metrics?.signIn({ method, outcome: 'failure', reason: 'throttled' })
      const fields = { tenant_id: tenant.id, rule, ip: requester.ip }
      logger.info('a recovery code was throttled', fields)
      return { kind: 'throttled', retryAfter, ...(isLocked ? { isLocked } : {}) }
    },

    async refused({ requester }: VerifyRecoveryCode, account: Account): Promise<void> {
      const reason = 'wrong_code'
      metrics?.signIn({ method, outcome: 'failure', reason })
      const event = eventOf('login.failed', account, requester)
      await audit.append({ ...event, outcome: 'failure', detail: { method, reason } })
    },

    async locked({ tenant, requester }: VerifyRecoveryCode, account: Account): Promise<void> {
      const event = eventOf('factor.recovery_code_locked', account, requester)
      await audit.append({ ...event, outcome: 'failure', actor: { kind: 'system' } })
      const news = { kind: 'recovery_code_locked' } as const
      await notices.tell({ tenant, account, news, ip: requester.ip }, undefined)
    },
  }
}
