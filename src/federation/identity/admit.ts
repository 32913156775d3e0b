import { mayProve, type Account, type Accounts, type HeldAccount } from '#account/account.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import type { AccountId } from '#kit/ids.ts'
import { newId } from '#kit/random.ts'
import type { PriorCredential } from '#login/email-code/email-code.ts'
import type { Transaction, Transactor } from '#storage/storage.ts'
import type { Admission, Arrival, ForeignIdentity, Requesting } from '../federation.ts'
import { proofOf } from './authentication.ts'
import type {
  AccountRules,
  Identity,
  IdentityKey,
  IdentityStore,
  RemoveAllIdentities,
  TellIdentity,
} from './identity.ts'
import {
  isPrivileged,
  mergeMapped,
  membershipOf,
  type Mapped,
  type MappedAddress,
} from './mapping.ts'
import { actorOf, type Records } from './records.ts'

export type AdmitDeps = {
  readonly store: IdentityStore
  readonly accounts: Pick<Accounts, 'create' | 'hold' | 'update'>
  /** What a former owner may have left in an account. */
  readonly credentials: readonly PriorCredential[]
  readonly removeAll: RemoveAllIdentities
  readonly tell: TellIdentity
  readonly transactor: Transactor
  readonly records: Records
  readonly clock: Clock
}

/** What counts of who somebody is elsewhere, once it is mapped. */
export type Known = Pick<ForeignIdentity, 'issuer' | 'subject' | 'authentication' | 'session'>

/** Somebody who came back, with what was found out about them. */
export type Guest = Pick<Arrival, 'tenant' | 'connection' | 'sealedTokens'> & {
  readonly identity: Known
  readonly requester: Requesting
  readonly rules: AccountRules
  readonly mapped: Mapped
}

/** Undoes the transaction: somebody else was faster, and all is decided anew. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken'
}

/** What each decision comes to, in one transaction. Each throws `Overtaken` when it was decided on what is not so any more. */
export function createAdmitting(deps: AdmitDeps) {
  return {
    signIn: (guest: Guest, identity: Identity) => signIn(deps, guest, identity),
    create: (guest: Guest, address: MappedAddress) => create(deps, guest, address),
    takeOver: (guest: Guest, holder: Account) => takeOver(deps, guest, holder),
  }
}

async function signIn(deps: AdmitDeps, guest: Guest, identity: Identity): Promise<Admission> {
  const { accounts, store, records, clock } = deps
  const { tenant, mapped, rules } = guest
  const account = await accounts.hold(tenant.id, identity.accountId, async (held) => {
    const { account, within } = held
    const isTheirs = await store.use(identity, new Date(clock.now()), within)
    if (!isTheirs || !mayProve(account)) throw new Overtaken()
    const merged = mergeMapped(account, mapped, rules)
    if (merged !== account) await accounts.update(merged, actorOf(account.id), within)
    const detail = differenceOf(account, merged)
    const about = { accountId: account.id, detail }
    await records.happened('federation.signed_in', guest, about, within)
    return account
  })
  if (!account) throw new Overtaken()
  return admitted(deps, guest, account)
}

async function create(deps: AdmitDeps, guest: Guest, { email }: MappedAddress): Promise<Admission> {
  const { accounts, transactor, records } = deps
  const { tenant, mapped, rules } = guest
  const id = newId<AccountId>()
  const account = await transactor.transaction(async (within) => {
    const made = await accounts.create(
      {
        ...membershipOf(mapped.groups, rules, undefined),
        tenantId: tenant.id,
        id,
        email,
        emailVerified: true,
        profile: mapped.profile,
        actor: actorOf(id),
      },
      within,
    )
    if (made.outcome !== 'created') throw new Overtaken()
    for (const type of ['federation.account_created', 'federation.signed_in'] as const)
      await records.happened(type, guest, { accountId: id }, within)
    await keep(deps, guest, id, within)
    return made.account
  })
  return admitted(deps, guest, account, { isNew: true })
}

/** Nothing that opened the account before opens it any more: who left it there, nobody knows (Q62). */
async function takeOver(deps: AdmitDeps, guest: Guest, holder: Account): Promise<Admission> {
  const { accounts } = deps
  const { tenant, rules, mapped } = guest
  const actor = actorOf(holder.id)
  const account = await accounts.hold(tenant.id, holder.id, async (held) => {
    const { account, within } = held
    if (!(await isStillTheirs(deps, guest, held))) throw new Overtaken()
    for (const credential of deps.credentials) await credential.remove(account, actor, within)
    await deps.removeAll(account, actor, within)
    await held.end(actor)
    await held.save({ emailVerified: true })
    const merged = mergeMapped({ ...account, emailVerified: true }, mapped, rules)
    await accounts.update(merged, actor, within)
    const about = { accountId: account.id, detail: { how: 'verified_domain' } }
    for (const type of ['federation.linked', 'federation.signed_in'] as const)
      await deps.records.happened(type, guest, about, within)
    await keep(deps, guest, account.id, within)
    const { connection, requester } = guest
    const change = { tenant, account, connection, ip: requester.ip, what: 'taken_over' } as const
    await deps.tell(change, within)
    return account
  })
  if (!account) throw new Overtaken()
  // of this very second everything is void: see `isVoid`
  return admitted(deps, guest, account, { at: epochSeconds(deps.clock) + 1 })
}

async function isStillTheirs(
  { store }: AdmitDeps,
  { tenant, connection, mapped }: Guest,
  { account, within }: HeldAccount,
): Promise<boolean> {
  const others = await store.list(tenant.id, account.id, within)
  return (
    account.status === 'active' &&
    !isPrivileged(account) &&
    account.emailCanonical === mapped.email?.emailCanonical &&
    !others.some(({ connectionId }) => connectionId === connection.id)
  )
}

async function keep(
  { store, clock }: AdmitDeps,
  guest: Guest,
  accountId: AccountId,
  within: Transaction | undefined,
): Promise<void> {
  const now = new Date(clock.now())
  const email = guest.mapped.email?.email
  const times = { createdAt: now, lastUsedAt: now }
  const identity = { ...keyOf(guest), ...times, accountId, email }
  if (!(await store.insert(identity, within))) throw new Overtaken()
}

function admitted(
  { records, clock }: AdmitDeps,
  guest: Guest,
  account: Account,
  { isNew = false, at }: { readonly isNew?: boolean; readonly at?: number } = {},
): Admission {
  records.counted()
  const { connection, identity, rules } = guest
  const now = epochSeconds(clock)
  const proof = proofOf(account, { connection, ...identity, rules, now })
  return { kind: 'admitted', proof: { ...proof, at: at ?? proof.at }, isNew }
}

export function keyOf({
  tenant,
  connection,
  identity,
}: Pick<Guest, 'tenant' | 'connection' | 'identity'>): IdentityKey {
  const { issuer, subject } = identity
  return { tenantId: tenant.id, connectionId: connection.id, issuer, subject }
}

/** Roles and groups that came and went; undefined where none did. */
function differenceOf(before: Account, after: Account) {
  const names = (account: Account) => [...account.roles, ...account.groups]
  const added = names(after).filter((name) => !names(before).includes(name))
  const removed = names(before).filter((name) => !names(after).includes(name))
  return added.length + removed.length === 0 ? undefined : { added, removed }
}
