import { z } from 'zod'
import type { DirectTokens } from '#oidc/direct/direct.ts'
import { endpoint } from '../api.ts'
import type { Endpoint } from '../api.ts'
import { clientRefusals, directCall, refusedClient, tokenBody } from './clients.ts'
import { clientFields, plainText, tokens } from './fields.ts'

export function refreshEndpoint({ direct }: { readonly direct: DirectTokens }): Endpoint {
  return endpoint({
    method: 'post',
    path: '/auth/refresh',
    summary: 'Trade a refresh token for new tokens; a used one that comes again ends them all',
    security: 'client',
    body: z.strictObject({ ...clientFields, refresh_token: plainText(512) }),
    answers: { 200: { description: 'New tokens', schema: tokens } },
    refusals: [...clientRefusals, 'api.refresh_token_invalid'],
    handle: async (call) => {
      const outcome = await direct.refresh(directCall(call), call.body.refresh_token)
      if (outcome.kind === 'refused') return refusedClient(outcome, 'api.refresh_token_invalid')
      return { status: 200, body: tokenBody(outcome) }
    },
  })
}
