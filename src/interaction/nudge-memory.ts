import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { SealedCookies } from '#http/http.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { basePathOf, type Tenant } from '#tenant/tenant.ts'

/** Whether somebody on this browser may be asked if they want a passkey: seldom, and never once they said so. */
export type NudgeMemory = {
  isDue(tenant: Tenant, req: IncomingMessage): boolean
  /** They were asked. `never`: and want to be asked no more on this browser. */
  remember(tenant: Tenant, req: IncomingMessage, res: ServerResponse, never: boolean): void
}

const day = 24 * 3600
const betweenNudges = 30 * day
const mostNudges = 3
const lifetime = 400 * day // browsers keep no cookie for longer

const asked = z.object({ count: z.number(), at: z.number(), never: z.boolean() })

export function createNudgeMemory(deps: {
  readonly sealedCookies: SealedCookies
  readonly clock: Clock
}): NudgeMemory {
  const { sealedCookies, clock } = deps

  function read(tenant: Tenant, req: IncomingMessage) {
    const value = sealedCookies.read(req, specOf(tenant), ownerOf(tenant))
    return value === undefined
      ? { count: 0, at: -Infinity, never: false }
      : asked.parse(JSON.parse(value))
  }

  return {
    isDue(tenant, req) {
      const { count, at, never } = read(tenant, req)
      return !never && count < mostNudges && epochSeconds(clock) - at >= betweenNudges
    },
    remember(tenant, req, res, never) {
      const { count } = read(tenant, req)
      const value = JSON.stringify({ count: count + 1, at: epochSeconds(clock), never })
      sealedCookies.write(res, specOf(tenant), { ...ownerOf(tenant), value })
    },
  }
}

const ownerOf = ({ id, issuer }: Tenant) => ({ tenantId: id, issuer })

const specOf = (tenant: Tenant) =>
  ({
    name: basePathOf(tenant) === '' ? 'signet-nudge' : `signet-nudge-${tenant.slug}`,
    path: `${basePathOf(tenant)}/interaction`,
    sameSite: 'lax',
    maxAge: lifetime,
  }) as const
