import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context } from 'koa'

/**
 * The frame around every page and endpoint: addresses, headers, limits, forms, cookies, errors, listeners, and the one
 * client that leaves the house. No domain word in this room.
 */

/** Where a request came from, believed only as far as the trusted proxies reach (F5). */
export type ClientAddress = {
  /** Canonical text of an IP address; an IPv4-mapped address is written as IPv4. */
  readonly ip: string
  readonly proto: 'http' | 'https'
  /** As the browser named it, lower-case, with a port unless it is the scheme's own. */
  readonly host: string
  /** The TCP peer is one of the trusted proxies. */
  readonly viaProxy: boolean
}

export type ResolveAddress = (req: IncomingMessage) => ClientAddress

/** An answer that is the same for everybody, put together in advance. */
export type Publication = {
  /** Every header but the request id, the security headers among them: name, value, name, value. */
  readonly headers: readonly string[]
  /** Text, which Node sends in one piece with the headers. */
  readonly body: string
}

/**
 * Which headers a page gets (DESIGN §5). `interaction`: everything reachable from `/authorize`, without `form-action`
 * and `Cross-Origin-Opener-Policy`, which break logins in Chromium. `account`: our own pages, strict; a POST there must
 * not end on another host. `api`: JSON and protocol endpoints, which render nothing.
 */
export type PageClass = 'interaction' | 'account' | 'api'

/** The checked fields of a posted form: each at most once, well-formed, without control characters. */
export type Form = ReadonlyMap<string, string>

/** Throws `AppError` 400, 413 or 415; never anything else for what a client sends (Q92). */
export type ReadForm = (ctx: Context, options?: FormOptions) => Promise<Form>

export type FormOptions = {
  /** Fields that may hold line breaks and tabs: a text area. */
  readonly multiline?: readonly string[]
  /** `large`: for what another site posts; never where a page of ours does. */
  readonly size?: 'usual' | 'large'
}

/** Q67: a token bound to the interaction or session it was made for, besides `Origin` and `Sec-Fetch-Site`. */
export type Csrf = {
  /** The value of the hidden field `csrf`. `binding` names what the form belongs to: `interaction:<uid>`. */
  token(binding: string): string
  /** Throws `AppError` 403 unless the form was sent by a page of this issuer and carries the token of this binding. */
  check(ctx: Context, expected: CsrfExpectation): void
}

export type CsrfExpectation = {
  readonly issuer: string
  readonly binding: string
  readonly form: Form
}

/** Name of the hidden field that carries the token. */
export const csrfField = 'csrf'

/** A cookie as its owner thinks of it: the prefix and the `Secure` attribute follow from issuer and path. */
export type CookieSpec = {
  readonly name: string
  /** `/`, or the path below which it is sent. */
  readonly path: string
  /** `none` only for what another site posts to us (SAML, `form_post`). */
  readonly sameSite: 'lax' | 'strict' | 'none'
  /** Seconds; undefined: until the browser is closed. */
  readonly maxAge?: number | undefined
}

/** Plain cookies: for a random value that is worth nothing without our store. */
export type Cookies = {
  /** Undefined also when two came under one name: one of them was planted, and nobody can tell which. */
  read(req: IncomingMessage, spec: CookieSpec, issuer: string): string | undefined
  /** `value`: characters of base64url and dots. Throws `TypeError` for anything else: a bug of the caller. */
  write(
    res: ServerResponse,
    spec: CookieSpec,
    cookie: { readonly issuer: string; readonly value: string },
  ): void
  clear(res: ServerResponse, spec: CookieSpec, issuer: string): void
}

/** Cookies that carry a small value of ours, unreadable and unchangeable, and dead after `maxAge`. */
export type SealedCookies = {
  /** Undefined when missing, planted, changed, of another tenant or cookie, or past its end. */
  read(req: IncomingMessage, spec: CookieSpec, owner: CookieOwner): string | undefined
  write(
    res: ServerResponse,
    spec: SealedCookieSpec,
    cookie: CookieOwner & { readonly value: string },
  ): void
}

/** Whose cookie it is: what one tenant sealed, another cannot open. */
export type CookieOwner = { readonly tenantId: string; readonly issuer: string }

/** The end is sealed in: a browser that keeps a cookie longer does not extend it. */
export type SealedCookieSpec = CookieSpec & { readonly maxAge: number }

/** What a failed request is answered with: public, stable, without a secret. The view turns it into a page. */
export type Problem = {
  readonly status: number
  /** `room.reason`. */
  readonly code: string
  readonly message: string
  readonly details: unknown
  readonly requestId: string
  /** What a person reads to a help desk; stands in the log line. */
  readonly reference: string
  readonly retryAfter: number | undefined
}

export type RenderError = (problem: Problem, ctx: Context) => string

/** A check of `/readyz`: rejects when the part cannot serve. */
export type ReadinessCheck = () => Promise<void>

/**
 * The one way out (Q85): a `fetch` that reaches public https addresses only, follows no redirect, and reads little, for
 * a short time. Rejects with `AppError` `http.egress_refused` or `http.egress_failed`.
 */
export type Egress = (url: string | URL, options?: EgressOptions) => Promise<Response>

export type EgressOptions = {
  readonly method?: string | undefined
  readonly headers?: RequestInit['headers']
  readonly body?: RequestInit['body']
  readonly signal?: AbortSignal | null | undefined
  /** Largest answer in bytes; 64 KiB unless said otherwise. */
  readonly maxBytes?: number | undefined
}
