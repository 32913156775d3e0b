import { isVoid, type HeldAccount } from '#account/account.ts'
import type { AdmissionRefusal, Connections, Identities } from '../federation.ts'
import { keyOf, Overtaken, type AdmitDeps, type Guest } from './admit.ts'
import { decideLink } from './decision.ts'
import type { Identity } from './identity.ts'
import type { WaitingLinks } from './waiting.ts'

export type LinkDeps = Pick<AdmitDeps, 'accounts' | 'clock' | 'records' | 'store' | 'tell'> & {
  readonly connections: Pick<Connections, 'find'>
  readonly waiting: WaitingLinks
}

/** Linking with proof of both sides: the other side's, and the account's own. */
export function createLinking(deps: LinkDeps) {
  const write = createWrite(deps)
  return { link: createLink(deps, write), linkWaiting: createLinkWaiting(deps, write) }
}

type Write = ReturnType<typeof createWrite>

function createWrite({ store, records, tell }: LinkDeps) {
  return async (
    occasion: Pick<Guest, 'tenant' | 'connection' | 'requester'>,
    { account, within }: HeldAccount,
    identity: Omit<Identity, 'accountId' | 'sealedTokens'>,
    how: string,
  ): Promise<void> => {
    const { tenant, connection, requester } = occasion
    const about = { accountId: account.id, detail: { how } }
    await records.happened('federation.linked', occasion, about, within)
    const kept = { ...identity, accountId: account.id, sealedTokens: undefined }
    if (!(await store.insert(kept, within))) throw new Overtaken()
    await tell({ tenant, account, connection, ip: requester.ip, what: 'linked' }, within)
  }
}

/** Of an errand `link`: who asked is signed in here, and has just proved who they are over there. */
function createLink({ store, accounts, clock }: LinkDeps, write: Write) {
  return async (guest: Guest): Promise<AdmissionRefusal | undefined> => {
    const { tenant, connection, errand, rules, mapped } = guest
    if (errand.purpose !== 'link') throw new Error('an errand that links nothing')
    const { domains } = rules
    if (domains.length > 0 && !domains.some(({ name }) => name === mapped.email?.domain))
      return 'domain_not_allowed'
    const linking = accounts.hold(tenant.id, errand.accountId, async (held) => {
      const { account, within } = held
      if (isVoid(account, errand.provedAt)) return 'account_unavailable'
      const known = await store.find(keyOf(guest), within)
      const all = await store.list(tenant.id, account.id, within)
      const decision = decideLink({
        owner: known && { id: known.accountId },
        account,
        hasAnother: all.some(({ connectionId }) => connectionId === connection.id),
      })
      if (decision !== 'link') return decision
      const createdAt = new Date(clock.now())
      const said = { email: mapped.email?.email, createdAt, lastUsedAt: undefined }
      await write(guest, held, { ...keyOf(guest), ...said }, 'signed_in')
      return 'linked' as const
    })
    const outcome = await unlessOvertaken(linking, 'identity_taken' as const)
    return outcome === 'linked' ? undefined : (outcome ?? 'account_unavailable')
  }
}

function createLinkWaiting(deps: LinkDeps, write: Write): Identities['linkWaiting'] {
  const { accounts, connections, waiting, clock } = deps
  return async ({ tenant, handle, accountId, requester }) => {
    const found = await waiting.take(tenant.id, handle)
    // SECURITY: it waits for one account. Who signed in to another has proved nothing of that one.
    if (found?.accountId !== accountId) return false
    const connection = await connections.find(tenant.id, found.connectionId)
    if (connection?.status !== 'active') return false
    const linking = accounts.hold(tenant.id, accountId, async (held) => {
      const { status, emailVerified } = held.account
      if (status !== 'active' || !emailVerified) return false
      const now = new Date(clock.now())
      const kept = { ...found, tenantId: tenant.id, createdAt: now, lastUsedAt: now }
      await write({ tenant, connection, requester }, held, kept, 'after_sign_in')
      return true
    })
    return (await unlessOvertaken(linking, false)) ?? false
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
