/**
 * The four kinds of failure (DESIGN §6): a refusal is a returned value; an `AppError` is a known failure with a
 * stable code; protocol errors are the engine's own, thrown inside `oidc/` only; everything else is a bug.
 */
export type AppErrorInit = {
  /** Stable, public: `room.reason`, such as `client.redirect_uri_invalid`. */
  readonly code: string
  /** HTTP status the boundary answers with. */
  readonly status: number
  /** Safe to show: ASCII, no personal data, no secret. */
  readonly message: string
  /** Never leaves the server: goes to the log. */
  readonly detail?: string
  /** Field problems or other structured public data. */
  readonly details?: unknown
  /** Seconds for `Retry-After`. */
  readonly retryAfter?: number
  readonly cause?: unknown
}

export class AppError extends Error {
  override readonly name: string = 'AppError'
  readonly code: string
  readonly status: number
  readonly detail: string | undefined
  readonly details: unknown
  readonly retryAfter: number | undefined

  constructor(init: AppErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause })
    this.code = init.code
    this.status = init.status
    this.detail = init.detail
    this.details = init.details
    this.retryAfter = init.retryAfter
  }
}

/** A store or a bounded queue cannot serve now. Always 503 with `Retry-After`; nothing was changed. */
export class Unavailable extends AppError {
  override readonly name = 'Unavailable'

  constructor(what: string, options: { retryAfter?: number; cause?: unknown } = {}) {
    super({
      code: `${what}.unavailable`,
      status: 503,
      message: 'The service is busy or a part of it is down. Try again shortly.',
      retryAfter: options.retryAfter ?? 2,
      cause: options.cause,
    })
  }
}
