import type { Context } from 'koa'
import { z } from 'zod'
import { mayUseApi } from '#client/client.ts'
import type { Client, Clients } from '#client/client.ts'
import type {
  ApiSignIn,
  Arrivals,
  Failure,
  FailureReason,
  Identities,
} from '#federation/federation.ts'
import { brandId } from '#kit/ids.ts'
import type { ClientId } from '#kit/ids.ts'
import type { Proof, Requester } from '#login/login.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { plainText } from './fields.ts'
import type { SsoCodes } from './sso-codes.ts'

/** As RFC 6749 §4.1.1 and RFC 7636 §4.3 name them. */
export const wayBackFields = {
  redirect_uri: plainText(2048).describe('Exactly as it is registered'),
  code_challenge: z.string().regex(/^[\w-]{43}$/),
  code_challenge_method: z.literal('S256'),
  state: plainText(512).optional(),
}

export const ssoRequestFields = {
  client_id: plainText(128),
  ...wayBackFields,
  login_hint: plainText(254).optional(),
}

const request = z.object(ssoRequestFields)

/**
 * What a front end asks for, checked; undefined where it may not, or would have somebody sent where it is not registered: then
 * nobody is sent anywhere (RFC 9700 §4.1).
 */
async function readSsoRequest(
  tenant: Tenant,
  query: unknown,
  { clients }: { readonly clients: Pick<Clients, 'find'> },
): Promise<{ readonly request: ApiSignIn; readonly loginHint: string | undefined } | undefined> {
  const read = request.safeParse(query)
  if (!read.success) return undefined
  const { client_id, redirect_uri: redirectUri, code_challenge: codeChallenge } = read.data
  const client = await clients.find(tenant.id, brandId<ClientId>(client_id))
  if (!isSender(client, redirectUri)) return undefined
  const { state, login_hint: loginHint } = read.data
  return { request: { clientId: client.clientId, redirectUri, state, codeChallenge }, loginHint }
}

/** Whether a front end may have people sent elsewhere, and back to this address of it. */
export function isSender(client: Client | undefined, redirectUri: string): client is Client {
  if (client?.status !== 'active' || !mayUseApi(client)) return false
  return client.metadata.redirect_uris.includes(redirectUri)
}

export type SsoArrivalDeps = FailedReturnDeps & {
  readonly identities: Pick<Identities, 'admit'>
  readonly ssoCodes: SsoCodes<Proof>
  readonly requesterOf: (ctx: Context) => Omit<Requester, 'deviceCookie'>
}

/** Somebody is back who signed in for a front end: it gets a code, or an error that tells what it can do. */
export function createSsoArrivals(deps: SsoArrivalDeps): Arrivals<Context> {
  return {
    async arrived(ctx, arrival) {
      const { tenant, connection, errand } = arrival
      if (errand.purpose !== 'api') throw new Error('an errand of somebody else')
      const { ip, userAgent, requestId } = deps.requesterOf(ctx)
      const admission = await deps.identities.admit(arrival, { ip, userAgent, requestId })
      const { request } = errand
      if (admission.kind === 'admitted') {
        const code = await deps.ssoCodes.keep(tenant, connection.id, request, admission.proof)
        return backTo(tenant, request, { code })
      }
      return backTo(tenant, request, answers[admission.kind])
    },

    failed: createFailedReturn(deps),
  }
}

/** Both of the first need a page of ours, where the person proves a mailbox, or signs in to the account that stands here. */
const answers = {
  verify_first: { error: 'interaction_required', error_description: 'email_not_verified' },
  link_first: { error: 'interaction_required', error_description: 'account_exists' },
  refused: { error: 'access_denied' },
} as const

export type FailedReturnDeps = {
  /** Records why it came to nothing. */
  readonly tellOfFailure: (ctx: Context, failure: Failure) => Promise<unknown>
}

/** Somebody is back with nothing, whatever a front end had sent them for. */
export function createFailedReturn(deps: FailedReturnDeps): Arrivals<Context>['failed'] {
  return async (ctx, failure) => {
    const { tenant, errand, reason } = failure
    if (!errand || !('request' in errand)) throw new Error('an errand of somebody else')
    await deps.tellOfFailure(ctx, failure)
    return backWithout(tenant, errand.request, reason)
  }
}

/** Why is for the audit: a front end is told what it can do. */
export function backWithout(tenant: Tenant, request: WayBack, reason: FailureReason): string {
  const isDown = reason === 'upstream_unavailable'
  return backTo(tenant, request, { error: isDown ? 'temporarily_unavailable' : 'access_denied' })
}

/** How a front end has somebody leave. See `FederationRouteDeps.startOf`. */
export function createSsoStart(deps: { readonly clients: Pick<Clients, 'find'> }) {
  return async (tenant: Tenant, query: unknown) => {
    const asked = await readSsoRequest(tenant, query, deps)
    if (!asked) return undefined
    const { request, loginHint } = asked
    return {
      errand: { purpose: 'api', request } as const,
      wishes: { anew: false, loginHint },
      failedUrl: backWithout(tenant, request, 'upstream_unavailable'),
    }
  }
}

type WayBack = Pick<ApiSignIn, 'redirectUri' | 'state'>

/** RFC 6749 §4.1.2, RFC 9207. */
export function backTo(
  tenant: Pick<Tenant, 'issuer'>,
  { redirectUri, state }: WayBack,
  answer: Readonly<Record<string, string>>,
): string {
  const url = new URL(redirectUri)
  const all = { ...answer, iss: tenant.issuer, ...(state === undefined ? {} : { state }) }
  for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value)
  return url.href
}
