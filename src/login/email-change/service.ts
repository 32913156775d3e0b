import {
  isVoid,
  mayProve,
  type Account,
  type Accounts,
  type HeldAccount,
} from '#account/account.ts'
import type { Audit, AuditEvent } from '#audit/audit.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { mailboxOf } from '#kit/email-address.ts'
import { sha256 } from '#kit/hash.ts'
import type { TenantId } from '#kit/ids.ts'
import { randomToken } from '#kit/random.ts'
import type { Outbox } from '#mail/mail.ts'
import { isSteppedUp } from '#session/session.ts'
import type { CodeProved, EmailCodes } from '../email-code/email-code.ts'
import type { Requester } from '../login.ts'
import {
  undoLifetime,
  type ConfirmEmailChange,
  type EmailChange,
  type EmailChanges,
  type EmailChangeStore,
} from './email-change.ts'
import { createEmailChangeMails, letterFor } from './mails.ts'

export type EmailChangeDeps = {
  readonly store: EmailChangeStore
  readonly accounts: Pick<Accounts, 'find' | 'findByEmail' | 'hold'>
  readonly emailCodes: Pick<EmailCodes, 'issue' | 'verify'>
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly audit: Pick<Audit, 'append'>
  /** Port: whether the people of this address’s domain sign in elsewhere only. */
  readonly isKeptElsewhere: (tenantId: TenantId, email: string) => Promise<boolean>
  readonly clock: Clock
}

const purpose = 'change_email'
const expired = { kind: 'expired' } as const
const over = { kind: 'over' } as const

export function createEmailChanges(deps: EmailChangeDeps): EmailChanges {
  const { store } = deps
  return {
    begin: createBegin(deps),
    confirm: createConfirm(deps),
    ...createUndo(deps),
    async formerAddresses({ tenantId, id }, within) {
      return (await store.list(tenantId, id, within)).map(({ oldEmail }) => oldEmail)
    },
  }
}

function createBegin(deps: EmailChangeDeps): EmailChanges['begin'] {
  const { store, accounts, emailCodes, isKeptElsewhere, clock } = deps

  return async ({ tenant, accountId, email, provedAt, browser, requester }) => {
    const account = await accounts.find(tenant.id, accountId)
    if (account?.status !== 'active') return over
    const isFresh = isSteppedUp(provedAt, epochSeconds(clock)) && !isVoid(account, provedAt)
    if (!isFresh) return { kind: 'step_up' }
    if (await isKeptElsewhere(tenant.id, account.email)) return { kind: 'kept_elsewhere' }
    const mailbox = mailboxOf(email)
    if (!mailbox) return { kind: 'email_invalid' }
    const { emailCanonical } = mailbox
    if (emailCanonical === account.emailCanonical) return { kind: 'email_unchanged' }
    // both are asked whatever the first one says: the same time for everybody
    const holder = await accounts.findByEmail(tenant.id, emailCanonical)
    const isKept = await store.isKept(tenant.id, [emailCanonical], { except: accountId }, undefined)
    const isFree = holder === undefined && !isKept
    const { handle, nextAt } = await emailCodes.issue({
      tenant,
      purpose,
      email: holder?.email ?? mailbox.email,
      accountId,
      decoy: !isFree,
      browser,
      data: { from: account.emailCanonical },
      requester,
      letter: letterFor({ tenant, account }, isFree),
    })
    return { kind: 'sent', handle, nextAt }
  }
}

function createConfirm(deps: EmailChangeDeps): EmailChanges['confirm'] {
  const { store, accounts, emailCodes, audit, isKeptElsewhere, clock } = deps
  const mails = createEmailChangeMails(deps)

  /** Refuses by false what the code was not asked for, or what was decided otherwise since. */
  async function apply(input: ConfirmEmailChange, proof: CodeProved, held: HeldAccount) {
    const { account, within, save } = held
    const mailbox = mailboxOf(proof.email)
    const isAsked = proof.accountId === account.id && proof.data['from'] === account.emailCanonical
    if (account.status !== 'active' || !isAsked || !mailbox) return false
    if (isVoid(account, proof.issuedAt)) return false
    const places = [account.emailCanonical, mailbox.emailCanonical]
    if (await store.isKept(account.tenantId, places, { except: account.id }, within)) return false
    if (!(await save({ ...mailbox, emailVerified: true }))) return false

    await audit.append(eventOf('account.email_changed', account, input.requester), within)
    // SECURITY: an address that was never proved may be a stranger's, and must not get the account.
    if (!account.emailVerified) return true
    const { tenant, requester } = input
    const about = { tenant, account, ip: requester.ip, email: mailbox.email }
    if (await takesBack(held, mailbox.emailCanonical)) {
      await held.end({ kind: 'account', id: account.id })
      await mails.undone(about, within)
      return true
    }
    const token = randomToken()
    await store.insert(changeOf(account, mailbox.emailCanonical, token, clock.now()), within)
    await mails.changed({ ...about, token }, within)
    return true
  }

  /** SECURITY: an address the account has again: whoever had it in between gets no way back by a link of their own. */
  async function takesBack({ account, within }: HeldAccount, canonical: string): Promise<boolean> {
    const all = await store.list(account.tenantId, account.id, within)
    const first = all.findLast(({ oldCanonical }) => oldCanonical === canonical)
    return first !== undefined && store.use(first, within)
  }

  return async (input) => {
    const { tenant, accountId, handle, browser, code, requester } = input
    const verdict = await emailCodes.verify({ tenant, purpose, handle, browser, code, requester })
    if (verdict.kind !== 'proved') return verdict
    const account = await accounts.find(tenant.id, accountId)
    if (!account || (await isKeptElsewhere(tenant.id, account.email))) return expired
    const isChanged = await accounts.hold(tenant.id, accountId, (held) =>
      apply(input, verdict, held),
    )
    return isChanged ? { kind: 'changed', email: verdict.email } : expired
  }
}

function createUndo(deps: EmailChangeDeps): Pick<EmailChanges, 'look' | 'undo'> {
  const { store, accounts, audit } = deps
  const mails = createEmailChangeMails(deps)

  return {
    async look({ tenant, token }) {
      const change = await store.find(tenant.id, sha256(token))
      const account = change && (await accounts.find(tenant.id, change.accountId))
      return change && account && mayProve(account)
        ? { kind: 'here', email: change.oldEmail }
        : over
    },

    async undo({ tenant, token, requester }) {
      const change = await store.find(tenant.id, sha256(token))
      if (!change) return over
      const isUndone = await accounts.hold(tenant.id, change.accountId, async (held) => {
        const { account, within } = held
        // SECURITY: also for who is leaving: whoever took the address could wait there until the day is over.
        if (!mayProve(account)) return false
        if (!(await leadsTo(change, held))) return false
        if (!(await store.use(change, within))) return false
        const { oldEmail: email, oldCanonical: emailCanonical } = change
        const isBack = await held.save({ email, emailCanonical, emailVerified: true })
        if (!isBack) throw new Error('an address that was kept is taken')
        await held.end({ kind: 'anonymous' })
        await audit.append(eventOf('account.email_change_undone', account, requester, true), within)
        await mails.undone({ tenant, account, ip: requester.ip, email }, within)
        return true
      })
      return isUndone ? { kind: 'undone' } : over
    },
  }

  /** True when the address of now came of this change, or of one after it: a second change is no way out (Q59). */
  async function leadsTo(change: EmailChange, { account, within }: HeldAccount): Promise<boolean> {
    const all = await store.list(change.tenantId, change.accountId, within)
    return all.some(
      ({ changedAt, newCanonical }) =>
        changedAt >= change.changedAt && newCanonical === account.emailCanonical,
    )
  }
}

function changeOf(account: Account, newCanonical: string, token: string, now: number): EmailChange {
  return {
    tenantId: account.tenantId,
    id: sha256(token),
    accountId: account.id,
    oldEmail: account.email,
    oldCanonical: account.emailCanonical,
    newCanonical,
    changedAt: new Date(now),
    endsAt: new Date(now + undoLifetime * 1000),
  }
}

function eventOf(type: string, account: Account, requester: Requester, byLink = false): AuditEvent {
  const { ip, userAgent, requestId } = requester
  return {
    tenantId: account.tenantId,
    accountId: account.id,
    type,
    outcome: 'success',
    // whoever holds the link is known to own a mailbox, not to be signed in
    actor: byLink ? { kind: 'anonymous' } : { kind: 'account', id: account.id },
    ip,
    userAgent,
    requestId,
  }
}
