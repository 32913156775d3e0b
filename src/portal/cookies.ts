import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { cookies } from '#http/cookies.ts'
import type { SealedCookies } from '#http/http.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { basePathOf } from '#tenant/tenant.ts'

/** One try to sign in to My account: what must come back with the code, and where the person wanted to go. */
export type SignInAttempt = {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  /** One of our own paths: written here, from the address that was asked for. */
  readonly returnTo: string
}

/** More tabs that sign in at once than a person opens; the oldest is forgotten. */
const mostAttempts = 4
const attemptLifetime = 30 * 60

const attempts = z.array(
  z.object({
    state: z.string(),
    nonce: z.string(),
    verifier: z.string(),
    returnTo: z.string(),
  }),
)

/** Q66: one name and one path for each tenant; `__Host-` where the issuer is a host of its own. */
const nameOf = (tenant: Tenant, name: string): string =>
  basePathOf(tenant) === '' ? name : `${name}-${tenant.slug}`

const sessionCookie = (tenant: Tenant) =>
  ({
    name: nameOf(tenant, 'signet-account'),
    path: basePathOf(tenant) === '' ? '/' : `${basePathOf(tenant)}/account`,
    sameSite: 'lax',
  }) as const

const attemptCookie = (tenant: Tenant) =>
  ({
    name: nameOf(tenant, 'signet-account-sign-in'),
    path: `${basePathOf(tenant)}/account`,
    sameSite: 'lax',
    maxAge: attemptLifetime,
  }) as const

export const portalCookie = {
  read: (tenant: Tenant, req: IncomingMessage) =>
    cookies.read(req, sessionCookie(tenant), tenant.issuer),
  write: (tenant: Tenant, res: ServerResponse, value: string) =>
    cookies.write(res, sessionCookie(tenant), { issuer: tenant.issuer, value }),
  clear: (tenant: Tenant, res: ServerResponse) =>
    cookies.clear(res, sessionCookie(tenant), tenant.issuer),
}

export type AttemptCookie = {
  add(tenant: Tenant, req: IncomingMessage, res: ServerResponse, attempt: SignInAttempt): void
  /** Gives the attempt this state belongs to, and takes it away from the browser. */
  take(
    tenant: Tenant,
    req: IncomingMessage,
    res: ServerResponse,
    state: string,
  ): SignInAttempt | undefined
}

/** Bound to the browser that began, sealed: nobody else can bring an answer to it (RFC 9700 §4.7). */
export function createAttemptCookie(sealed: SealedCookies): AttemptCookie {
  const owner = ({ id, issuer }: Tenant) => ({ tenantId: id, issuer })

  function read(tenant: Tenant, req: IncomingMessage): readonly SignInAttempt[] {
    const value = sealed.read(req, attemptCookie(tenant), owner(tenant))
    return value === undefined ? [] : attempts.parse(JSON.parse(value))
  }

  function write(tenant: Tenant, res: ServerResponse, kept: readonly SignInAttempt[]): void {
    const value = JSON.stringify(kept.slice(0, mostAttempts))
    sealed.write(res, attemptCookie(tenant), { ...owner(tenant), value })
  }

  return {
    add: (tenant, req, res, attempt) => write(tenant, res, [attempt, ...read(tenant, req)]),
    take(tenant, req, res, state) {
      const known = read(tenant, req)
      const found = known.find((attempt) => attempt.state === state)
      if (!found) return undefined
      const others = known.filter((attempt) => attempt !== found)
      if (others.length === 0) cookies.clear(res, attemptCookie(tenant), tenant.issuer)
      else write(tenant, res, others)
      return found
    },
  }
}
