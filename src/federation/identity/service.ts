import type { Accounts } from '#account/account.ts'
import { epochSeconds } from '#kit/clock.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import { brandId, type AccountId } from '#kit/ids.ts'
import type { Ephemeral } from '#storage/storage.ts'
import type {
  Admission,
  AdmissionRefusal,
  Arrival,
  Connections,
  Identities,
  Requesting,
} from '../federation.ts'
import { createAdmitting, keyOf, Overtaken, type AdmitDeps, type Guest } from './admit.ts'
import { isStrongEnough } from './authentication.ts'
import { decide } from './decision.ts'
import { canBeKept, type AccountRules, type AccountRulesOf, type KeepTokens } from './identity.ts'
import { createLinking } from './link.ts'
import { isPrivileged, mapIdentity, type Mapped } from './mapping.ts'
import { createRecords, type RecordDeps } from './records.ts'
import { createUnverifiedGuests, unverifiedGuest, type UnverifiedGuests } from './unverified.ts'
import { createWaitingLinks, waitingTokens, type WaitingLinks } from './waiting.ts'

export type IdentityDeps = Omit<AdmitDeps, 'accounts' | 'records'> &
  RecordDeps & {
    readonly accounts: Pick<Accounts, 'create' | 'find' | 'findByEmail' | 'hold' | 'update'>
    readonly connections: Pick<Connections, 'find'>
    readonly rulesOf: AccountRulesOf
    readonly keepTokens: KeepTokens
    readonly ephemeral: Pick<Ephemeral, 'put' | 'take'>
  }

/** Times it is decided anew when somebody else was faster. */
const mostTries = 3

const nobody = brandId<AccountId>('nobody')

export function createIdentities(deps: IdentityDeps): Identities {
  const records = createRecords(deps)
  const unverified = createUnverifiedGuests(deps.ephemeral)
  const inner = {
    ...deps,
    records,
    waiting: createWaitingLinks(deps.ephemeral, 'federation_link'),
    kept: createWaitingLinks(deps.ephemeral, 'federation_kept_link'),
    unverified,
  }
  const receive = createReceive(deps)
  const decided = createDecided(inner)
  const { link, keepLink, linkWaiting, linkKept } = createLinking(inner)

  return {
    async admit(arrival, requester) {
      return decided(arrival, requester, await receive(arrival, requester, mappedBy(arrival)))
    },

    async admitVerified({ tenant, handle, email, requester }) {
      const found = await unverified.take(tenant.id, handle)
      if (!found || canonicalEmail(email) !== found.mapped.email.emailCanonical) return undefined
      const { connectionId, identity, mapped, tokens: kept } = found
      const connection = await deps.connections.find(tenant.id, connectionId)
      if (!connection) return undefined
      const sealedTokens = kept?.version === connection.version ? kept.sealedTokens : undefined
      const back = { tenant, connection, identity, sealedTokens }
      const proved = { ...mapped, email: { ...mapped.email, isVerified: true } }
      return decided(back, requester, await receive(back, requester, () => proved))
    },

    async link(arrival, requester) {
      const guest = await receive(arrival, requester, mappedBy(arrival))
      const refusal = typeof guest === 'string' ? guest : await link(guest)
      if (refusal) await records.failed({ ...arrival, requester }, refusal)
      else await keepTokensOf(arrival, deps)
      return refusal
    },

    async keepLink(arrival, requester) {
      const guest = await receive(arrival, requester, mappedBy(arrival))
      const kept = typeof guest === 'string' ? { refusal: guest } : await keepLink(guest)
      if ('refusal' in kept) await records.failed({ ...arrival, requester }, kept.refusal)
      return kept
    },

    linkWaiting,
    linkKept,
  }
}

function createDecided(inner: Parameters<typeof createAttempt>[0]) {
  const { records } = inner
  const attempt = createAttempt(inner)

  async function admitted(guest: Guest): Promise<Admission> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      try {
        return await attempt(guest)
      } catch (error) {
        if (!(error instanceof Overtaken)) throw error
      }
    }
    // the address is kept for who had it until lately, see `KeptAddresses`
    return { kind: 'refused', reason: 'account_unavailable' }
  }

  return async (
    arrival: Newcomer,
    requester: Requesting,
    guest: Guest | AdmissionRefusal,
  ): Promise<Admission> => {
    const admission =
      typeof guest === 'string'
        ? ({ kind: 'refused', reason: guest } as const)
        : await admitted(guest)
    if (admission.kind === 'refused')
      await records.failed({ ...arrival, requester }, admission.reason)
    if (admission.kind === 'admitted') await keepTokensOf(arrival, inner)
    return admission
  }
}

/** Somebody who came back; of a sign-in that waited, what is left of it. */
type Newcomer = Pick<Guest, 'tenant' | 'connection' | 'identity' | 'sealedTokens'>

async function keepTokensOf(
  arrival: Newcomer,
  { keepTokens }: Pick<IdentityDeps, 'keepTokens'>,
): Promise<void> {
  const { connection, sealedTokens } = arrival
  if (sealedTokens !== undefined) await keepTokens(keyOf(arrival), sealedTokens, connection)
}

const mappedBy =
  ({ identity }: Arrival) =>
  (rules: AccountRules): Mapped =>
    mapIdentity(identity, rules)

/** What is refused whoever it is. */
function createReceive({ rulesOf, clock }: Pick<IdentityDeps, 'rulesOf' | 'clock'>) {
  return async <From extends Newcomer>(
    arrival: From,
    requester: Requesting,
    mappedOf: (rules: AccountRules) => Mapped,
  ): Promise<
    (From & Guest) | Extract<AdmissionRefusal, 'no_account' | 'authentication_too_weak'>
  > => {
    const { connection, identity } = arrival
    if (connection.status !== 'active' || !canBeKept(identity)) return 'no_account'
    const rules = await rulesOf(connection)
    if (!isStrongEnough(identity.authentication, rules, epochSeconds(clock)))
      return 'authentication_too_weak'
    return { ...arrival, requester, rules, mapped: mappedOf(rules) }
  }
}

function createAttempt(
  deps: IdentityDeps &
    Pick<AdmitDeps, 'records'> & {
      readonly waiting: WaitingLinks
      readonly unverified: UnverifiedGuests
    },
) {
  const { store, accounts, waiting, unverified } = deps
  const admitting = createAdmitting(deps)

  /** Asked of everybody alike, so that no answer takes longer for who is known (Q73). */
  async function holderOf({ tenant, connection, mapped }: Guest) {
    const account = mapped.email && (await accounts.findByEmail(tenant.id, mapped.email.email))
    const identities = await store.list(tenant.id, account?.id ?? nobody)
    if (!account) return undefined
    const hasAnother = identities.some(({ connectionId }) => connectionId === connection.id)
    return { account, status: account.status, hasAnother, isPrivileged: isPrivileged(account) }
  }

  return async (guest: Guest): Promise<Admission> => {
    const { tenant, mapped, rules } = guest
    // in this order: who is made an account meanwhile, in another tab, is known, and nobody else's
    const holder = await holderOf(guest)
    const known = await store.find(keyOf(guest))
    const owner = known && (await accounts.find(tenant.id, known.accountId))
    const decision = decide({ owner, address: mapped.email, holder, rules })
    if (decision.kind === 'refused') return decision
    if (known) return admitting.signIn(guest, known)
    const { email: address } = mapped
    if (!address) throw new Error('an account without an address')
    if (decision.kind === 'verify_first') {
      const handle = await unverified.keep(tenant.id, unverifiedGuest(guest, address))
      return { kind: 'verify_first', email: address.email, handle }
    }
    if (!holder) return admitting.create(guest, address)
    if (decision.kind === 'take_over') return admitting.takeOver(guest, holder.account)
    const { tenantId, ...key } = keyOf(guest)
    const handle = await waiting.keep(tenantId, {
      ...key,
      email: address.email,
      accountId: holder.account.id,
      tokens: waitingTokens(guest),
    })
    return { kind: 'link_first', email: holder.account.email, handle }
  }
}
