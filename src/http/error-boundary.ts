import { HttpError, type Context, type Middleware } from 'koa'
import type { Clock } from '#kit/clock.ts'
import { AppError } from '#kit/errors.ts'
import { newReference } from '#kit/random.ts'
import type { Logger } from '#telemetry/telemetry.ts'
import type { Problem, RenderError } from './http.ts'

export type ErrorBoundaryDeps = {
  /** Makes the page; escapes what it shows. */
  readonly renderError: RenderError
  /** True below `/api`, where the answer is JSON. */
  readonly isApi: (ctx: Context) => boolean
  readonly requestId: () => string | undefined
  readonly logger: Logger
  readonly clock: Clock
}

/** The one place where a failure becomes an answer (DESIGN §6). Stands before everything that may throw. */
export function createErrorBoundary(deps: ErrorBoundaryDeps): Middleware {
  const { logger } = deps

  return async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      const failure = toAppError(error)
      const reference = newReference()
      record(logger, { error, failure, reference, ctx })
      if (ctx.headerSent || !ctx.writable) {
        ctx.res.destroy() // half an answer must not look like a whole one
        return
      }
      answer(ctx, { failure, reference }, deps)
      return
    }
    const unanswered = unansweredStatus(ctx)
    if (unanswered) answer(ctx, { failure: unanswered, reference: newReference() }, deps)
  }
}

type PublicText = { readonly code: string; readonly message: string }

/**
 * What Koa, its router and its body reader may throw for a client's mistake. Any other status they carry, and any
 * `.status` on an error of somebody else, says nothing about who is to blame: it is a bug, and a 500.
 */
const httpErrors: Readonly<Record<number, PublicText>> = {
  400: { code: 'http.malformed', message: 'The request could not be read.' },
  404: { code: 'http.not_found', message: 'There is nothing at this address.' },
  405: { code: 'http.method_not_allowed', message: 'This address does not take that method.' },
  413: { code: 'http.body_too_large', message: 'What was sent is too large.' },
  415: { code: 'http.unsupported_type', message: 'What was sent has a type that is not accepted.' },
  501: { code: 'http.method_not_allowed', message: 'This address does not take that method.' },
}

function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (isThrownByKoa(error)) {
    const known = httpErrors[error.status]
    if (known) return new AppError({ ...known, status: clientStatus(error.status), cause: error })
  }
  return new AppError({
    code: 'internal',
    status: 500,
    message: 'Something went wrong on our side. Try again; if it happens again, tell us the code.',
    cause: error,
  })
}

// SECURITY: Koa makes `instanceof HttpError` true for anything of that shape; only the prototype is proof.
function isThrownByKoa(error: unknown): error is Error & { readonly status: number } {
  return Function.prototype[Symbol.hasInstance].call(HttpError, error)
}

/** The router answers 501 for a method it has never heard of, which is still the client's doing (Q92). */
function clientStatus(status: number): number {
  return status === 501 ? 405 : status
}

function unansweredStatus(ctx: Context): AppError | undefined {
  if (ctx.respond === false || ctx.headerSent || ctx.body !== undefined) return undefined
  const known = httpErrors[ctx.status]
  return known && new AppError({ ...known, status: clientStatus(ctx.status) })
}

type Failure = {
  readonly error: unknown
  readonly failure: AppError
  readonly reference: string
  readonly ctx: Context
}

function record(logger: Logger, { error, failure, reference, ctx }: Failure): void {
  const { code, status } = failure
  const fields = { code, status, reference, method: ctx.method, err: error }
  if (status >= 500) logger.error('request failed', fields)
  else logger.info('request refused', fields)
}

type Known = Pick<Failure, 'failure' | 'reference'>

function toProblem({ failure, reference }: Known, deps: ErrorBoundaryDeps): Problem {
  const { status, code, message, details } = failure
  const mayRetry = status === 429 || status === 503
  return {
    status,
    code,
    message,
    details,
    requestId: deps.requestId() ?? 'none',
    reference,
    retryAfter: failure.retryAfter ?? (mayRetry ? 5 : undefined),
  }
}

/** Headers of the answer that will not be given. */
const abandoned = ['location', 'etag', 'last-modified', 'content-disposition', 'content-encoding']

function answer(ctx: Context, known: Known, deps: ErrorBoundaryDeps): void {
  const problem = toProblem(known, deps)
  for (const name of abandoned) ctx.remove(name)
  if (problem.status >= 500) ctx.remove('set-cookie')
  ctx.set('cache-control', 'no-store')
  if (problem.retryAfter !== undefined) ctx.set('retry-after', String(problem.retryAfter))
  ctx.status = problem.status
  if (deps.isApi(ctx)) {
    ctx.body = toJson(problem, deps.clock)
    ctx.type = 'application/json'
    return
  }
  ctx.body = render(problem, ctx, deps)
  ctx.type = 'text/html; charset=utf-8'
}

/** A page that cannot be made must not hide the failure it was to tell of. */
function render(
  problem: Problem,
  ctx: Context,
  { renderError, logger }: ErrorBoundaryDeps,
): string {
  try {
    return renderError(problem, ctx)
  } catch (error) {
    logger.error('error page failed', { reference: problem.reference, err: error })
    // Constants and our own reference only: nothing here needs escaping.
    return `<!doctype html><title>Error</title><p>Something went wrong. Reference: ${problem.reference}</p>`
  }
}

function toJson(problem: Problem, clock: Clock): object {
  const { code, message, details = null, requestId } = problem
  const timestamp = new Date(clock.now()).toISOString()
  return { error: { code, message, details, request_id: requestId, timestamp } }
}
