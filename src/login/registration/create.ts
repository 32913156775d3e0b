import type { Account, Accounts } from '#account/account.ts'
import type { Clock } from '#kit/clock.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import type { AccountId } from '#kit/ids.ts'
import { newId } from '#kit/random.ts'
import type { Transaction, Transactor } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { Passwords, PreparedPassword } from '../password/password.ts'
import { isOfDomain } from './begin.ts'
import { modeOf } from './registration.ts'
import type {
  AgreementStore,
  Applicant,
  CreateRegistered,
  CreateRegisteredResult,
  InvitationStore,
  Registrations,
} from './registration.ts'

export type CreateDeps = {
  readonly accounts: Pick<Accounts, 'create'>
  readonly passwords: Pick<Passwords, 'prepare'>
  readonly agreements: AgreementStore
  readonly invitations: InvitationStore
  readonly transactor: Transactor
  readonly clock: Clock
}

/** Undoes the transaction: half an account is none. */
class RegistrationOver extends Error {
  override readonly name = 'RegistrationOver'
}

export function createRegister(deps: CreateDeps): Registrations['create'] {
  const { accounts, agreements, invitations, transactor, clock } = deps

  /** Hashed before, so that no transaction waits for it; sealed for the account that will be. */
  async function prepare(
    { tenant, password }: CreateRegistered,
    account: Account,
  ): Promise<PreparedPassword> {
    if (password === undefined) return { outcome: 'ready', keep: async () => undefined }
    const actor = { kind: 'account', id: account.id } as const
    return deps.passwords.prepare({ tenant, account, password, actor })
  }

  async function keep(
    draft: Account,
    applicant: Applicant,
    within: Transaction | undefined,
  ): Promise<Account> {
    const now = new Date(clock.now())
    const { tenantId, id, email, profile } = draft
    const { invitationId } = applicant
    const isUsable =
      invitationId === undefined || (await invitations.use(tenantId, invitationId, now, within))
    if (!isUsable) throw new RegistrationOver()
    const actor = { kind: 'account', id } as const
    const input = { tenantId, id, email, emailVerified: true, profile, actor }
    const made = await accounts.create(input, within)
    if (made.outcome !== 'created') throw new RegistrationOver()
    const agreedAt = new Date(applicant.agreedAt * 1000)
    const agreed = applicant.agreements.map((one) => ({
      ...one,
      tenantId,
      accountId: id,
      agreedAt,
    }))
    await agreements.put(agreed, within)
    return made.account
  }

  return async (input): Promise<CreateRegisteredResult> => {
    const { tenant, applicant, password } = input
    if (!isStillOpen(tenant, applicant)) return { outcome: 'over' }
    const needsPassword = tenant.settings.email_code === 'off'
    if (password === undefined && needsPassword) return { outcome: 'refused', reason: 'required' }
    const draft = draftOf(input, new Date(clock.now()))
    const prepared = await prepare(input, draft)
    if (prepared.outcome === 'refused') return prepared
    try {
      const account = await transactor.transaction(async (within) => {
        const kept = await keep(draft, applicant, within)
        await prepared.keep(within)
        return kept
      })
      return { outcome: 'created', account }
    } catch (error) {
      if (error instanceof RegistrationOver) return { outcome: 'over' }
      throw error
    }
  }
}

/** The address was proved under the rules of then; whoever narrowed them since did so to stop this. */
function isStillOpen(tenant: Tenant, { email, invitationId }: Applicant): boolean {
  const mode = modeOf(tenant, invitationId !== undefined)
  return mode === 'open' || (mode === 'domains' && isOfDomain(canonicalEmail(email) ?? '', tenant))
}

function draftOf({ tenant, applicant }: CreateRegistered, now: Date): Account {
  const { email, name, locale } = applicant
  return {
    tenantId: tenant.id,
    id: newId<AccountId>(),
    email,
    emailCanonical: canonicalEmail(email) ?? email,
    emailVerified: true,
    profile: { name, locale },
    roles: [],
    groups: [],
    status: 'active',
    endedAt: undefined,
    createdAt: now,
    updatedAt: now,
  }
}
