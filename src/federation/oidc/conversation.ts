import * as oidc from 'openid-client'
import type { Egress } from '#http/http.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { clockTolerance } from './checks.ts'
import type { Provider, ServerDocument } from './oidc.ts'
import { discoveryUrl, isPlainHttp, maxBytes, type Peer } from './peer.ts'
import { Refused, type ProblemCode } from './problem.ts'

export type ConversationDeps = {
  readonly egress: Egress
  readonly clock: Clock
  /** For everything that is asked of the other side while somebody waits. */
  readonly deadline: AbortSignal
}

/**
 * The library's idea of the other side, for one errand: built from our copies of its documents, on our way out, with one
 * deadline for everything that is asked on the way. Costs no request.
 */
export async function converse(
  { provider, document: copy, keys }: Peer,
  authentication: oidc.ClientAuth,
  deps: ConversationDeps,
): Promise<{ readonly config: oidc.Configuration; readonly document: ServerDocument }> {
  const document = await inTime(copy.get(), deps.deadline, 'discovery.unavailable')
  const config = await oidc.discovery(
    new URL(provider.issuer),
    provider.clientId,
    { id_token_signed_response_alg: provider.alg, [oidc.clockTolerance]: clockTolerance },
    authentication,
    {
      [oidc.customFetch]: createFetch({ provider, keys }, document, deps),
      execute: [
        // SECURITY: without it the library takes an ID token signed by anybody (reference/federation.md §3.1)
        oidc.enableNonRepudiationChecks,
        ...(isPlainHttp(provider.issuer) ? [oidc.allowInsecureRequests] : []),
      ],
    },
  )
  return { config, document }
}

/** Seconds after which the library asks for the keys again when one is unknown: then our copy decides whether it may. */
const askAgain = 61

/** Gives the library the keys we know. */
export async function useKeys(
  config: oidc.Configuration,
  { keys }: Pick<Peer, 'keys'>,
  { clock, deadline }: Pick<ConversationDeps, 'clock' | 'deadline'>,
): Promise<void> {
  const jwks = await inTime(keys.get(), deadline, 'jwks.unavailable')
  oidc.setJwksCache(config, { jwks, uat: epochSeconds(clock) - askAgain })
}

/** Our way out, in the library's terms. Documents come from our copies; what fails says which request it was. */
function createFetch(
  { provider, keys }: Pick<Peer, 'provider' | 'keys'>,
  document: ServerDocument,
  { egress, deadline }: ConversationDeps,
): oidc.CustomFetch {
  const documentAddress = new URL(discoveryUrl(provider.issuer)).href
  const keysAddress = document.jwks_uri && new URL(document.jwks_uri).href

  return async (url, { method, headers, body }) => {
    if (url === documentAddress) return Response.json(forLibrary(document, provider))
    if (url === keysAddress)
      return Response.json(await inTime(keys.renew(), deadline, 'jwks.unavailable'))
    const unavailable = codeFor(url, document)
    try {
      const form = body instanceof URLSearchParams ? body : null // all the library ever sends for us
      const sent = { method, headers, body: form, signal: deadline }
      const answer = await egress(url, { ...sent, maxBytes })
      if (answer.status >= 300 && answer.status < 400) throw new Refused(unavailable, 'redirect')
      if (answer.status >= 500) throw new Refused(unavailable, `status_${String(answer.status)}`)
      return answer
    } catch (error) {
      throw error instanceof Refused ? error : new Refused(unavailable)
    }
  }
}

/** What comes of RFC 9207 for a provider that names itself otherwise in its answers is checked by us. */
function forLibrary(document: ServerDocument, { isAnswerFrom }: Provider): ServerDocument {
  if (!isAnswerFrom) return document
  return { ...document, authorization_response_iss_parameter_supported: undefined }
}

function codeFor(url: string, document: ServerDocument): ProblemCode {
  const isToken = url === new URL(document.token_endpoint).href
  return isToken ? 'token.unavailable' : 'userinfo.unavailable'
}

function inTime<Value>(
  work: Promise<Value>,
  deadline: AbortSignal,
  code: ProblemCode,
): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(new Refused(code, 'timeout'))
  if (deadline.aborted) onAbort()
  deadline.addEventListener('abort', onAbort, { once: true })
  return Promise.race([work, promise]).finally(() => deadline.removeEventListener('abort', onAbort))
}
