import type { RequestId } from '#kit/ids.ts'

/**
 * What the running process tells its operator: log lines and numbers. Neither ever holds a secret, a full address with
 * its query, or a label whose values a stranger can multiply.
 */

/**
 * The only keys a log line may carry (Q90): what is not listed is dropped before it is written, so a forgotten field
 * is silence instead of a leak. Add a key here when its values can never be a secret.
 */
export const logFields = [
  'account_id',
  'attempt',
  'client_id',
  'code',
  'connection',
  'count',
  'detail',
  'duration_ms',
  'endpoint',
  'environment',
  'event',
  'file',
  'grant',
  'host',
  'ip',
  'issuer',
  'job',
  'kind',
  'method',
  'model',
  'outcome',
  'port',
  'prompt',
  'reason',
  'reference',
  'room',
  'route',
  'rule',
  'setting',
  'signal',
  'status',
  'tenant_id',
  'version',
  'worker',
] as const

export type LogField = (typeof logFields)[number]

/** `err` is written as class, code, scrubbed message and stack frames; never with its own properties. */
export type LogFields = {
  readonly [Field in LogField]?: string | number | boolean | undefined
} & { readonly err?: unknown }

/** `message` is a constant sentence: what varies goes into fields. */
export type Log = (message: string, fields?: LogFields) => void

/** The request id of the current request is added by itself. */
export type Logger = {
  readonly trace: Log
  readonly debug: Log
  readonly info: Log
  readonly warn: Log
  readonly error: Log
  readonly fatal: Log
  /** The same logger with fields that stand on every line. */
  with(fields: LogFields): Logger
}

/** What a log line, and whoever must name the request, knows of the request in progress. */
export type RequestContext = { readonly requestId: RequestId }

/**
 * Counts and durations, named `signet_…`. Labels never tell a client, a tenant or a person apart; a value that is not a
 * short lower-case word is counted as `other`.
 */
export type Metrics = {
  httpRequest(request: {
    /** The pattern, never the address: `/interaction/:uid`. */
    readonly route: string
    readonly method: string
    readonly code: number
    readonly seconds: number
  }): void
  signIn(attempt: {
    readonly method: string
    readonly outcome: 'success' | 'failure'
    readonly reason?: string | undefined
  }): void
  tokenIssued(token: { readonly grant: string; readonly kind: string }): void
  oauthError(failure: { readonly endpoint: string; readonly error: string }): void
  federationRequest(request: {
    readonly protocol: 'oidc' | 'saml'
    readonly outcome: 'success' | 'failure'
    /** One of a few: `upstream_unavailable`. */
    readonly reason?: string | undefined
  }): void
  /** Single logout, and who began it. */
  federationLogout(logout: {
    readonly startedBy: 'us' | 'them'
    readonly outcome: 'success' | 'failure'
    /** One of a few: `signature_missing`. */
    readonly reason?: string | undefined
  }): void
  /** A document of another identity provider was read, or could not be: what was kept stands then. */
  federationDocument(read: {
    readonly document: 'discovery' | 'jwks' | 'metadata'
    readonly outcome: 'success' | 'failure'
  }): void
  passwordHashed(seconds: number): void
  rateLimited(rule: string): void
  /** Passwords are being tried on many accounts of a tenant: `address` from one, `accounts` from wherever. */
  sprayAlarm(from: 'address' | 'accounts'): void
  /** How doubtful a sign-in was found: `low`, `medium` or `high`. */
  riskEvaluated(level: string): void
  /** `failed`: the breached-password service gave no answer, and nobody was refused for it. */
  breachLookup(outcome: 'known' | 'unknown' | 'failed'): void
  /** The earliest end of a signing key in use, epoch seconds; of all tenants. */
  signingKeyExpires(algorithm: string, at: number): void
  jobRan(run: { readonly job: string; readonly outcome: 'success' | 'failure' }): void
  mailSent(outcome: 'sent' | 'postponed' | 'failed' | 'expired'): void
  /** The exposition text for `/metrics`. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>
}
