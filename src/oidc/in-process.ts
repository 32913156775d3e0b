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
}

export type OwnAnswer = {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** Runs the engine on a request that never was on a wire, and reads its JSON. Rejects when the engine cannot answer. */
export async function ask(
  provider: Provider,
  tenant: Tenant,
  request: OwnRequest,
): Promise<OwnAnswer> {
  const req = requestOf(tenant, request)
  const res = new ServerResponse(req)
  let text = ''
  Object.assign(res, {
    end(chunk: unknown) {
      text = String(chunk)
      return res
    },
  })
  await answeredOrThrown(provider.callback()(req, res), req)
  return { status: res.statusCode, body: JSON.parse(text) }
}

function requestOf(tenant: Tenant, { path, form, ip = '127.0.0.1' }: OwnRequest): IncomingMessage {
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
    headers: { ...headers, ...type },
  })
  if (body !== undefined) req.push(body)
  req.push(null)
  return req
}
