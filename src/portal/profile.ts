import { isProfileValue, profileKinds, type Profile } from '#account/account.ts'
import type { Form } from '#http/http.ts'
import { profileFields } from '#views/portal/profile.ts'
import type { ProfileField, ProfileProblem } from '#views/portal/profile.ts'

export type TypedProfile = Readonly<Record<ProfileField, string>>

export type CheckedProfile =
  | { readonly outcome: 'valid'; readonly profile: Pick<Profile, ProfileField> }
  | {
      readonly outcome: 'invalid'
      readonly problems: Readonly<Partial<Record<ProfileField, ProfileProblem>>>
    }

/** What stands in the form; a field that is missing is empty. */
export function typedProfile(form: Form): TypedProfile {
  const pairs = profileFields.map((field) => [field, (form.get(field) ?? '').trim()])
  return Object.fromEntries(pairs) as TypedProfile // one for each field
}

/** Empty fields are left out; relying parties read the rest, so each is what its name says (OIDC Core §5.1). */
export function checkProfile(typed: TypedProfile): CheckedProfile {
  const filled = profileFields.filter((field) => typed[field] !== '')
  const problems = filled.flatMap((field) =>
    isProfileValue(field, typed[field]) ? [] : [[field, profileKinds[field]] as const],
  )
  if (problems.length > 0) return { outcome: 'invalid', problems: Object.fromEntries(problems) }
  return {
    outcome: 'valid',
    profile: Object.fromEntries(filled.map((field) => [field, typed[field]])),
  }
}
