import { errors } from 'oidc-provider'
import type { Configuration, ErrorOut, KoaContextWithOIDC } from 'oidc-provider'
import { AppError } from '#kit/errors.ts'
import { newReference } from '#kit/random.ts'
import type { Logger } from '#telemetry/telemetry.ts'
import { errorPage } from '#views/error.ts'
import type { ErrorDetail, Problem } from '#views/error.ts'
import { findClientRecord } from '../client-models.ts'
import { textParam } from '../param.ts'
import { clientName, pageFor, render } from './render.ts'
import type { PageDeps } from './render.ts'

/**
 * The engine's errors as a page that says what happened and what to do. The reference stands in the log beside the
 * engine's private detail, which never leaves the server.
 */
export function createErrorPage(
  deps: PageDeps & { readonly logger: Logger },
): NonNullable<Configuration['renderError']> {
  return (ctx, out, error) => {
    const reference = newReference()
    const problem = problemOf(ctx, out, error)
    if (error instanceof AppError) applyStatus(ctx, error)
    // what would have been a redirect is a page that stays
    if (problem.kind === 'untrusted_redirect') ctx.status = 400
    const log = ctx.status >= 500 ? deps.logger.error : deps.logger.info
    log('the protocol engine answered with an error page', {
      reference,
      code: out.error,
      detail: error instanceof errors.OIDCProviderError ? error.error_detail : undefined,
      client_id: ctx.oidc.client?.clientId,
      status: ctx.status,
      ...(ctx.status >= 500 ? { err: error } : {}),
    })
    const page = pageFor(ctx, deps)
    // a failure of ours is none of the application's developer's
    const details = error instanceof AppError ? [] : detailsOf(out)
    render(ctx, errorPage({ page, problem, reference, details }))
  }
}

/** The status of a known failure that is not the engine's own; `Retry-After` where there is one (DESIGN §6). */
export function applyStatus(ctx: KoaContextWithOIDC, error: AppError): void {
  ctx.status = error.status
  if (error.retryAfter !== undefined) ctx.set('retry-after', String(error.retryAfter))
}

function problemOf(ctx: KoaContextWithOIDC, out: ErrorOut, error: Error): Problem {
  const name = clientName(ctx)
  if (error instanceof AppError) return appProblem(error)
  if (error instanceof errors.SessionNotFound) {
    return { kind: 'expired', clientName: name, startAgainUrl: startAgainUrl(ctx) }
  }
  if (out.error === 'server_error') return { kind: 'server' }
  if (out.error === 'access_denied') return { kind: 'access_denied', clientName: name }
  if (ctx.status === 404) return { kind: 'not_found' }
  const destination = errorDestination(ctx, out)
  if (destination !== undefined)
    return { kind: 'untrusted_redirect', destination, clientName: name }
  return { kind: 'client_misconfigured', clientName: name }
}

function appProblem(error: AppError): Problem {
  if (error.status === 429) return { kind: 'throttled', retryAfter: error.retryAfter ?? 60 }
  if (error.status === 503) return { kind: 'unavailable', retryAfter: error.retryAfter }
  return error.status >= 500 ? { kind: 'server' } : { kind: 'bad_request' }
}

/** RFC 9700 §4.11.2: where an untrusted client's error would have sent the browser without being asked. */
function errorDestination(ctx: KoaContextWithOIDC, out: ErrorOut): string | undefined {
  const redirectUri = textParam(ctx, 'redirect_uri')
  const isUntrusted = findClientRecord(ctx.oidc.client)?.origin === 'registration'
  if (!isUntrusted || redirectUri === undefined) return undefined
  if (!ctx.oidc.client?.redirectUriAllowed(redirectUri)) return undefined
  const url = new URL(redirectUri)
  for (const [key, value] of Object.entries(out)) {
    if (typeof value === 'string') url.searchParams.set(key, value)
  }
  return url.href
}

function startAgainUrl(ctx: KoaContextWithOIDC): string | undefined {
  return ctx.oidc.client?.initiateLoginUri ?? ctx.oidc.client?.clientUri
}

/** For the developer of the application: what the engine would have told it anyway. */
function detailsOf(out: ErrorOut): readonly ErrorDetail[] {
  const details = [{ label: 'error', value: out.error }]
  return out.error_description === undefined
    ? details
    : [...details, { label: 'error_description', value: out.error_description }]
}
