import { mayProve, type Account, type AccountStatus } from '#account/account.ts'
import type { AdmissionRefusal } from '../federation.ts'
import type { AccountRules } from './identity.ts'

/** All that decides whose account somebody who came back has. */
export type Situation = {
  /** The account that has this identity. */
  readonly owner: Pick<Account, 'status'> | undefined
  /** Undefined where there is none that mail can be sent to. */
  readonly address: ClaimedAddress | undefined
  /** The account here with this address. */
  readonly holder: AddressHolder | undefined
  readonly rules: Pick<
    AccountRules,
    'justInTime' | 'justInTimeDomains' | 'domains' | 'linksByVerifiedDomain'
  >
}

export type ClaimedAddress = {
  /** Lower case, in punycode. */
  readonly domain: string
  /** By the protocol's own rules (reference/federation.md §3.3-§3.5). */
  readonly isVerified: boolean
  /** By the organisation that they are a member of; it counts within its own domains. */
  readonly isVouchedFor: boolean
}

export type AddressHolder = {
  readonly status: AccountStatus
  /** It has another identity of the same connection. */
  readonly hasAnother: boolean
  /** It may do what nobody may because somebody else's server says so: see `isPrivileged`. */
  readonly isPrivileged: boolean
}

export type Decision =
  | { readonly kind: 'sign_in' }
  | { readonly kind: 'create' }
  /** The account is theirs by its tenant's own word; whatever opened it before was left by who knows whom. */
  | { readonly kind: 'take_over' }
  /** Nobody but who signs in to it says whose it is. */
  | { readonly kind: 'link_first' }
  /** Nobody vouches for the address, so its mailbox is proved first. */
  | { readonly kind: 'verify_first' }
  | { readonly kind: 'refused'; readonly reason: AdmissionRefusal }

/**
 * Whose account it is (reference/federation.md §3.7, Q60-Q62). SECURITY: an address decides nothing unless it is verified, and
 * then decides before anything here is looked at: what is refused for it tells of no account (Q73). Two accounts become one
 * only by a proof of both, or where the tenant owns the domain and said so.
 */
export function decide({ owner, address, holder, rules }: Situation): Decision {
  if (owner) return mayProve(owner) ? { kind: 'sign_in' } : refused('account_unavailable')
  if (!address) return refused('email_required')
  const own = rules.domains.find(({ name }) => name === address.domain)
  if (rules.domains.length > 0 && !own) return refused('domain_not_allowed')
  const isTheirs = own !== undefined && address.isVouchedFor
  if (!isTheirs && !address.isVerified) return ofUnproved(address, rules)
  if (!holder) return ofNobody(address, rules)
  const isTaken = isTheirs && (rules.linksByVerifiedDomain || own.isEnforced)
  return ofSomebody(holder, isTaken)
}

/** nOAuth, non-verifying IdP. */
function ofUnproved(address: ClaimedAddress, rules: Situation['rules']): Decision {
  return mayMake(address, rules) ? { kind: 'verify_first' } : refused('email_required')
}

function ofSomebody(
  { status, hasAnother, isPrivileged }: AddressHolder,
  isTaken: boolean,
): Decision {
  if (status !== 'active') return refused('account_unavailable')
  // a re-registered domain has the addresses of before, under new subjects
  if (hasAnother) return refused('identity_taken')
  return { kind: isTaken && !isPrivileged ? 'take_over' : 'link_first' }
}

function ofNobody(address: ClaimedAddress, rules: Situation['rules']): Decision {
  if (mayMake(address, rules)) return { kind: 'create' }
  return refused(rules.justInTime === 'off' ? 'no_account' : 'domain_not_allowed')
}

/** Whether who has this address is made an account. */
function mayMake({ domain }: ClaimedAddress, rules: Situation['rules']): boolean {
  const { justInTime, justInTimeDomains } = rules
  return justInTime === 'on' || (justInTime === 'domains' && justInTimeDomains.includes(domain))
}

const refused = (reason: AdmissionRefusal) => ({ kind: 'refused', reason }) as const

/** Of an errand `link`: somebody who is signed in proved both sides; addresses have no say. */
export function decideLink({
  owner,
  account,
  hasAnother,
}: {
  /** Whose it is already. */
  readonly owner: Pick<Account, 'id'> | undefined
  readonly account: Pick<Account, 'id' | 'status'>
  readonly hasAnother: boolean
}): 'link' | 'linked' | Extract<AdmissionRefusal, 'account_unavailable' | 'identity_taken'> {
  if (account.status !== 'active') return 'account_unavailable'
  if (owner) return owner.id === account.id ? 'linked' : 'identity_taken'
  return hasAnother ? 'identity_taken' : 'link'
}
