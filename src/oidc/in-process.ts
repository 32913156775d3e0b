import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Provider } from 'oidc-provider'
import type { Tenant } from '#tenant/tenant.ts'
import { basePathOf } from '#tenant/tenant.ts'
import { answeredOrThrown } from './guards.ts'

export type OwnRequest = {
  /** Below the issuer. */
  readonly path: string
  /** Posted as a form; a GET without. */
  readonly form?: Readonly<Record<string, string>>
  /** Whom it is made for, where the engine counts by address. */
  readonly ip?: string | undefined
  /** More, beside what a form and its address need. */
  readonly headers?: Readonly<Record<string, string>>
}

export type OwnAnswer = {
  readonly status: number
  /** Seconds the engine asks to wait. */
  readonly retryAfter: number | undefined
  readonly body: Record<string, unknown>
}

/** Runs the engine on a request that never was on a wire, and reads its JSON. Rejects when the engine cannot answer. */
export function ask(provider: Provider, tenant: Tenant, request: OwnRequest): Promise<OwnAnswer> {
  return answerTo(provider, requestOf(tenant, request))
}

/** The same for a request of `requestOf` that something was attached to. */
export async function answerTo(provider: Provider, req: IncomingMessage): Promise<OwnAnswer> {
  const res = new KeptResponse(req)
  await answeredOrThrown(provider.callback()(req, res), req)
  const retryAfter = res.getHeader('retry-after')
  return {
    status: res.statusCode,
    retryAfter: retryAfter === undefined ? undefined : Number(retryAfter),
    body: JSON.parse(res.text),
  }
}

/** Keeps what is sent instead of sending it. */
class KeptResponse extends ServerResponse {
  text = ''

  override end(chunk?: unknown): this {
    this.text += String(chunk)
    return this
  }
}

/** Made from nothing: no cookie is in it, and no header of whoever asked that is not named here. */
export function requestOf(
  tenant: Tenant,
  { path, form, ip = '127.0.0.1', headers: more }: OwnRequest,
): IncomingMessage {
  const { host, protocol } = new URL(tenant.issuer)
  const body = form && new URLSearchParams(form).toString()
  const headers = {
    host,
    'x-forwarded-proto': protocol.slice(0, -1),
    'x-forwarded-for': ip,
    accept: 'application/json',
  }
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const type =
    body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded', ...length }
  const req = Object.assign(new IncomingMessage(new Socket()), {
    method: body === undefined ? 'GET' : 'POST',
    url: path,
    originalUrl: basePathOf(tenant) + path,
    headers: { ...more, ...headers, ...type },
  })
  if (body !== undefined) req.push(body)
  req.push(null)
  return req
}
