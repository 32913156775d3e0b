import { isVoid, type HeldAccount } from '#account/account.ts'
import type { AccountId } from '#kit/ids.ts'
import type { AdmissionRefusal, Arrival, Connections, Identities, KeptLink } from '../federation.ts'
import { keyOf, Overtaken, type AdmitDeps, type Guest } from './admit.ts'
import { decideLink } from './decision.ts'
import type { Identity, IdentityKey, KeepTokens } from './identity.ts'
import { waitingTokens, type WaitingLinks } from './waiting.ts'

export type LinkDeps = Pick<AdmitDeps, 'accounts' | 'clock' | 'records' | 'store' | 'tell'> & {
  readonly connections: Pick<Connections, 'find'>
  /** Until somebody signed in to the account that stands here. */
  readonly waiting: WaitingLinks
  /** Until the front end that sent somebody comes for it. */
  readonly kept: WaitingLinks
  readonly keepTokens: KeepTokens
}

/** Linking with proof of both sides: the other side's, and the account's own. */
export function createLinking(deps: LinkDeps) {
  const write = createWrite(deps)
  const connect = createConnect(deps, write)
  const linkWaiting = createLinkWaiting(deps, write)
  return { link: createLink(connect), ...createLinkInSteps(deps, connect), linkWaiting }
}

type Write = ReturnType<typeof createWrite>

function createWrite({ store, records, tell }: LinkDeps) {
  return async (
    occasion: Pick<Guest, 'tenant' | 'connection' | 'requester'>,
    { account, within }: HeldAccount,
    identity: Omit<Identity, 'accountId'>,
    how: string,
  ): Promise<void> => {
    const { tenant, connection, requester } = occasion
    const about = { accountId: account.id, detail: { how } }
    await records.happened('federation.linked', occasion, about, within)
    const kept = { ...identity, accountId: account.id }
    if (!(await store.insert(kept, within))) throw new Overtaken()
    await tell({ tenant, account, connection, ip: requester.ip, what: 'linked' }, within)
  }
}

type Proved = Pick<Guest, 'tenant' | 'connection' | 'requester'> & {
  readonly accountId: AccountId
  readonly provedAt: number
  readonly key: IdentityKey
  readonly email: string | undefined
}

/** Both sides are proved: theirs, and that of the account since `provedAt`. */
function createConnect({ store, accounts, clock }: LinkDeps, write: Write) {
  return async (proved: Proved): Promise<AdmissionRefusal | undefined> => {
    const { tenant, accountId, provedAt, key, email } = proved
    const linking = accounts.hold(tenant.id, accountId, async (held) => {
      const { account, within } = held
      if (isVoid(account, provedAt)) return 'account_unavailable'
      const known = await store.find(key, within)
      const all = await store.list(tenant.id, account.id, within)
      const decision = decideLink({
        owner: known && { id: known.accountId },
        account,
        hasAnother: all.some(({ connectionId }) => connectionId === key.connectionId),
      })
      if (decision !== 'link') return decision
      const said = { email, createdAt: new Date(clock.now()), lastUsedAt: undefined }
      await write(proved, held, { ...key, ...said }, 'signed_in')
      return 'linked' as const
    })
    const outcome = await unlessOvertaken(linking, 'identity_taken' as const)
    return outcome === 'linked' ? undefined : (outcome ?? 'account_unavailable')
  }
}

type Connect = ReturnType<typeof createConnect>

export type LinkGuest = Guest & Pick<Arrival, 'errand'>

/** Of an errand `link`: who asked is signed in here, and has just proved who they are over there. */
function createLink(connect: Connect) {
  return async (guest: LinkGuest): Promise<AdmissionRefusal | undefined> => {
    const { errand, mapped } = guest
    if (errand.purpose !== 'link') throw new Error('an errand that links nothing')
    if (!mayBeOf(guest)) return 'domain_not_allowed'
    return connect({ ...guest, ...errand, key: keyOf(guest), email: mapped.email?.email })
  }
}

/** Of an errand `api_link`: what is proved over there waits, and is linked when the front end proves the other side. */
function createLinkInSteps(deps: LinkDeps, connect: Connect) {
  const { connections, kept, records, keepTokens } = deps
  return {
    async keepLink(guest: LinkGuest): Promise<KeptLink> {
      const { tenant, errand, mapped } = guest
      if (errand.purpose !== 'api_link') throw new Error('an errand that links nothing')
      if (!mayBeOf(guest)) return { refusal: 'domain_not_allowed' }
      const { tenantId: _, ...key } = keyOf(guest)
      const { accountId } = errand
      const tokens = waitingTokens(guest)
      const link = { ...key, email: mapped.email?.email, accountId, tokens }
      return { handle: await kept.keep(tenant.id, link) }
    },

    linkKept: (async ({ tenant, handle, accountId, provedAt, requester }) => {
      const found = await kept.take(tenant.id, handle)
      // SECURITY: it was proved for one account. Whoever is signed in now may be somebody else.
      if (found?.accountId !== accountId) return 'over'
      const { connectionId, issuer, subject, email, tokens } = found
      const connection = await connections.find(tenant.id, connectionId)
      if (connection?.status !== 'active') return 'no_account'
      const key = { tenantId: tenant.id, connectionId, issuer, subject }
      const occasion = { tenant, connection, requester, accountId, provedAt }
      const refusal = await connect({ ...occasion, key, email })
      if (refusal) await records.failed(occasion, refusal)
      else if (tokens) await keepTokens(key, tokens.sealedTokens, tokens)
      return refusal ?? 'linked'
    }) satisfies Identities['linkKept'],
  }
}

/**
 * Nobody comes in through a connection from outside of the domains it owns, if it owns any. SECURITY: an address that nobody
 * stands for is none of them, as in `decide` (nOAuth): anybody can write it into their profile over there.
 */
function mayBeOf({ rules: { domains }, mapped: { email } }: Guest): boolean {
  if (domains.length === 0) return true
  if (!email?.isVouchedFor && !email?.isVerified) return false
  return domains.some(({ name }) => name === email.domain)
}

function createLinkWaiting(deps: LinkDeps, write: Write): Identities['linkWaiting'] {
  const { accounts, connections, waiting, clock } = deps
  return async ({ tenant, handle, accountId, requester }) => {
    const found = await waiting.take(tenant.id, handle)
    // SECURITY: it waits for one account. Who signed in to another has proved nothing of that one.
    if (found?.accountId !== accountId) return false
    const connection = await connections.find(tenant.id, found.connectionId)
    if (connection?.status !== 'active') return false
    const { tokens, ...identity } = found
    const linking = accounts.hold(tenant.id, accountId, async (held) => {
      const { status, emailVerified } = held.account
      if (status !== 'active' || !emailVerified) return false
      const now = new Date(clock.now())
      const kept = { ...identity, tenantId: tenant.id, createdAt: now, lastUsedAt: now }
      await write({ tenant, connection, requester }, held, kept, 'after_sign_in')
      return true
    })
    const isLinked = (await unlessOvertaken(linking, false)) ?? false
    if (isLinked && tokens)
      await deps.keepTokens({ ...identity, tenantId: tenant.id }, tokens.sealedTokens, tokens)
    return isLinked
  }
}

/** Somebody has it already: nothing of this was kept. */
async function unlessOvertaken<T, Other>(work: Promise<T>, otherwise: Other): Promise<T | Other> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Overtaken) return otherwise
    throw error
  }
}
