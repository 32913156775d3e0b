import type {
  ClientCredentials,
  ClientRefused,
  DirectCall,
  IssuedTokens,
} from '#oidc/direct/direct.ts'
import type { z } from 'zod'
import type { Call, Refused } from '../api.ts'
import type { RefusalCode } from '../refusals.ts'
import type { tokens } from './fields.ts'

type ClientBody = Omit<ClientCredentials, 'authorization'>

/** What the engine needs to know of a request to authenticate its application. */
export function directCall({
  tenant,
  headers,
  requester,
  body,
}: Pick<
  Call<unknown, unknown, ClientBody, 'client'>,
  'tenant' | 'headers' | 'requester' | 'body'
>): DirectCall {
  const { client_id, client_secret, client_assertion, client_assertion_type } = body
  const { authorization, origin } = headers
  return {
    tenant,
    credentials: {
      authorization,
      client_id,
      client_secret,
      client_assertion,
      client_assertion_type,
    },
    requester,
    origin: origin === new URL(tenant.issuer).origin ? undefined : origin, // the engine knows no pages of ours
  }
}

/** Every endpoint an application authenticates at may answer these. */
export const clientRefusals = [
  'api.client_request_invalid',
  'api.client_refused',
  'api.client_not_allowed',
  'api.origin_refused',
  'api.throttled',
] as const

/** `grant`: what the caller says when what was shown beside the client's authentication is not good. */
export function refusedClient<Grant extends RefusalCode>(
  { reason, retryAfter }: ClientRefused,
  grant: Grant,
): Refused<(typeof clientRefusals)[number] | Grant> {
  return { refused: reason === 'grant' ? grant : codes[reason], retryAfter }
}

const codes = {
  client: 'api.client_refused',
  right: 'api.client_not_allowed',
  origin: 'api.origin_refused',
  request: 'api.client_request_invalid',
  too_many: 'api.throttled',
} as const satisfies Readonly<Record<Exclude<ClientRefused['reason'], 'grant'>, RefusalCode>>

export function tokenBody(issued: IssuedTokens): z.input<typeof tokens> {
  return {
    access_token: issued.accessToken,
    token_type: issued.tokenType,
    expires_in: issued.expiresIn,
    scope: issued.scope,
    id_token: issued.idToken,
    ...(issued.refreshToken !== undefined && { refresh_token: issued.refreshToken }),
  }
}
