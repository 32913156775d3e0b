import type { Profile } from '#account/account.ts'
import { mailboxOf } from '#kit/email-address.ts'
import { codePoints, isPlainLine } from '#kit/text.ts'

/** What somebody else said, signature and subject checked, nothing else. */
export type Claims = Readonly<Record<string, unknown>>

/** An ID token, and what userinfo says of the same subject. */
export type Said = { readonly token: Claims; readonly userinfo: Claims | undefined }

/** The first that says it at all: the signed one. */
export function saidOf({ token, userinfo }: Said): Claims {
  return { ...userinfo, ...token }
}

/** A value that can be compared and stored; undefined for everything else. */
export function textOf(value: unknown, longest = 255): string | undefined {
  if (typeof value !== 'string' || value === '' || codePoints(value) > longest) return undefined
  return isPlainLine(value) ? value : undefined
}

export function textsOf(value: unknown, most = 500): readonly string[] | undefined {
  const list: unknown = typeof value === 'string' ? [value] : value
  if (!Array.isArray(list)) return undefined
  return list.flatMap((item: unknown) => textOf(item) ?? []).slice(0, most)
}

/** Of one and the same speaker: an address is not verified by what was said of another one. */
export function addressOf({ token, userinfo }: Said): Claims {
  return token['email'] === undefined ? (userinfo ?? token) : token
}

export function emailOf(value: unknown): string | undefined {
  return typeof value === 'string' ? mailboxOf(value)?.email : undefined
}

/** OIDC Core §5.1, as far as an account keeps it. What does not fit is left out, never cut. */
export function profileOf(claims: Claims): Profile {
  const picture = textOf(claims['picture'], 2048)
  return {
    name: textOf(claims['name'], 200),
    given_name: textOf(claims['given_name'], 200),
    family_name: textOf(claims['family_name'], 200),
    picture:
      picture !== undefined && URL.parse(picture)?.protocol === 'https:' ? picture : undefined,
    locale: localeOf(claims['locale']),
  }
}

/** RFC 5646; some write an underscore. */
function localeOf(value: unknown): string | undefined {
  const locale = textOf(value, 35)?.replaceAll('_', '-')
  return locale !== undefined && /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/.test(locale)
    ? locale
    : undefined
}

const mostAttributes = 100

/** Of the protocol's own working, and bearer secrets: nothing to map. */
const notAttributes: ReadonlySet<string> = new Set(['nonce', 'at_hash', 'c_hash', 's_hash'])

/** Everything that was said in plain values, bounded. A Map: a claim may be called `__proto__`. */
export function attributesOf(claims: Claims): ReadonlyMap<string, readonly string[]> {
  const pairs = Object.entries(claims)
    .filter(([name]) => !notAttributes.has(name) && textOf(name, 128) !== undefined)
    .map(([name, value]) => [name, plainValuesOf(value)] as const)
    .filter(([, values]) => values.length > 0)
  return new Map(pairs.slice(0, mostAttributes))
}

function plainValuesOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.slice(0, 500).flatMap((item) => {
    if (typeof item === 'number' || typeof item === 'boolean') return [String(item)]
    return textOf(item, 1024) ?? []
  })
}
