import { mayProve, type Account, type Accounts } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { typedDigits } from '#kit/digits.ts'
import type { Sealer } from '#kit/sealer.ts'
import type { Logger, Metrics } from '#telemetry/telemetry.ts'
import type { FactorNotices } from '../factor-notice/factor-notice.ts'
import type { CountedTry, FactorTries } from '../factor-tries/factor-tries.ts'
import { matchCode } from './otp.ts'
import { codeLength, eventOf, method, placeOf } from './record.ts'
import type { StoredTotp, TotpLogin, TotpStore, TotpVerdict, VerifyTotp } from './totp.ts'

export type TotpVerifyDeps = {
  readonly store: TotpStore
  readonly tries: FactorTries
  readonly accounts: Pick<Accounts, 'find'>
  readonly sealer: Sealer
  readonly audit: Pick<Audit, 'append'>
  readonly notices: FactorNotices
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics?: Pick<Metrics, 'signIn' | 'rateLimited'> | undefined
}

type Refusal = Exclude<TotpVerdict, { kind: 'proved' | 'throttled' | 'malformed' }>

export function createTotpVerify(deps: TotpVerifyDeps): TotpLogin['verify'] {
  const { store, tries, accounts, clock } = deps
  const record = createRecorder(deps)
  const secretOf = createSecretOf(deps)

  /** What the code is; a right one is used up by it. */
  async function check(factor: StoredTotp, code: string): Promise<Refusal | { kind: 'right' }> {
    const secret = secretOf(factor)
    if (secret === undefined) return { kind: 'refused' }
    const match = matchCode(secret, code, epochSeconds(clock))
    if (match.kind === 'wrong') return { kind: 'refused' }
    if (match.kind === 'fits') {
      const isFirst = await store.use(factor, match.step, new Date(clock.now()))
      return { kind: isFirst ? 'right' : 'used' }
    }
    const { kind, step, ahead, by } = match
    if (step === factor.lastStep) return { kind: 'used' }
    // SECURITY: told of a step to come, somebody who guesses would only have to wait for it: it opens nothing any more.
    if (ahead) await store.use(factor, step, undefined)
    return { kind, ahead, by }
  }

  return async (input) => {
    const at = epochSeconds(clock) // whatever ends the account from here on voids the proof (Q54)
    const code = typedDigits(input.code, codeLength)
    if (code === undefined) return { kind: 'malformed' }
    const { tenant, accountId } = input
    const account = await accounts.find(tenant.id, accountId)
    const factor = account && mayProve(account) ? await store.find(tenant.id, accountId) : undefined
    if (!account || !factor) return { kind: 'refused' }
    const tried = { tenantId: tenant.id, accountId, method } as const
    const counted = await tries.count(tried)
    if (!counted.allowed) return record.throttled(input, counted)
    const finding = await check(factor, code)
    if (finding.kind !== 'right') {
      await record.refused(input, account, finding)
      if (counted.isLast) await record.locked(input, account)
      return finding
    }
    await tries.accept(tried)
    await record.proved(input, account)
    return { kind: 'proved', proof: { method, accountId, amr: ['otp'], at } } // RFC 8176 §2
  }
}

/** A row that does not open is one factor that does not work, not an error for who asks (R24). */
function createSecretOf({ sealer, logger }: TotpVerifyDeps) {
  return ({ tenantId, accountId, sealedSecret }: StoredTotp): string | undefined => {
    try {
      return sealer.open(sealedSecret, placeOf(tenantId, accountId))
    } catch (error) {
      const fields = { tenant_id: tenantId, account_id: accountId, err: error }
      logger.error('the secret of an authenticator app does not open', fields)
      return undefined
    }
  }
}

function createRecorder({ audit, notices, logger, metrics }: TotpVerifyDeps) {
  return {
    /** Not audited: a flood must not become as many rows, and each try that was allowed is. */
    throttled(
      { tenant, requester }: VerifyTotp,
      { retryAfter, isLocked }: Extract<CountedTry, { allowed: false }>,
    ): TotpVerdict {
      const rule = 'totp.account'
      metrics?.rateLimited(rule)
      metrics?.signIn({ method, outcome: 'failure', reason: 'throttled' })
      const fields = { tenant_id: tenant.id, rule, ip: requester.ip }
      logger.info('a code of an authenticator app was throttled', fields)
      return { kind: 'throttled', retryAfter, ...(isLocked ? { isLocked } : {}) }
    },

    async refused({ requester }: VerifyTotp, account: Account, { kind }: Refusal): Promise<void> {
      const reason = kind === 'refused' ? 'wrong_code' : kind
      metrics?.signIn({ method, outcome: 'failure', reason })
      const event = eventOf('login.failed', account, requester)
      await audit.append({ ...event, outcome: 'failure', detail: { method, reason } })
    },

    async locked({ tenant, requester }: VerifyTotp, account: Account): Promise<void> {
      const event = eventOf('factor.totp_locked', account, requester)
      await audit.append({ ...event, outcome: 'failure', actor: { kind: 'system' } })
      const news = { kind: 'totp_locked' } as const
      await notices.tell({ tenant, account, news, ip: requester.ip }, undefined)
    },

    async proved({ requester }: VerifyTotp, account: Account): Promise<void> {
      metrics?.signIn({ method, outcome: 'success' })
      await audit.append({ ...eventOf('login.succeeded', account, requester), detail: { method } })
    },
  }
}
