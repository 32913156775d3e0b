import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { SealedCookies } from '#http/http.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, ConnectionId } from '#kit/ids.ts'
import { methodIds } from '#login/login.ts'
import type { MethodId } from '#login/login.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { basePathOf } from '#tenant/tenant.ts'

/** An account that signed in on this browser, and the proof of it (Q37). */
export type RememberedAccount = {
  readonly id: AccountId
  /** Value of the device cookie: its own bucket of tries, out of an attacker's reach. */
  readonly device: string
  /** What it was last proved with beyond its first step. */
  readonly way?: MethodId | undefined
  /** Through whom they signed in, if not here. */
  readonly via?: ConnectionId | undefined
}

/**
 * Who signed in here before, in one sealed cookie: it names nobody to whoever reads it, and no other browser has it.
 * Newest first.
 */
export type RememberedAccounts = {
  read(tenant: Tenant, req: IncomingMessage): readonly RememberedAccount[]
  add(tenant: Tenant, req: IncomingMessage, res: ServerResponse, account: RememberedAccount): void
  remove(tenant: Tenant, req: IncomingMessage, res: ServerResponse, id: AccountId): void
}

const mostAccounts = 5
const lifetime = 180 * 24 * 3600

const schema = z.array(
  z.object({
    id: z.string().transform((id) => brandId<AccountId>(id)),
    device: z.string(),
    way: z.enum(methodIds).optional(),
    via: z
      .string()
      .transform((id) => brandId<ConnectionId>(id))
      .optional(),
  }),
)

export function createRememberedAccounts(cookies: SealedCookies): RememberedAccounts {
  function read(tenant: Tenant, req: IncomingMessage): readonly RememberedAccount[] {
    const value = cookies.read(req, specOf(tenant), ownerOf(tenant))
    return value === undefined ? [] : schema.parse(JSON.parse(value))
  }

  function write(tenant: Tenant, res: ServerResponse, accounts: readonly RememberedAccount[]) {
    const value = JSON.stringify(accounts.slice(0, mostAccounts))
    cookies.write(res, specOf(tenant), { ...ownerOf(tenant), value })
  }

  const others = (tenant: Tenant, req: IncomingMessage, id: AccountId) =>
    read(tenant, req).filter((account) => account.id !== id)

  return {
    read,
    add: (tenant, req, res, account) =>
      write(tenant, res, [account, ...others(tenant, req, account.id)]),
    remove: (tenant, req, res, id) => write(tenant, res, others(tenant, req, id)),
  }
}

const ownerOf = (tenant: Tenant) => ({ tenantId: tenant.id, issuer: tenant.issuer })

const specOf = (tenant: Tenant) =>
  ({
    name: basePathOf(tenant) === '' ? 'signet-accounts' : `signet-accounts-${tenant.slug}`,
    // wherever somebody may ask for a mail with a code: nobody else's asking uses up theirs (Q37)
    path: basePathOf(tenant) || '/',
    sameSite: 'lax',
    maxAge: lifetime,
  }) as const
