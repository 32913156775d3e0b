import type { Profile } from '#account/account.ts'
import type { Form } from '#http/http.ts'
import { isCleanText, isPlainLine } from '#kit/text.ts'
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
    isGood[kinds[field]](typed[field]) ? [] : [[field, kinds[field]] as const],
  )
  if (problems.length > 0) return { outcome: 'invalid', problems: Object.fromEntries(problems) }
  return {
    outcome: 'valid',
    profile: Object.fromEntries(filled.map((field) => [field, typed[field]])),
  }
}

const kinds: Readonly<Record<ProfileField, ProfileProblem>> = {
  name: 'text',
  given_name: 'text',
  family_name: 'text',
  picture: 'url',
  locale: 'locale',
  zoneinfo: 'zone',
}

const isGood: Readonly<Record<ProfileProblem, (value: string) => boolean>> = {
  text: (value) => value.length <= 200 && isPlainLine(value),
  url(value) {
    const url = value.length <= 2048 && isCleanText(value) ? URL.parse(value) : null
    return url?.protocol === 'https:' && url.username === '' && url.password === ''
  },
  locale: (value) => value.length <= 35 && isKnown(() => new Intl.Locale(value)),
  zone: (value) =>
    /^[A-Za-z][\w+/-]{0,63}$/.test(value) &&
    isKnown(() => new Intl.DateTimeFormat('en', { timeZone: value })),
}

function isKnown(make: () => unknown): boolean {
  try {
    make()
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
