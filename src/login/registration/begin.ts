import type { Accounts } from '#account/account.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import { codePoints, withoutDirections } from '#kit/text.ts'
import { mailFrameOf, type Tenant } from '#tenant/tenant.ts'
import { codeMail } from '#views/mail/code-mail.ts'
import type { EmailCodes } from '../email-code/email-code.ts'
import { applicantData } from './applicant.ts'
import { documentsOf, modeOf } from './registration.ts'
import type { BeginRegistration, RegistrationProblem, Registrations } from './registration.ts'

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
    const holder = await accounts.findByEmail(tenant.id, email)
    const isTaken = holder !== undefined
    const issued = await emailCodes.issue({
      tenant,
      purpose: 'register',
      email: holder?.email ?? email, // as it is stored (Q58)
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
  const { tenant, agreed } = input
  const name = withoutDirections(input.name).trim()
  const reason = problemOfAddress(input)
  if (reason !== undefined) return reason
  if (name === '') return 'name_required'
  if (codePoints(name) > longestName) return 'name_too_long'
  return documentsOf(tenant.settings).length > 0 && !agreed ? 'agreement_required' : undefined
}

function problemOfAddress(input: BeginRegistration): RegistrationProblem | undefined {
  const { tenant, invitation } = input
  const mode = modeOf(tenant, invitation !== undefined)
  if (mode === 'closed') return 'closed'
  const email = input.email.trim()
  if (email === '') return 'email_required'
  const canonical = canonicalEmail(email)
  // where mail goes must be what is looked up, not only fold to it (Q58)
  if (canonical === undefined || !/^[\x21-\x7e]+@/.test(email)) return 'email_invalid'
  if (invitation && invitation.email !== canonical) return 'closed'
  return mode === 'domains' && !isOfDomain(canonical, tenant) ? 'email_domain' : undefined
}

/** Exactly one of the tenant's: a subdomain is another. */
export function isOfDomain(canonical: string, { settings }: Tenant): boolean {
  const domain = canonical.slice(canonical.lastIndexOf('@') + 1)
  return settings.registration_domains.includes(domain)
}
