import type { Accounts } from '#account/account.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import { codePoints } from '#kit/text.ts'
import { mailFrameOf, type Tenant } from '#tenant/tenant.ts'
import { codeMail } from '#views/mail/code-mail.ts'
import type { EmailCodes } from '../email-code/email-code.ts'
import { applicantData } from './applicant.ts'
import { documentsOf } from './registration.ts'
import type {
  BeginRegistration,
  Invitation,
  RegistrationProblem,
  Registrations,
} from './registration.ts'

export type BeginDeps = {
  readonly emailCodes: EmailCodes
  readonly accounts: Pick<Accounts, 'findByEmail'>
  readonly clock: Clock
}

/** Code points. */
const longestName = 100

export function createBegin({ emailCodes, accounts, clock }: BeginDeps): Registrations['begin'] {
  return async (input) => {
    const reason = problemOf(input)
    if (reason !== undefined) return { outcome: 'refused', reason }
    const { tenant, browser, requester } = input
    const email = input.email.trim()
    const isTaken = (await accounts.findByEmail(tenant.id, email)) !== undefined
    const issued = await emailCodes.issue({
      tenant,
      purpose: 'register',
      email,
      decoy: isTaken,
      browser,
      requester,
      data: { ...input.data, ...applicantData(input, epochSeconds(clock)) },
      letter: (facts) => ({
        kind: isTaken ? 'register_taken' : 'register_code',
        ...codeMail({
          ...mailFrameOf(tenant, input.locale),
          ...facts,
          purpose: 'register',
          isDecoy: isTaken,
          issuer: tenant.issuer,
        }),
      }),
    })
    return { outcome: 'sent', ...issued }
  }
}

/** What the form lacks, the first thing first; decided by the tenant's settings alone, so that it tells of no account. */
function problemOf(input: BeginRegistration): RegistrationProblem | undefined {
  const { tenant, name, agreed } = input
  const reason = problemOfAddress(input)
  if (reason !== undefined) return reason
  if (name.trim() === '') return 'name_required'
  if (codePoints(name.trim()) > longestName) return 'name_too_long'
  return documentsOf(tenant.settings).length > 0 && !agreed ? 'agreement_required' : undefined
}

function problemOfAddress(input: BeginRegistration): RegistrationProblem | undefined {
  const { tenant, invitation } = input
  const mode = modeOf(tenant.settings.registration, invitation)
  if (mode === 'closed') return 'closed'
  const email = input.email.trim()
  if (email === '') return 'email_required'
  const canonical = canonicalEmail(email)
  // where mail goes must be what is looked up, not only fold to it (Q58)
  if (canonical === undefined || !/^[\x21-\x7e]+@/.test(email)) return 'email_invalid'
  if (invitation && invitation.email !== canonical) return 'closed'
  return mode === 'domains' && !isOfDomain(canonical, tenant) ? 'email_domain' : undefined
}

/** An invitation opens whatever is not closed; without one, `invite` is. */
export function modeOf(
  mode: Tenant['settings']['registration'],
  invitation: Invitation | undefined,
): 'open' | 'domains' | 'closed' {
  if (mode === 'closed') return 'closed'
  if (invitation) return 'open'
  return mode === 'invite' ? 'closed' : mode
}

/** Exactly one of the tenant's: a subdomain is another. */
function isOfDomain(canonical: string, { settings }: Tenant): boolean {
  const domain = canonical.slice(canonical.lastIndexOf('@') + 1)
  return settings.registration_domains.includes(domain)
}
