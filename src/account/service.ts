import type { Audit, AuditActor, AuditEvent } from '#audit/audit.ts'
import { createCache } from '#kit/cache.ts'
import type { Clock } from '#kit/clock.ts'
import { canonicalEmail, mailboxOf } from '#kit/email-address.ts'
import { Unavailable } from '#kit/errors.ts'
import type { AccountId, TenantId } from '#kit/ids.ts'
import { newId } from '#kit/random.ts'
import type { Transaction, Transactor } from '#storage/storage.ts'
import type {
  Account,
  AccountArtifactEnder,
  Accounts,
  AccountStatus,
  AccountStore,
  CreateAccount,
  CreateAccountResult,
  KeptAddresses,
} from './account.ts'
import { createHold } from './hold.ts'

export type AccountDeps = {
  readonly store: AccountStore
  readonly clock: Clock
  readonly audit: Audit
  readonly ender: AccountArtifactEnder
  readonly transactor: Transactor
  readonly keptAddresses?: KeptAddresses | undefined
}

export function createAccounts(deps: AccountDeps): Accounts {
  const { store, clock, ender } = deps
  const changes = createChanges(deps)
  const hold = createHold(deps, async ({ tenantId, id }, isEnded) => {
    cache.forget(keyOf([tenantId, id]))
    if (isEnded) await endArtifacts(tenantId, id)
  })
  const cache = createCache<string, Account | undefined>({
    load: (key) => store.find(...placeOf(key)),
    clock,
    ttl: 1000,
    max: 10_000,
  })

  return {
    find: (tenantId, id) => store.find(tenantId, id),

    async findActive(tenantId, id) {
      const account = await cache.get(keyOf([tenantId, id]))
      return account?.status === 'active' ? account : undefined
    },

    async findByEmail(tenantId, email) {
      const emailCanonical = canonicalEmail(email)
      return emailCanonical === undefined ? undefined : store.findByEmail(tenantId, emailCanonical)
    },

    list: (tenantId) => store.list(tenantId),
    listWithRole: (tenantId, roles, limit) => store.listWithRole(tenantId, roles, limit),

    create: (input, within) => changes.create(input, within),

    async update(account, actor, within) {
      await changes.update(account, actor, within)
      cache.forget(keyOf([account.tenantId, account.id]))
    },

    hold,

    async end(tenantId, id, actor) {
      const isEnded = await hold(tenantId, id, async (held) => {
        await held.end(actor)
        return true
      })
      return isEnded ?? false
    },

    async setStatus(tenantId, id, status, actor) {
      const known = await changes.setStatus([tenantId, id], status, actor)
      cache.forget(keyOf([tenantId, id]))
      // Also when the status was this already: an earlier call may have failed here.
      return known && (status === 'active' || endArtifacts(tenantId, id))
    },
  }

  async function endArtifacts(tenantId: TenantId, id: AccountId): Promise<true> {
    cache.forget(keyOf([tenantId, id]))
    try {
      await ender.endAccount(tenantId, id)
    } catch (cause) {
      throw new Unavailable('account', { cause })
    }
    return true
  }
}

/** Each change and its audit event in one transaction: the caller's, or its own. */
function createChanges({ store, clock, audit, transactor, keptAddresses }: AccountDeps) {
  const now = () => new Date(clock.now())

  function inTransaction<T>(
    within: Transaction | undefined,
    work: (within: Transaction | undefined) => Promise<T>,
  ): Promise<T> {
    return within ? work(within) : transactor.transaction(work)
  }

  return {
    async create(input: CreateAccount, within?: Transaction): Promise<CreateAccountResult> {
      const account = newAccount(input, now())
      if (!account) return { outcome: 'email_invalid' }
      return inTransaction(within, async (inner) => {
        const { tenantId, emailCanonical } = account
        // SECURITY: or whoever took an account over could keep its owner from taking it back.
        const isKept = await keptAddresses?.isKept(tenantId, [emailCanonical], {}, inner)
        if (isKept || !(await store.insert(account, inner))) return { outcome: 'email_taken' }
        await audit.append(event('account.created', account, input.actor), inner)
        return { outcome: 'created', account }
      })
    },

    update(account: Account, actor: AuditActor, within?: Transaction): Promise<void> {
      return inTransaction(within, async (inner) => {
        const current = await store.find(account.tenantId, account.id, inner)
        if (!current) return
        // SECURITY: only these fields. The rest of `account` may be as old as its caller's read, and an old status
        // written back would let a disabled account in again (Q18).
        const { profile, roles, groups, emailVerified } = account
        const changed = { ...current, profile, roles, groups, emailVerified, updatedAt: now() }
        await store.update(changed, inner)
        await audit.append(event('account.updated', changed, actor), inner)
      })
    },

    /** True when the account now has this status, whether or not it had it before. */
    setStatus(place: Place, status: SettableStatus, actor: AuditActor): Promise<boolean> {
      return transactor.transaction(async (within) => {
        const account = await store.find(...place, within)
        if (!account) return false
        if (account.status === status) return true
        if (account.status === 'deleted') return false // `sub` is never given to anyone again (Q20)
        const kept =
          status === 'active'
            ? { leavesAt: undefined }
            : { endedAt: now(), leavesAt: account.leavesAt }
        await store.update({ ...account, ...kept, status, updatedAt: now() }, within)
        await audit.append(event(statusEvents[status], account, actor), within)
        return true
      })
    },
  }
}

type SettableStatus = Exclude<AccountStatus, 'leaving'>

const statusEvents: Readonly<Record<SettableStatus, string>> = {
  active: 'account.enabled',
  disabled: 'account.disabled',
  deleted: 'account.deleted',
}

function event(type: string, account: Account, actor: AuditActor): AuditEvent {
  return { tenantId: account.tenantId, type, outcome: 'success', actor, accountId: account.id }
}

function newAccount(input: CreateAccount, now: Date): Account | undefined {
  const mailbox = mailboxOf(input.email)
  if (!mailbox) return undefined
  return {
    tenantId: input.tenantId,
    id: input.id ?? newId<AccountId>(),
    ...mailbox,
    emailVerified: input.emailVerified,
    profile: input.profile,
    roles: input.roles ?? [],
    groups: input.groups ?? [],
    status: 'active',
    endedAt: undefined,
    createdAt: now,
    updatedAt: now,
  }
}

type Place = [TenantId, AccountId]

function keyOf(place: Place): string {
  return JSON.stringify(place)
}

function placeOf(key: string): Place {
  return JSON.parse(key) as Place // written by keyOf
}
