import { isPlainLine } from '#kit/text.ts'
import type { Wishes } from '../federation.ts'

const longestHint = 500

/**
 * OIDC Core §3.1.2.1. Whatever came from an application is a hint: what would not pass as one line of text is left out.
 * `prompt`: the connection's own; an application's wish to have it proved anew is stronger.
 */
export function wishParameters(wishes: Wishes, prompt?: string): Readonly<Record<string, string>> {
  const maxAge = maxAgeOf(wishes)
  return present({
    prompt: wishes.anew ? 'login' : prompt,
    max_age: maxAge === undefined ? undefined : String(maxAge),
    login_hint: hint(wishes.loginHint),
    ui_locales: hint(wishes.uiLocales),
    acr_values: hint(wishes.acrValues?.join(' ')),
  })
}

/** Seconds: what their `auth_time` has to prove. Undefined: nothing was asked. */
export function maxAgeOf({ anew, maxAge }: Wishes): number | undefined {
  if (anew) return 0
  return maxAge !== undefined && Number.isFinite(maxAge)
    ? Math.max(0, Math.floor(maxAge))
    : undefined
}

export function present(
  fields: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )
}

function hint(text: string | undefined): string | undefined {
  if (text === undefined || text === '' || text.length > longestHint) return undefined
  return isPlainLine(text) ? text : undefined
}
