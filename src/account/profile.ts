import { isCleanText, isPlainLine } from '#kit/text.ts'

/** OIDC Core §5.1, the ones a person fills in. */
export type Profile = {
  readonly name?: string | undefined
  readonly given_name?: string | undefined
  readonly family_name?: string | undefined
  readonly preferred_username?: string | undefined
  readonly picture?: string | undefined
  readonly locale?: string | undefined
  readonly zoneinfo?: string | undefined
}

/** Whether relying parties may read this there: each claim is what its name says (OIDC Core §5.1). */
export function isProfileValue(field: keyof Profile, value: string): boolean {
  return isGood[profileKinds[field]](value)
}

type Kind = 'text' | 'url' | 'locale' | 'zone'

/** What each is. */
export const profileKinds = {
  name: 'text',
  given_name: 'text',
  family_name: 'text',
  preferred_username: 'text',
  picture: 'url',
  locale: 'locale',
  zoneinfo: 'zone',
} as const satisfies Record<keyof Profile, Kind>

const isGood: Readonly<Record<Kind, (value: string) => boolean>> = {
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
