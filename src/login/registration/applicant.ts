import { z } from 'zod'
import { withoutDirections } from '#kit/text.ts'
import type { Applicant, BeginRegistration } from './registration.ts'
import { documentsOf } from './registration.ts'

const agreements = z.array(
  z.object({ document: z.enum(['terms', 'privacy']), version: z.string() }),
)

const data = z.object({
  name: z.string(),
  locale: z.string(),
  agreements: z.string(),
  agreedAt: z.string(),
  invitationId: z.string().optional(),
})

/** What a person said, kept with the code that is mailed: what is proved is what was asked for. */
export function applicantData(
  { tenant, name, locale, invitation }: BeginRegistration,
  now: number,
): Readonly<Record<string, string>> {
  return {
    name: withoutDirections(name).trim(),
    locale,
    agreements: JSON.stringify(documentsOf(tenant.settings)),
    agreedAt: String(now),
    ...(invitation && { invitationId: invitation.id }),
  }
}

export function applicantFrom(email: string, kept: Readonly<Record<string, string>>): Applicant {
  const parsed = data.parse(kept)
  return {
    email,
    name: parsed.name,
    locale: parsed.locale,
    agreements: agreements.parse(JSON.parse(parsed.agreements)),
    agreedAt: Number(parsed.agreedAt),
    invitationId: parsed.invitationId,
  }
}
