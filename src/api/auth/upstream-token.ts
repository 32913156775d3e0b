import { z } from 'zod'
import { connectionIdPattern } from '#federation/federation.ts'
import type { TokenAccess } from '#federation/tokens/tokens.ts'
import { brandId, type ConnectionId } from '#kit/ids.ts'
import { upstreamTokensScope } from '#oidc/direct/direct.ts'
import { endpoint } from '../api.ts'
import type { Endpoint } from '../api.ts'

export type UpstreamTokenDeps = { readonly tokenAccess: TokenAccess }

/**
 * What somebody lets us do elsewhere, for an application of the tenant's own: refreshed where it is over. SECURITY: by a scope
 * of its own, which no application has unless an administrator says so (Logto CVE-2026-63203); and never the refresh token.
 */
export function upstreamTokenEndpoint({ tokenAccess }: UpstreamTokenDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/auth/sso/{connection}/token',
    summary: 'The access token of the other side, where its connection keeps it',
    security: 'bearer',
    params: z.strictObject({
      connection: z.string().regex(connectionIdPattern).describe('Id of a connection'),
    }),
    answers: {
      200: {
        description: 'Good for half a minute at least, unless it is revoked over there',
        schema: z.strictObject({
          access_token: z.string(),
          token_type: z.literal('Bearer'),
          expires_at: z.iso.datetime().nullable().describe('Null: the other side did not say'),
          scope: z.string().nullable().describe('What was granted, in the words of the other side'),
        }),
      },
    },
    refusals: [
      'api.scope_missing',
      'api.upstream_token_unknown',
      'api.reconnect_required',
      'api.throttled',
      'api.upstream_unavailable',
    ],
    handle: async ({ tenant, caller, params, requester }) => {
      if (!caller.scopes.includes(upstreamTokensScope)) return { refused: 'api.scope_missing' }
      const { account, client } = caller
      const { ip, userAgent, requestId } = requester
      const given = await tokenAccess.access({
        tenant,
        accountId: account.id,
        clientId: client.clientId,
        connectionId: brandId<ConnectionId>(params.connection),
        requester: { ip, userAgent, requestId },
      })
      switch (given.kind) {
        case 'given':
          return { status: 200, body: viewOf(given) }
        case 'unknown':
          return { refused: 'api.upstream_token_unknown' }
        case 'over':
          return { refused: 'api.reconnect_required' }
        case 'too_many':
          return { refused: 'api.throttled', retryAfter: given.retryAfter }
        case 'unavailable':
          return { refused: 'api.upstream_unavailable', retryAfter: given.retryAfter }
      }
    },
  })
}

function viewOf({
  accessToken,
  expiresAt,
  scope,
}: Extract<Awaited<ReturnType<TokenAccess['access']>>, { readonly kind: 'given' }>) {
  return {
    access_token: accessToken,
    token_type: 'Bearer' as const,
    expires_at: expiresAt === undefined ? null : new Date(expiresAt * 1000).toISOString(),
    scope: scope ?? null,
  }
}
