import type { IncomingHttpHeaders } from 'node:http'
import { AppError } from '#kit/errors.ts'
import { equalInConstantTime, hmacSha256 } from '#kit/hash.ts'
import { csrfField, type Csrf } from './http.ts'

/** `keys`: of the purpose `csrf`, current first; a form opened before a rotation is still accepted. */
export function createCsrf(keys: readonly Uint8Array[]): Csrf {
  const [current] = keys
  if (!current) throw new TypeError('at least one key is needed')

  return {
    token: (binding) => hmacSha256(current, binding),

    check(ctx, { issuer, binding, form }) {
      if (!isSentByIssuer(ctx.req.headers, issuer)) throw crossSite()
      const token = form.get(csrfField)
      // `some` may stop early: which key fits is no secret, and each comparison takes constant time.
      if (!token || !keys.some((key) => equalInConstantTime(hmacSha256(key, binding), token)))
        throw outdatedForm()
    },
  }
}

/**
 * True when the browser says that a page of this issuer sent the request (Q67). A page under `Referrer-Policy:
 * no-referrer` posts with `Origin: null` (Fetch §3.2), so `Sec-Fetch-Site` has the first word. Over plain http browsers
 * send no `Sec-Fetch-*` at all, and then the token alone decides; so it does for a client that is no browser.
 */
export function isSentByIssuer(headers: IncomingHttpHeaders, issuer: string): boolean {
  const { origin } = headers
  const site = headers['sec-fetch-site']
  const { origin: own, protocol } = new URL(issuer)
  if (site !== undefined && site !== 'same-origin') return false
  if (origin === undefined || origin === own) return true
  if (origin !== 'null') return false
  return site === 'same-origin' || protocol === 'http:'
}

function crossSite(): AppError {
  return new AppError({
    code: 'http.cross_site',
    status: 403,
    message: 'This form was sent by another site. Nothing was changed.',
  })
}

function outdatedForm(): AppError {
  return new AppError({
    code: 'http.form_outdated',
    status: 403,
    message: 'This form is out of date. Go back, reload the page and try again.',
  })
}
