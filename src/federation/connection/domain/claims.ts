import { AppError } from '#kit/errors.ts'
import { randomToken } from '#kit/random.ts'
import type { ConnectionId, TenantId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'
import type { ConnectionOrigin, ConnectionProblem } from '../vocabulary.ts'
import { isProved, type ConnectionDomain, type DomainStore, type DomainWish } from './domain.ts'

export type ClaimWork = {
  readonly tenantId: TenantId
  readonly connectionId: ConnectionId
  readonly wishes: readonly DomainWish[]
  /** All of the tenant, as they are. */
  readonly claims: readonly ConnectionDomain[]
  readonly now: Date
}

/** What may not be, in the light of what is. */
export function claimProblems(
  work: ClaimWork & { readonly origin: ConnectionOrigin },
): readonly ConnectionProblem[] {
  const { wishes, claims, connectionId, origin, now } = work
  return wishes.flatMap((wish, at): readonly ConnectionProblem[] => {
    const same = claims.filter(({ domain }) => domain === wish.domain)
    const own = same.find((claim) => claim.connectionId === connectionId)
    const owner = same.find((claim) => isProved(claim, now.getTime()))
    if (wish.isProved === true && owner && owner !== own) {
      const message = `is proved for the connection ${owner.connectionId}`
      return [{ field: `domains.${at}.proved`, message }]
    }
    // nobody is locked out at the moment a name server happens to answer
    const isNew = wish.isEnforced && own?.isEnforced !== true
    if (origin === 'api' && isNew && (own === undefined || owner !== own))
      return [{ field: `domains.${at}.enforced`, message: 'must be proved first' }]
    return []
  })
}

/** What is wished is so afterwards: claims that are not named are over. Gives what was done, for the audit log. */
export async function writeClaims(
  work: ClaimWork & { readonly store: DomainStore },
  within: Transaction | undefined,
): Promise<readonly ClaimEvent[]> {
  const { wishes, claims, connectionId, tenantId, store } = work
  const own = claims.filter((claim) => claim.connectionId === connectionId)
  const events: ClaimEvent[] = []
  for (const { domain } of own) {
    if (wishes.some((wish) => wish.domain === domain)) continue
    await store.release({ tenantId, connectionId, domain }, within)
    events.push({ type: 'connection.domain_released', domain })
  }
  for (const wish of wishes) {
    const before = own.find(({ domain }) => domain === wish.domain)
    events.push(...(await writeClaim({ ...work, wish, before }, within)))
  }
  return events
}

export type ClaimEvent = {
  readonly type: `connection.domain_${'released' | 'claimed' | 'enforced' | 'relaxed' | 'proved' | 'lost'}`
  readonly domain: string
}

type OneClaim = ClaimWork & {
  readonly store: DomainStore
  readonly wish: DomainWish
  readonly before: ConnectionDomain | undefined
}

async function writeClaim(
  one: OneClaim,
  within: Transaction | undefined,
): Promise<readonly ClaimEvent[]> {
  return [...(await writeWish(one, within)), ...(await writeMark(one, within))]
}

async function writeWish(
  { tenantId, connectionId, now, store, wish, before }: OneClaim,
  within: Transaction | undefined,
): Promise<readonly ClaimEvent[]> {
  const { domain, isEnforced } = wish
  if (before?.isEnforced === isEnforced) return []
  const claim = { tenantId, connectionId, domain, challenge: randomToken(), isEnforced }
  await store.claim({ ...claim, claimedAt: now }, within)
  const turned = `connection.domain_${isEnforced ? 'enforced' : 'relaxed'}` as const
  return [
    ...(before ? [] : [{ type: 'connection.domain_claimed', domain } as const]),
    ...(before || isEnforced ? [{ type: turned, domain }] : []),
  ]
}

/** The word of the operator, and its end. */
async function writeMark(
  { tenantId, connectionId, now, store, wish, before }: OneClaim,
  within: Transaction | undefined,
): Promise<readonly ClaimEvent[]> {
  const { domain, isProved } = wish
  const key = { tenantId, connectionId, domain }
  const isMarked = before?.proof?.by === 'operator'
  if (isProved === undefined || isProved === isMarked) return []
  if (!isProved) {
    await store.disprove(key, within)
    return [{ type: 'connection.domain_lost', domain }]
  }
  if (!(await store.prove(key, { by: 'operator', at: now }, within))) throw owned()
  return [{ type: 'connection.domain_proved', domain }]
}

function owned(): AppError {
  return new AppError({
    code: 'connection.domain_owned',
    status: 409,
    message: 'Another connection proved this domain at the same moment.',
  })
}
