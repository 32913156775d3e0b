import { z } from 'zod'
import type { Connections, Identities } from '#federation/federation.ts'
import type { ConnectedAccounts } from '#federation/identity/identity.ts'
import { brandId } from '#kit/ids.ts'
import type { ConnectionId } from '#kit/ids.ts'
import { endpoint } from '../api.ts'
import type { Endpoint } from '../api.ts'
import { activeId, connectionParams } from './sso.ts'
import { redeemFields, type LinkOutcome, type SsoCodes } from './sso-codes.ts'
import type { LinkTickets } from './sso-link-start.ts'
import { isSender, wayBackFields } from './sso-start.ts'
import { refuseStale } from './stepped-up.ts'
import type { StepUpDeps } from './stepped-up.ts'

export type LinkDeps = StepUpDeps & {
  readonly connections: Pick<Connections, 'find'>
  readonly connectedAccounts: Pick<ConnectedAccounts, 'list'>
  readonly identities: Pick<Identities, 'linkKept'>
  readonly linkTickets: Pick<LinkTickets, 'keep'>
  readonly linkCodes: Pick<SsoCodes<LinkOutcome>, 'take'>
}

/**
 * Connecting what somebody has elsewhere, for a front end with pages of its own. Both sides are proved: theirs in a browser, ours
 * by the session that asked, which is the only one that may finish it (login CSRF, reference/federation.md §3.7).
 */
export function linkEndpoints(deps: LinkDeps): readonly Endpoint[] {
  return [beginEndpoint(deps), finishEndpoint(deps)]
}

function beginEndpoint(deps: LinkDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/auth/sso/{connection}/link',
    summary: 'Where to send the browser of somebody who connects an account elsewhere',
    security: 'bearer',
    params: connectionParams,
    body: z.strictObject(wayBackFields),
    answers: {
      200: {
        description: 'An address of this provider, good once; it leads on, and back',
        schema: z.strictObject({ authorization_url: z.url() }),
      },
    },
    refusals: [
      'api.step_up_required',
      'api.connection_unknown',
      'api.redirect_uri_unknown',
      'api.identity_taken',
    ],
    handle: async (call) => {
      const stale = await refuseStale(call, deps)
      if (stale) return stale
      const { tenant, params, body, caller } = call
      const { account, client, sessionUid } = caller
      const id = await activeId(tenant.id, params.connection, deps.connections)
      if (!id) return { refused: 'api.connection_unknown' }
      const { redirect_uri: redirectUri, code_challenge: codeChallenge, state } = body
      if (!isSender(client, redirectUri)) return { refused: 'api.redirect_uri_unknown' }
      const has = await deps.connectedAccounts.list(tenant.id, account.id)
      if (has.some(({ connectionId }) => connectionId === id))
        return { refused: 'api.identity_taken' }
      const request = { clientId: client.clientId, redirectUri, state, codeChallenge }
      const asked = { request, accountId: account.id, sessionUid }
      const url = new URL(`${tenant.issuer}/federation/${id}/start`)
      url.searchParams.set('ticket', await deps.linkTickets.keep(tenant.id, asked, id))
      return { status: 200, body: { authorization_url: url.href } }
    },
  })
}

function finishEndpoint(deps: LinkDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/auth/sso/{connection}/link/callback',
    summary: 'Connect what the code stands for that came back to `redirect_uri`; good once',
    security: 'bearer',
    params: connectionParams,
    body: z.strictObject(redeemFields),
    answers: { 204: { description: 'Connected' } },
    refusals: [
      'api.step_up_required',
      'api.code_over',
      'api.connection_unknown',
      'api.identity_refused',
      'api.identity_taken',
    ],
    handle: async (call) => {
      // SECURITY: whoever left may have stayed away for ten minutes: what began by a fresh proof ends by one (Q64)
      const stale = await refuseStale(call, deps)
      if (stale) return stale
      const { tenant, params, body, caller, requester } = call
      const { account, client, sessionUid, provedAt } = caller
      const connectionId = brandId<ConnectionId>(params.connection)
      const { code, code_verifier: verifier } = body
      const redeemed = { clientId: client.clientId, connectionId, code, verifier }
      const kept = await deps.linkCodes.take(tenant, redeemed)
      if (kept?.accountId !== account.id || kept.sessionUid !== sessionUid)
        return { refused: 'api.code_over' }
      const { ip, userAgent, requestId } = requester
      const by = { ip, userAgent, requestId }
      const asked = { tenant, accountId: account.id, provedAt, requester: by }
      const outcome =
        'refusal' in kept.result
          ? kept.result.refusal
          : await deps.identities.linkKept({ ...asked, ...kept.result })
      return outcome === 'linked' ? { status: 204 } : refusedLink(outcome)
    },
  })
}

function refusedLink(why: Exclude<Awaited<ReturnType<Identities['linkKept']>>, 'linked'>) {
  if (why === 'over') return { refused: 'api.code_over' } as const
  if (why === 'no_account') return { refused: 'api.connection_unknown' } as const
  if (why === 'identity_taken') return { refused: 'api.identity_taken' } as const
  return { refused: 'api.identity_refused', details: { reason: why } } as const
}
