import type { Account } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import type { Clock } from '#kit/clock.ts'
import type { AccountId, TenantId } from '#kit/ids.ts'
import type { Sealer } from '#kit/sealer.ts'
import type { Transaction, Transactor } from '#storage/storage.ts'
import type { Logger } from '#telemetry/telemetry.ts'
import type { PasswordGuard } from './guard.ts'
import {
  contextWords,
  passwordProblem,
  readPasswordHash,
  type ChangeRequester,
  type IsBreached,
  type PasswordHasher,
  type Passwords,
  type PasswordStore,
  type PreparedPassword,
  type SetPassword,
  type StoredPassword,
} from './password.ts'

export type SafeDeps = {
  readonly store: PasswordStore
  readonly hasher: PasswordHasher
  readonly sealer: Sealer
  readonly audit: Audit
  readonly transactor: Transactor
  readonly clock: Clock
  readonly logger: Logger
  readonly isCommon: (password: string) => boolean
  /** Undefined: nobody is asked. */
  readonly isBreached?: IsBreached | undefined
  readonly guard: PasswordGuard
}

/** Where passwords are kept: chosen by rule, hashed, sealed. */
export type Safe = Passwords & {
  /** Undefined when there is none, or none that opens. */
  open(tenantId: TenantId, accountId: AccountId): Promise<Kept | undefined>
  /** Hashes again what was just proved right, when its parameters are old. Never rejects (Q30). */
  refresh(account: Account, password: string, kept: Kept): Promise<void>
}

export type Kept = { readonly phc: string; readonly sealedPhc: string }

export function createSafe(deps: SafeDeps): Safe {
  const { store, hasher, sealer, clock, logger, guard } = deps

  const place = (tenantId: TenantId, accountId: AccountId) => [tenantId, 'passwords', accountId]

  const seal: Seal = ({ tenantId, id }, phc) => {
    const sealedPhc = sealer.seal(phc, place(tenantId, id))
    return { tenantId, accountId: id, sealedPhc, updatedAt: new Date(clock.now()) }
  }

  /** A row that does not open is one account that cannot sign in, not an error for who asks (R24, Q73). */
  function unseal(stored: StoredPassword): Kept | undefined {
    const { tenantId, accountId, sealedPhc } = stored
    try {
      return { phc: sealer.open(sealedPhc, place(tenantId, accountId)), sealedPhc }
    } catch (error) {
      const fields = { tenant_id: tenantId, account_id: accountId, err: error }
      logger.error('a stored password does not open', fields)
      return undefined
    }
  }

  const prepare = createPrepare(deps, seal)
  const finish = createFinish(deps)

  return {
    prepare,
    async setPassword(input, within) {
      const prepared = await prepare(input)
      return prepared.outcome === 'ready' ? finish(input, prepared, within) : prepared
    },

    async importHash(input, within) {
      const read = readPasswordHash(input.hash)
      if (read.outcome === 'refused') return read
      const stored = seal(input.account, input.hash)
      return finish(input, keepLater(deps, input, stored, 'login.password_imported'), within)
    },

    removePassword: createRemovePassword(deps),

    liftLimits: (tenantId, accountId) => guard.lift(tenantId, accountId),

    async hasPassword(tenantId, accountId, within) {
      return (await store.find(tenantId, accountId, within)) !== undefined
    },

    async open(tenantId, accountId) {
      const stored = await store.find(tenantId, accountId)
      return stored && unseal(stored)
    },

    async refresh(account, password, { phc, sealedPhc }) {
      try {
        if (!hasher.needsRehash(phc)) return
        await store.replace(seal(account, await hasher.hash(password)), sealedPhc)
      } catch (error) {
        const fields = { tenant_id: account.tenantId, account_id: account.id, err: error }
        logger.warn('a password was not hashed again; its next use will', fields)
      }
    },
  }
}

type Seal = (account: Account, phc: string) => StoredPassword
type Ready = Extract<PreparedPassword, { outcome: 'ready' }>
type Whose = Omit<SetPassword, 'password'>

function createPrepare(deps: SafeDeps, seal: Seal): Passwords['prepare'] {
  const { hasher, isCommon, isBreached } = deps

  return async ({ password, ...whose }) => {
    const { tenant, account } = whose
    const minLength = tenant.settings.password_min_length
    const context = contextWords(tenant, account)
    const reason = passwordProblem(password, { minLength, context, isCommon })
    if (reason !== undefined) return { outcome: 'refused', reason }
    if (await isBreached?.(password)) return { outcome: 'refused', reason: 'breached' }
    const stored = seal(account, await hasher.hash(password))
    return keepLater(deps, whose, stored, 'login.password_set')
  }
}

function keepLater(
  { store, audit }: SafeDeps,
  { tenant, account, actor, requester, how }: Whose,
  stored: StoredPassword,
  type: 'login.password_set' | 'login.password_imported',
): Ready {
  return {
    outcome: 'ready',
    async keep(within) {
      await store.put(stored, within)
      const facts = { ...factsOf(requester), ...(how === undefined ? {} : { detail: { how } }) }
      const event = { tenantId: tenant.id, type, accountId: account.id, ...facts }
      await audit.append({ ...event, outcome: 'success', actor }, within)
    },
  }
}

function createFinish({ transactor, guard }: SafeDeps) {
  return async ({ account }: Whose, { keep }: Ready, within: Transaction | undefined) => {
    if (within) {
      await keep(within)
    } else {
      await transactor.transaction((inner) => keep(inner))
      await guard.lift(account.tenantId, account.id) // counters are not part of any transaction
    }
    return { outcome: 'set' } as const
  }
}

function createRemovePassword({ store, audit }: SafeDeps): Passwords['removePassword'] {
  return async ({ account: { tenantId, id: accountId }, actor, requester }, within) => {
    if (!(await store.remove(tenantId, accountId, within))) return false
    const event = { tenantId, type: 'login.password_removed', accountId } as const
    await audit.append({ ...event, ...factsOf(requester), outcome: 'success', actor }, within)
    return true
  }
}

/** Nothing else a requester may carry, such as a cookie's value. */
function factsOf(requester: SetPassword['requester']): ChangeRequester {
  return { ip: requester?.ip, userAgent: requester?.userAgent, requestId: requester?.requestId }
}
