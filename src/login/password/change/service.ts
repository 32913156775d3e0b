import {
  isVoid,
  mayProve,
  type Account,
  type Accounts,
  type HeldAccount,
} from '#account/account.ts'
import type { AuditActor } from '#audit/audit.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import { isSteppedUp } from '#session/session.ts'
import type { PriorCredential } from '../../email-code/email-code.ts'
import type { PasswordLogin } from '../../login.ts'
import type { PasswordProblem, Passwords, PreparedPassword } from '../password.ts'
import type {
  Owner,
  PasswordChanges,
  RemovePasswordResult,
  ResetPassword,
  StrongMethod,
} from './change.ts'
import { createPasswordNotices, type PasswordNotice, type PasswordNoticeDeps } from './notices.ts'

export type PasswordChangeDeps = PasswordNoticeDeps & {
  readonly accounts: Pick<Accounts, 'find' | 'hold'>
  readonly passwords: PasswordLogin & Passwords
  /** All ways in but the password that count as strong. */
  readonly otherMethods: readonly StrongMethod[]
  /** Whatever may open an account, the password among them. */
  readonly allCredentials: readonly PriorCredential[]
  readonly clock: Clock
}

export function createPasswordChanges(deps: PasswordChangeDeps): PasswordChanges {
  const keeping = createKeeping(deps)
  return {
    change: createChange(deps, keeping),
    setFirst: createSetFirst(deps, keeping),
    remove: createRemove(deps, keeping),
    reset: createReset(keeping),
  }
}

function createChange(
  { passwords }: PasswordChangeDeps,
  keeping: Keeping,
): PasswordChanges['change'] {
  return async (input) => {
    const account = await keeping.find(input, 'changed')
    if (!account) return over
    const { tenant, requester, currentPassword: password } = input
    const verdict = await passwords.verify({ tenant, email: account.email, password, requester })
    if (verdict.kind === 'throttled') return verdict
    if (verdict.kind !== 'proved') return { kind: 'wrong_password' }
    const { proof } = verdict
    const prepared = await keeping.prepare(input, account, 'changed')
    if (prepared.outcome === 'refused') return refusedFor(prepared.reason)
    // SECURITY: somebody who knows the old one must not win against a reset that is under way.
    const mayKeep = async (held: HeldAccount) =>
      proof.accountId === account.id && !isVoid(held.account, proof.at)
    const isKept = await keeping.keep(input, { prepared, how: 'changed', mayKeep })
    return isKept ? { kind: 'changed' } : over
  }
}

function createSetFirst(
  { passwords, clock }: PasswordChangeDeps,
  keeping: Keeping,
): PasswordChanges['setFirst'] {
  return async (input) => {
    const account = await keeping.find(input, 'set')
    if (!account) return over
    if (needsStepUp(account, input.provedAt, clock)) return { kind: 'step_up' }
    if (await passwords.hasPassword(account.tenantId, account.id)) return { kind: 'has_password' }
    const prepared = await keeping.prepare(input, account, 'set')
    if (prepared.outcome === 'refused') return refusedFor(prepared.reason)
    const mayKeep = async ({ account: { tenantId, id, endedAt }, within }: HeldAccount) =>
      !isVoid({ endedAt }, input.provedAt) && !(await passwords.hasPassword(tenantId, id, within))
    const isKept = await keeping.keep(input, { prepared, how: 'set', mayKeep })
    return isKept ? { kind: 'set' } : over
  }
}

function createRemove(deps: PasswordChangeDeps, keeping: Keeping): PasswordChanges['remove'] {
  const { accounts, passwords, otherMethods, clock } = deps

  async function whyNot(
    { account, within }: HeldAccount,
    provedAt: number,
  ): Promise<RemovePasswordResult | undefined> {
    const { tenantId, id } = account
    if (account.status !== 'active') return over
    if (needsStepUp(account, provedAt, clock)) return { kind: 'step_up' }
    if (!(await passwords.hasPassword(tenantId, id, within))) return { kind: 'no_password' }
    for (const method of otherMethods) {
      if (await method.wasUsed(tenantId, id, within)) return undefined
    }
    return { kind: 'no_other_method' }
  }

  return async (input) => {
    const { tenant, accountId, provedAt, requester } = input
    const result = await accounts.hold(tenant.id, accountId, async (held) => {
      const { account, within } = held
      const refusal = await whyNot(held, provedAt)
      if (refusal) return refusal
      const actor = actorOf(input)
      await passwords.removePassword({ account, actor, requester }, within)
      await held.end(actor)
      await keeping.tell(noticeOf(input, account, 'removed'), within)
      return { kind: 'removed' } as const
    })
    return result ?? over
  }
}

function createReset(keeping: Keeping): PasswordChanges['reset'] {
  return async (input) => {
    const account = await keeping.find(input, 'reset')
    if (!account || !isOwnAddress(account, input)) return over
    const prepared = await keeping.prepare(input, account, 'reset')
    if (prepared.outcome === 'refused') return refusedFor(prepared.reason)
    if (!(await input.claim())) return over
    const mayKeep = async (held: HeldAccount) =>
      isOwnAddress(held.account, input) && !isVoid(held.account, input.askedAt)
    const isKept = await keeping.keep(input, { prepared, how: 'reset', mayKeep })
    return isKept ? { kind: 'reset' } : over
  }
}

type Keep = {
  readonly prepared: Extract<PreparedPassword, { outcome: 'ready' }>
  readonly how: PasswordNotice['how']
  /** Looked at on the locked account. */
  readonly mayKeep: (held: HeldAccount) => Promise<boolean>
}

type Keeping = ReturnType<typeof createKeeping>

/** What every new password goes through. */
function createKeeping(deps: PasswordChangeDeps) {
  const { accounts, passwords, allCredentials } = deps
  const tell = createPasswordNotices(deps)

  /** SECURITY: of an address nobody had proved, whatever opened the account before may be a stranger's (Q62). */
  async function takeOver({ account, within, save }: HeldAccount, actor: AuditActor) {
    if (account.emailVerified) return
    for (const credential of allCredentials) await credential.remove(account, actor, within)
    await save({ emailVerified: true })
  }

  return {
    tell,

    async find({ tenant, accountId }: Owner, how: Keep['how']): Promise<Account | undefined> {
      const account = await accounts.find(tenant.id, accountId)
      return account && mayHave(account, how) ? account : undefined
    },

    prepare(owner: Owner & { readonly newPassword: string }, account: Account, how: Keep['how']) {
      const { tenant, requester, newPassword: password } = owner
      const actor = actorOf(owner)
      return passwords.prepare({ tenant, account, password, how, actor, requester })
    },

    /** False when the account is no longer what it was when this was decided. */
    async keep(owner: Owner, { prepared, how, mayKeep }: Keep): Promise<boolean> {
      const { tenant, accountId } = owner
      const isKept = await accounts.hold(tenant.id, accountId, async (held) => {
        if (!mayHave(held.account, how) || !(await mayKeep(held))) return false
        if (how === 'reset') await takeOver(held, actorOf(owner))
        await prepared.keep(held.within)
        if (how !== 'set') await held.end(actorOf(owner))
        await tell(noticeOf(owner, held.account, how), held.within)
        return true
      })
      if (isKept) await passwords.liftLimits(tenant.id, accountId)
      return isKept ?? false
    },
  }
}

const over = { kind: 'over' } as const

/**
 * SECURITY: a lost password is set anew also for who is leaving. Coming back takes a sign-in: whoever had the password
 * once could change it, ask for the end of the account, and make it final (Q54).
 */
function mayHave(account: Account, how: PasswordNotice['how']): boolean {
  return how === 'reset' ? mayProve(account) : account.status === 'active'
}

/** What another mailbox received proves nothing of this account (Q56). */
function isOwnAddress(account: Account, { email }: ResetPassword): boolean {
  return account.emailCanonical === canonicalEmail(email)
}

function noticeOf(
  { tenant, requester }: Owner,
  account: Account,
  how: PasswordNotice['how'],
): PasswordNotice {
  return { tenant, account, how, ip: requester.ip }
}

function needsStepUp(account: Account, provedAt: number, clock: Clock): boolean {
  return !isSteppedUp(provedAt, epochSeconds(clock)) || isVoid(account, provedAt)
}

const actorOf = ({ accountId }: Owner) => ({ kind: 'account', id: accountId }) as const

const refusedFor = (reason: PasswordProblem) => ({ kind: 'refused', reason }) as const
