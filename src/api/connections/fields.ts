import { z } from 'zod'
import type { ManagedConnection } from '#federation/connection/connection.ts'
import { documentOf, urlsOf } from '#federation/connection/connection.ts'
import { type ConnectionStatus, type Health } from '#federation/federation.ts'
import { connectionTypes } from '#federation/federation.ts'
import { challengeOf, domainState } from '#federation/connection/domain/domain.ts'
import type { ConnectionDomain } from '#federation/connection/domain/domain.ts'
import type { Tenant } from '#tenant/tenant.ts'

const statuses = ['draft', 'active', 'disabled'] as const satisfies readonly ConnectionStatus[]
const states = ['ok', 'degraded', 'failing', 'unknown'] as const

export const domainFields = z.strictObject({
  domain: z.string().describe('Lower case, in punycode; a subdomain is a domain of its own'),
  state: z
    .enum(['claimed', 'proved', 'missing', 'lost'])
    .describe('`missing`: the record is gone, and the proof stands for seven days'),
  enforced: z.boolean().describe('Nobody of the domain signs in another way, once it is proved'),
  record: z
    .strictObject({ name: z.string(), value: z.string() })
    .describe('The TXT record that proves it'),
})

/** The settings stand beside these, in the names of a seed file. A secret is in none of them. */
export const connectionFields = z.looseObject({
  id: z.string(),
  type: z.enum(connectionTypes),
  name: z.string(),
  status: z.enum(statuses),
  domains: z.array(domainFields),
  has_secret: z.boolean(),
  urls: z.record(z.string(), z.string()).describe('What the other side is told of us'),
  jwks: z
    .strictObject({ keys: z.array(z.looseObject({ kty: z.string().optional() })) })
    .optional()
    .describe('With `private_key_jwt`: our public key, as at `urls.jwks_uri`'),
  version: z.int().describe('For `If-Match`'),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})

export const healthFields = z.strictObject({
  state: z.enum(states),
  checks: z.array(
    z.strictObject({
      name: z.string().describe('Stable'),
      state: z.enum(states),
      detail: z.string(),
      checked_at: z.iso.datetime().nullable(),
      ends_at: z.iso.datetime().nullable(),
    }),
  ),
})

const told =
  'Everything else as in a seed file; `client_secret` or `private_key` is never given back'

export const newConnection = z
  .looseObject({
    id: z.string().describe('Stands in its addresses, and never changes'),
    type: z.enum(connectionTypes),
    name: z.string().optional(),
    status: z.enum(statuses).optional().describe('A draft, unless said otherwise'),
  })
  .describe(told)

export const connectionChanges = z
  .looseObject({ name: z.string().nullish(), status: z.enum(statuses).optional() })
  .describe(`What changes; null gives a default back (RFC 7396). ${told}`)

export function connectionView(
  connection: ManagedConnection,
  { tenant, now }: { readonly tenant: Tenant; readonly now: number },
): z.input<typeof connectionFields> {
  const { id, type, name, status, createdAt, updatedAt, publicKeys: keys } = connection
  return {
    ...documentOf(connection),
    id,
    type,
    name,
    status,
    domains: connection.domains.map((claim) => domainView(claim, now)),
    has_secret: connection.hasSecret,
    urls: { ...urlsOf(tenant, connection) },
    ...(keys.length > 0 && { jwks: { keys: [...keys] } }),
    version: connection.version,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  }
}

export function domainView(claim: ConnectionDomain, now: number): z.input<typeof domainFields> {
  const { domain, isEnforced } = claim
  const state = domainState(claim, now)
  return { domain, state, enforced: isEnforced, record: challengeOf(claim) }
}

export function healthView({ state, checks }: Health): z.input<typeof healthFields> {
  return {
    state,
    checks: checks.map(({ checkedAt, endsAt, ...check }) => ({
      ...check,
      checked_at: checkedAt?.toISOString() ?? null,
      ends_at: endsAt?.toISOString() ?? null,
    })),
  }
}
