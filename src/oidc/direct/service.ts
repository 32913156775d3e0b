import { decodeJwt } from 'jose'
import { z } from 'zod'
import { mayUseApi } from '#client/client.ts'
import type { Client } from '#client/client.ts'
import { Unavailable } from '#kit/errors.ts'
import { brandId } from '#kit/ids.ts'
import type { SessionUid } from '#kit/ids.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { answerTo, requestOf } from '../in-process.ts'
import type { OwnAnswer } from '../in-process.ts'
import { routes } from '../routes.ts'
import { apiAudience } from './direct.ts'
import type {
  ClientRefused,
  DirectCall,
  DirectTokens,
  Done,
  IssuedTokens,
  SignIn,
} from './direct.ts'
import type { IncomingMessage } from 'node:http'
import { createIdentify } from './identify.ts'
import type { IdentifyDeps } from './identify.ts'
import { sessionClaim } from './session-claim.ts'
import { attachTicket, directGrant } from './tickets.ts'
import type { Ticket } from './tickets.ts'
import { touchSession } from '../touch-session.ts'
import type { TouchDeps } from '../touch-session.ts'

export type DirectTokenDeps = IdentifyDeps & TouchDeps

export function createDirectTokens(deps: DirectTokenDeps): DirectTokens {
  return {
    identify: createIdentify(deps),

    async asClient(call, work) {
      const { provider } = await deps.registry.engineOf(call.tenant)
      const request = tokenRequest(call, { grant_type: directGrant })
      const held = new HeldTicket(work)
      attachTicket(request, held)
      const answer = await answerTo(provider, request)
      return held.outcome() ?? tokensOf(answer) ?? refusedFor(answer)
    },

    async refresh(call, refreshToken) {
      const { provider } = await deps.registry.engineOf(call.tenant)
      const request = tokenRequest(call, {
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
        resource: apiAudience(call.tenant),
      })
      const answer = await answerTo(provider, request)
      const tokens = tokensOf(answer)
      if (!tokens) return refusedFor(answer)
      await touch(call.tenant, tokens)
      return tokens
    },
  }

  async function touch(tenant: Tenant, { accessToken }: IssuedTokens): Promise<void> {
    const uid = decodeJwt(accessToken)[sessionClaim]
    if (typeof uid === 'string') await touchSession(deps, tenant.id, brandId<SessionUid>(uid))
  }
}

function tokenRequest(
  { tenant, credentials, requester, origin }: DirectCall,
  parameters: Readonly<Record<string, string>>,
): IncomingMessage {
  const { authorization, ...fields } = credentials
  return requestOf(tenant, {
    path: routes.token,
    form: given({ ...fields, ...parameters }),
    ip: requester.ip,
    headers: given({ authorization, origin, 'user-agent': requester.userAgent }),
  })
}

function given(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

type Work<Result> = (client: Client) => Promise<SignIn | Done<Result>>

/** Keeps what came of the work beside the engine, which would make an OAuth error, and a log line, of all of it. */
class HeldTicket<Result> implements Ticket {
  readonly #work: Work<Result>
  #ended: Done<Result> | ClientRefused | undefined
  #failed: { readonly error: unknown } | undefined

  constructor(work: Work<Result>) {
    this.#work = work
  }

  async redeem(client: Client): Promise<SignIn | undefined> {
    if (!mayUseApi(client)) {
      this.#ended = { kind: 'refused', reason: 'right' }
      return undefined
    }
    try {
      const result = await this.#work(client)
      if (result.kind === 'sign_in') return result
      this.#ended = result
    } catch (error) {
      this.#failed = { error }
    }
    return undefined
  }

  /** Undefined when it ended in a sign-in, or the engine never came here. Throws what the work threw. */
  outcome(): Done<Result> | ClientRefused | undefined {
    if (this.#failed) throw this.#failed.error
    return this.#ended
  }
}

function tokensOf({ status, body }: OwnAnswer): IssuedTokens | undefined {
  if (status !== 200) return undefined
  const answer = tokenResponse.parse(body)
  return {
    kind: 'tokens',
    accessToken: answer.access_token,
    tokenType: answer.token_type,
    expiresIn: answer.expires_in,
    scope: answer.scope,
    idToken: answer.id_token,
    refreshToken: answer.refresh_token,
  }
}

const tokenResponse = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.number(),
  scope: z.string(),
  id_token: z.string(),
  refresh_token: z.string().optional(),
})

/** RFC 6749 §5.2 in our words. Throws what is nobody's refusal. */
function refusedFor({ status, body, retryAfter }: OwnAnswer): ClientRefused {
  if (status === 503) throw new Unavailable('oidc', { ...(retryAfter && { retryAfter }) })
  if (status >= 500) throw new Error('the engine failed at a request of ours')
  const kind = 'refused'
  if (status === 429) return { kind, reason: 'too_many', retryAfter }
  if (status === 401) return { kind, reason: 'client' }
  if (String(body['error_description']).startsWith('origin ')) return { kind, reason: 'origin' }
  return { kind, reason: reasons[String(body['error'])] ?? 'request' }
}

const reasons: Readonly<Record<string, ClientRefused['reason']>> = {
  invalid_client: 'client',
  invalid_grant: 'grant',
  invalid_target: 'right',
  unauthorized_client: 'right',
}
