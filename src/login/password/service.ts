import { mayProve } from '#account/account.ts'
import type { Account, Accounts } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import { addressKey } from '#http/networks.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { hmacSha256 } from '#kit/hash.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import { brandId, type AccountId } from '#kit/ids.ts'
import type { KeyDeriver, Sealer } from '#kit/sealer.ts'
import type { Transactor } from '#storage/storage.ts'
import type { Logger, Metrics } from '#telemetry/telemetry.ts'
import type { PasswordLogin, Throttle, Verdict } from '../login.ts'
import { createDeviceCookies } from './device-cookie.ts'
import { createPasswordGuard, type Admission, type Attempt } from './guard.ts'
import {
  canBePassword,
  type IsBreached,
  type PasswordHasher,
  type Passwords,
  type PasswordStore,
} from './password.ts'
import { createSafe, type Kept } from './safe.ts'
import { createSprayAlarm } from './spray-alarm.ts'

export type PasswordLoginDeps = {
  readonly store: PasswordStore
  readonly accounts: Pick<Accounts, 'findByEmail'>
  readonly throttle: Throttle
  readonly hasher: PasswordHasher
  readonly sealer: Sealer
  readonly keys: KeyDeriver
  readonly audit: Audit
  readonly transactor: Transactor
  readonly clock: Clock
  readonly logger: Logger
  /** See `loadBlocklist`. */
  readonly isCommon: (password: string) => boolean
  /** Asked where a password is chosen, never at a sign-in. */
  readonly isBreached?: IsBreached | undefined
  readonly metrics?: Pick<Metrics, 'signIn' | 'rateLimited' | 'sprayAlarm'> | undefined
}

type Input = Parameters<PasswordLogin['verify']>[0]

/** Why it was refused: for the audit and the operator, never for who asks. */
type Reason =
  | 'unknown_account'
  | 'account_disabled'
  | 'account_deleted'
  | 'no_password'
  | 'wrong_password'

type Finding = Proven | Refused
type Proven = { readonly account: Account; readonly kept: Kept; readonly reason?: undefined }
type Refused = { readonly account: Account | undefined; readonly reason: Reason }

type Refusal = Extract<Admission, { allowed: false }>

/** Where an account's password would be if there were one. */
const nobody = brandId<AccountId>('nobody')

export function createPasswordLogin(deps: PasswordLoginDeps): PasswordLogin & Passwords {
  const guard = createPasswordGuard(deps)
  const safe = createSafe({ ...deps, guard })
  const alarm = createSprayAlarm(deps)
  const attemptOf = createAttempts(deps)
  const record = createRecorder(deps)

  /**
   * SECURITY: one lookup and one hash whatever is found, so that neither the answer nor its time tells an unknown, a
   * disabled or a passwordless account from a wrong password (Q73).
   */
  async function check(
    { password }: Input,
    account: Account | undefined,
    opening: Promise<Kept | undefined>,
  ): Promise<Finding> {
    const kept = await opening
    const usable = account && mayProve(account) ? kept : undefined
    const matches = await deps.hasher.verify(usable?.phc ?? deps.hasher.dummy, password)
    if (!account) return { account, reason: 'unknown_account' }
    if (account.status === 'disabled' || account.status === 'deleted')
      return { account, reason: `account_${account.status}` }
    if (!usable) return { account, reason: 'no_password' }
    return matches ? { account, kept: usable } : { account, reason: 'wrong_password' }
  }

  return {
    setPassword: (input, within) => safe.setPassword(input, within),
    prepare: (input) => safe.prepare(input),
    removePassword: (input, within) => safe.removePassword(input, within),
    importHash: (input, within) => safe.importHash(input, within),
    liftLimits: (tenantId, accountId) => safe.liftLimits(tenantId, accountId),
    hasPassword: (tenantId, accountId, within) => safe.hasPassword(tenantId, accountId, within),

    admit: () => deps.hasher.admit(),

    async verify(input) {
      if (!canBePassword(input.password)) return { kind: 'malformed' }
      deps.hasher.admit()
      const account = await deps.accounts.findByEmail(input.tenant.id, input.email)
      const attempt = attemptOf(input, account)
      // SECURITY: what was right when it was read is void if the password was replaced since, however long the hash waited.
      const at = epochSeconds(deps.clock)
      // asked for beside the count, which takes as long; nothing is verified before it
      const opening = safe.open(input.tenant.id, account?.id ?? nobody)
      opening.catch(() => undefined) // told where it is used
      const admission = await guard.admit(attempt)
      if (!admission.allowed) {
        await alarm.throttled(attempt, admission.rule)
        return record.throttled(input, admission)
      }
      const finding = await check(input, account, opening).catch(async (error: unknown) => {
        await guard.withdraw(attempt, admission.counted).catch(() => undefined) // the first failure tells more
        throw error
      })
      if (finding.reason !== undefined) {
        await alarm.refused(attempt)
        return record.refused(input, finding)
      }
      const [verdict] = await Promise.all([
        record.proved(input, finding.account, at),
        guard.accept(attempt, admission.counted),
      ])
      await safe.refresh(finding.account, input.password, finding.kept)
      return verdict
    },
  }
}

function createAttempts({ keys, clock }: PasswordLoginDeps) {
  const devices = createDeviceCookies({ keys, clock })

  return ({ tenant, email, requester }: Input, account: Account | undefined): Attempt => {
    const { deviceCookie, ip } = requester
    const isOwnDevice = devices.matches(
      tenant.id,
      account?.id ?? nobody,
      deviceCookie,
      account?.endedAt,
    )
    // Q35: what is not an account has one bucket for every way of writing it, and does not stand in a table of ours.
    const identifier = canonicalEmail(email) ?? email
    const stranger = hmacSha256(keys.derive('identifier', tenant.id), identifier)
    return {
      tenant,
      subject: account?.id ?? stranger,
      isKnown: account !== undefined,
      address: addressKey(ip),
      device: account && isOwnDevice ? deviceCookie : undefined,
    }
  }
}

function createRecorder({ audit, logger, metrics }: PasswordLoginDeps) {
  const method = 'password'

  function facts({ tenant, requester }: Input) {
    const { ip, userAgent, requestId } = requester
    return { tenantId: tenant.id, ip, userAgent, requestId }
  }

  return {
    /** Not audited: a flood must not become as many rows, and each try that was allowed is. */
    throttled(input: Input, { rule, retryAfter, isLocked }: Refusal): Verdict {
      metrics?.rateLimited(rule)
      metrics?.signIn({ method, outcome: 'failure', reason: 'throttled' })
      const { ip } = input.requester
      logger.info('a password attempt was throttled', { tenant_id: input.tenant.id, rule, ip })
      return { kind: 'throttled', retryAfter, ...(isLocked ? { isLocked } : {}) }
    },

    async refused(input: Input, { account, reason }: Refused): Promise<Verdict> {
      await audit.append({
        ...facts(input),
        type: 'login.failed',
        outcome: 'failure',
        actor: { kind: 'anonymous' },
        accountId: account?.id,
        detail: { method, reason },
      })
      metrics?.signIn({ method, outcome: 'failure', reason })
      return { kind: 'refused' }
    },

    async proved(input: Input, account: Account, at: number): Promise<Verdict> {
      await audit.append({
        ...facts(input),
        type: 'login.succeeded',
        outcome: 'success',
        actor: { kind: 'account', id: account.id },
        accountId: account.id,
        detail: { method },
      })
      metrics?.signIn({ method, outcome: 'success' })
      return { kind: 'proved', proof: { method, accountId: account.id, amr: ['pwd'], at } }
    },
  }
}
