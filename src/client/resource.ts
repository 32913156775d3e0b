import { z } from 'zod'
import { brandId } from '#kit/ids.ts'
import type { ClientId, TenantId } from '#kit/ids.ts'
import { isCleanText } from '#kit/text.ts'
import { acrValues } from './acr.ts'
import type { Acr } from './acr.ts'
import { clientIdPattern } from './check.ts'
import { identityScopes, resourceIndicatorProblem, scopeToken } from './metadata.ts'
import type { ClientProblem } from './metadata.ts'

/** An API whose tokens this tenant issues (RFC 8707). */
export type Resource = {
  readonly tenantId: TenantId
  /** The resource indicator: an absolute URI without fragment; becomes `aud`. */
  readonly identifier: string
  readonly name: string | undefined
  readonly scopes: readonly string[]
  /** Clients that may introspect this resource's tokens besides their owners (Q19). */
  readonly introspectors: readonly ClientId[]
  readonly accessTokenFormat: 'jwt' | 'opaque'
  /** Seconds; at most 600 for `jwt`, 3600 for `opaque` (Q12). */
  readonly accessTokenTtl: number
  /** The least that must have been proved for a token of this API. */
  readonly minimumAcr: Acr | undefined
}

export type CheckedResource =
  | { readonly outcome: 'valid'; readonly resource: Resource }
  | { readonly outcome: 'invalid'; readonly problems: readonly ClientProblem[] }

// A token for an API must not carry a scope that opens userinfo or a refresh.
const apiScope = scopeToken.refine((scope) => !identityScopes.some((known) => known === scope), {
  error: 'must not be a scope about the person',
})

const resourceInput = z
  .strictObject({
    identifier: z.string().superRefine((value, context) => {
      const problem = resourceIndicatorProblem(value)
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
    }),
    name: z
      .string()
      .min(1)
      .max(200)
      .refine(isCleanText, { error: 'must be plain text' })
      .optional(),
    scopes: z.array(apiScope).max(100).default([]),
    introspectors: z
      .array(z.string().regex(clientIdPattern, { error: 'must be a client_id' }))
      .max(50)
      .default([]),
    access_token_format: z.enum(['jwt', 'opaque']).default('jwt'),
    minimum_acr: z.enum(acrValues).optional(),
    access_token_ttl: z.int().min(10).max(3600).default(600),
  })
  .refine((input) => input.access_token_format === 'opaque' || input.access_token_ttl <= 600, {
    path: ['access_token_ttl'],
    error: 'must be at most 600 seconds for a JWT: nothing can take it back before', // Q12
  })

/** Reads a resource as a seed, the API or the command line writes it. */
export function checkResource(input: unknown, tenantId: TenantId): CheckedResource {
  const parsed = resourceInput.safeParse(input)
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => ({
      field: issue.path.join('.'),
      error: 'invalid_client_metadata' as const,
      message: issue.message,
    }))
    return { outcome: 'invalid', problems }
  }
  const { identifier, name, scopes, introspectors, ...token } = parsed.data
  const resource: Resource = {
    tenantId,
    identifier,
    name,
    scopes: [...new Set(scopes)],
    introspectors: [...new Set(introspectors)].map((id) => brandId<ClientId>(id)),
    accessTokenFormat: token.access_token_format,
    accessTokenTtl: token.access_token_ttl,
    minimumAcr: token.minimum_acr,
  }
  return { outcome: 'valid', resource }
}
