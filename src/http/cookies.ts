import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Clock } from '#kit/clock.ts'
import { epochSeconds } from '#kit/clock.ts'
import { SealBroken, type Sealer } from '#kit/sealer.ts'
import type { CookieSpec, Cookies, SealedCookies } from './http.ts'

/**
 * Q66: `__Host-` at the root and `__Secure-` below it where the issuer is https: a sibling host or a plain-http page
 * cannot plant such a cookie. Plain names on http, which only a laptop speaks.
 */
export function cookieName(spec: CookieSpec, issuer: string): string {
  if (!isHttps(issuer)) return spec.name
  return spec.path === '/' ? `__Host-${spec.name}` : `__Secure-${spec.name}`
}

/** Undefined also when two values came: one of them was planted, and nobody can tell which. */
export function readCookie(
  req: IncomingMessage,
  spec: CookieSpec,
  issuer: string,
): string | undefined {
  const prefix = `${cookieName(spec, issuer)}=`
  const values = (req.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(prefix))
    .map((pair) => pair.slice(prefix.length))
  return values.length === 1 && values[0] !== '' ? values[0] : undefined
}

/** `value`: characters of base64url and dots. Anything else is a bug of the caller. */
export function writeCookie(
  res: ServerResponse,
  spec: CookieSpec,
  cookie: { readonly issuer: string; readonly value: string },
): void {
  if (!/^[\w.~-]+$/.test(cookie.value)) throw new TypeError(`cookie ${spec.name} is not encoded`)
  const age = spec.maxAge === undefined ? [] : [`Max-Age=${String(spec.maxAge)}`]
  append(res, [`${cookieName(spec, cookie.issuer)}=${cookie.value}`, ...age], spec, cookie.issuer)
}

export function clearCookie(res: ServerResponse, spec: CookieSpec, issuer: string): void {
  append(res, [`${cookieName(spec, issuer)}=`, 'Max-Age=0'], spec, issuer)
}

export const cookies: Cookies = { read: readCookie, write: writeCookie, clear: clearCookie }

function append(
  res: ServerResponse,
  parts: readonly string[],
  spec: CookieSpec,
  issuer: string,
): void {
  const attributes = [...parts, `Path=${spec.path}`, 'HttpOnly', ...scheme(spec, issuer)]
  res.appendHeader('set-cookie', attributes.join('; '))
}

function scheme(spec: CookieSpec, issuer: string): readonly string[] {
  if (isHttps(issuer)) return ['Secure', `SameSite=${capitalized[spec.sameSite]}`]
  // `None` without `Secure` is dropped by browsers; without an attribute they send it with a POST for two minutes.
  return spec.sameSite === 'none' ? [] : [`SameSite=${capitalized[spec.sameSite]}`]
}

const capitalized = { lax: 'Lax', strict: 'Strict', none: 'None' } as const

function isHttps(issuer: string): boolean {
  return issuer.startsWith('https:')
}

const content = z.tuple([z.number(), z.string()])

export function createSealedCookies(deps: {
  readonly sealer: Sealer
  readonly clock: Clock
}): SealedCookies {
  const { sealer, clock } = deps
  const place = (spec: CookieSpec, tenantId: string) => ['cookie', tenantId, spec.name]

  return {
    read(req, spec, { tenantId, issuer }) {
      const sealed = readCookie(req, spec, issuer)
      if (sealed === undefined) return undefined
      try {
        const opened = sealer.open(sealed, place(spec, tenantId))
        const [endsAt, value] = content.parse(JSON.parse(opened))
        return endsAt > epochSeconds(clock) ? value : undefined
      } catch (error) {
        if (error instanceof SealBroken) return undefined
        throw error
      }
    },

    write(res, spec, { tenantId, issuer, value }) {
      const text = JSON.stringify([epochSeconds(clock) + spec.maxAge, value])
      const sealed = sealer.seal(text, place(spec, tenantId))
      writeCookie(res, spec, { issuer, value: sealed })
    },
  }
}
