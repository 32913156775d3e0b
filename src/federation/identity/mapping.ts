import { adminRole, isProfileValue, type Account, type Profile } from '#account/account.ts'
import { mailboxOf } from '#kit/email-address.ts'
import { ownerRole, type ForeignIdentity } from '../federation.ts'
import { mappedFields, type AccountRules, type MappedField, type Membership } from './identity.ts'

/** What is taken of what the other side said: bounded, and each what its name says. Nothing else is stored. */
export type Mapped = {
  readonly profile: Profile
  /** Where mail can be sent to. */
  readonly email: MappedAddress | undefined
  readonly groups: readonly string[]
}

export type MappedAddress = NonNullable<ReturnType<typeof mailboxOf>> & {
  readonly domain: string
  readonly isVerified: boolean
  readonly isVouchedFor: boolean
}

/** Values that are looked up; Entra names at most 200 (reference/federation.md §3.4). */
const mostGroups = 1000

type Said = Pick<ForeignIdentity, 'email' | 'emailVerified' | 'isMember'>

type ProfileField = Exclude<MappedField, 'email' | 'groups'>

const profileFields = mappedFields.filter((field) => field !== 'email' && field !== 'groups')

/** What the connection maps wins over the protocol's own names. */
export function mapIdentity(
  identity: Said & Pick<ForeignIdentity, 'attributes' | 'groups' | 'profile'>,
  { mapping }: Pick<AccountRules, 'mapping'>,
): Mapped {
  const said = (field: MappedField) =>
    [...mapping].flatMap(([name, to]) =>
      to === field ? (identity.attributes.get(name) ?? []) : [],
    )
  const [email = identity.email] = said('email')
  const groups = said('groups')
  return {
    profile: profileOf((field) => said(field)[0] ?? identity.profile[field]),
    email: addressOf(email, identity),
    groups: (groups.length > 0 ? groups : (identity.groups ?? [])).slice(0, mostGroups),
  }
}

function profileOf(value: (field: ProfileField) => string | undefined): Profile {
  const pairs = profileFields.map((field) => [field, value(field)?.trim() ?? ''] as const)
  return Object.fromEntries(
    pairs.filter(([field, text]) => text !== '' && isProfileValue(field, text)),
  )
}

/** SECURITY: what was verified is one address, and no other that stands in another attribute. */
function addressOf(email: string | undefined, identity: Said): MappedAddress | undefined {
  const mailbox = email === undefined ? undefined : mailboxOf(email)
  if (!mailbox) return undefined
  const { emailCanonical } = mailbox
  const domain = emailCanonical.slice(emailCanonical.lastIndexOf('@') + 1)
  const isVerified = identity.emailVerified && email === identity.email
  return { ...mailbox, domain, isVerified, isVouchedFor: identity.isMember }
}

/** What this person has here after a sign-in; `current`: what they have before, undefined for a new account. */
export function membershipOf(
  groups: readonly string[],
  rules: Pick<AccountRules, 'defaultRoles' | 'groups'>,
  current: Membership | undefined,
): Membership {
  const matched = groups.flatMap((group) => rules.groups.get(group) ?? [])
  const byDefault = { roles: rules.defaultRoles, groups: [] }
  const granted = matched.length > 0 ? matched : [byDefault]
  if (!current) return replace({ roles: [], groups: [] }, [], granted)
  // without a table the connection says nothing of anybody's roles
  if (rules.groups.size === 0) return current
  return replace(current, [...rules.groups.values(), byDefault], granted)
}

/** Given here, by hand: who administers, and who is let in when the other side is broken. */
const privileged: readonly string[] = [adminRole, ownerRole]

export function isPrivileged({ roles }: Pick<Account, 'roles'>): boolean {
  return roles.some((role) => privileged.includes(role))
}

/** What others gave stays, in its order. */
function replace(
  current: Membership,
  managed: readonly Membership[],
  granted: readonly Membership[],
): Membership {
  const change = (what: keyof Membership) => {
    // SECURITY: never an administrator by somebody else's word (reference/federation.md §3.7)
    const namesIn = (all: readonly Membership[]) =>
      all
        .flatMap((one) => one[what])
        .filter((name) => what === 'groups' || !privileged.includes(name))
    const kept = current[what].filter((name) => !namesIn(managed).includes(name))
    return [...new Set([...kept, ...namesIn(granted)])]
  }
  return { roles: change('roles'), groups: change('groups') }
}

/** The account as it is after a sign-in; the same object where nothing changes. */
export function mergeMapped(account: Account, mapped: Mapped, rules: AccountRules): Account {
  const { profile } = account
  const merged =
    rules.mappingMode === 'always'
      ? { ...profile, ...mapped.profile }
      : { ...mapped.profile, ...withoutEmpty(profile) }
  const { roles, groups } = membershipOf(mapped.groups, rules, account)
  const isSame =
    sameEntries(profile, merged) &&
    sameNames(account.roles, roles) &&
    sameNames(account.groups, groups)
  return isSame ? account : { ...account, profile: merged, roles, groups }
}

function withoutEmpty(profile: Profile): Profile {
  return Object.fromEntries(
    Object.entries(profile).filter(([, value]) => value !== undefined && value !== ''),
  )
}

function sameEntries(one: Profile, other: Profile): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]) as Set<keyof Profile>
  return [...names].every((name) => one[name] === other[name])
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name))
}
